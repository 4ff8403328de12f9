"""Component ids that were never sent, were sent to somebody else, or were sent before something changed."""

import re
import sqlite3
from pathlib import Path

import pytest

from bot.store import likes, requests
from tests.discord_stand_in import MANAGE_GUILD, MANAGE_MESSAGES, DiscordStandIn
from tests.security.stage import opened, said_in_the_end

REFUSED = re.compile(r"no longer stored|already been deleted|There is no|can delete it|Only (members|the bot)|No such")
DONE = re.compile(r"generated|\(deleted\)|cancelled|has been deleted, with|sings from now on|\*\*")
NUMBERS = ("1", "999999999", "8999999999999999999")


def rows(connection: sqlite3.Connection) -> list[str]:
    """Return everything that is stored, apart from what a refused request may change."""
    return [line for line in connection.iterdump() if "registrations" not in line]


async def test_ids_of_another_servers_things_do_nothing(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        owner = stage.guild.member("owner", MANAGE_GUILD)
        song = await stage.song(owner, stage.guild.channels[0], "a seed of ours")
        private = await stage.song(owner, stage.guild.channels[0], private=True)
        artist_id, name = await stage.artist(stage.guild.id)
        job = await stage.job(stage.guild)
        await stage.services.lyrics.like(stage.asker(owner, stage.guild.channels[0]), song.request_id)
        interrupted = await stage.interrupted(owner, stage.guild.channels[0], "a seed of ours")
        before = await stage.services.database.read(rows)
        forged = [
            *(f"song:{what}:{song.request_id}" for what in ("again", "continue", "like", "whole", "card", "show")),
            *(f"song:{what}:{private.request_id}" for what in ("again", "continue", "like", "whole", "card", "show")),
            f"song:interrupted:{interrupted}",
            f"song:delete:{song.request_id}:1",
            f"song:delete:{song.request_id}:{{presser}}",
            f"artist:sing:{name}",
            f"artist:details:{name}",
            f"artist:forget:id:{artist_id}",
            f"job:cancel:{job}",
            f"job:use:{job}",
            f"job:text:{job}",
        ]
        for number, custom_id in enumerate(forged):
            everything = MANAGE_GUILD | MANAGE_MESSAGES
            for guild in (stage.other, stage.elsewhere):
                user = discord.user(f"stranger {number}", installed_app=True)
                stranger = guild.join(user, everything)
                pressed = await stage.press(stranger, guild.channels[0], custom_id.format(presser=user.id))
                said = await said_in_the_end(pressed, REFUSED, DONE)
                assert REFUSED.search(said), (custom_id, said)
                assert "a seed of ours" not in said, (custom_id, said)
            stranger = discord.user(f"in private {number}", installed_app=True)
            private_channel = discord.direct_messages(stranger)
            pressed = await stage.press(stranger, private_channel, custom_id.format(presser=stranger.id))
            assert REFUSED.search(await said_in_the_end(pressed, REFUSED, DONE)), custom_id
        assert await stage.services.database.read(rows) == before


async def test_a_private_song_is_its_askers_even_in_its_own_channel(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel = stage.guild.channels[0]
        owner = stage.guild.member("owner")
        private = await stage.song(owner, channel, "a seed of my own", private=True)
        interrupted = await stage.interrupted(owner, channel, "a seed of my own", private=True)
        chief = stage.guild.member("chief", MANAGE_GUILD)
        pressed = await stage.press(chief, channel, f"song:interrupted:{interrupted}")
        assert "a seed of my own" not in await said_in_the_end(pressed, REFUSED, DONE)
        for number, what in enumerate(("again", "continue", "like", "whole", "card", "show")):
            chief = stage.guild.member(f"chief {number}", MANAGE_GUILD | MANAGE_MESSAGES)
            pressed = await stage.press(chief, channel, f"song:{what}:{private.request_id}")
            said = await said_in_the_end(pressed, REFUSED, DONE)
            assert REFUSED.search(said), (what, said)
            assert "a seed of my own" not in said, (what, said)


async def test_delete_is_for_the_asker_and_for_moderators(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, owner = stage.guild.channels[0], stage.guild.member("owner")
        song = await stage.song(owner, channel)

        async def press(who, asked_by: int) -> str:
            pressed = await stage.press(who, channel, f"song:delete:{song.request_id}:{asked_by}")
            return await said_in_the_end(pressed, REFUSED, DONE)

        stranger = stage.guild.member("stranger", MANAGE_GUILD)
        assert REFUSED.search(await press(stranger, stranger.user.id))
        assert "(deleted)" in await press(stage.guild.member("mod", MANAGE_MESSAGES), owner.user.id)
        find = stage.services.database.read
        assert await find(lambda connection: requests.by_id(connection, song.request_id)) is not None
        assert "(deleted)" in await press(owner, stranger.user.id)
        assert await find(lambda connection: requests.by_id(connection, song.request_id)) is None


@pytest.mark.parametrize("number", NUMBERS)
async def test_numbers_that_nothing_has(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        for kind, custom_id in enumerate(
            [
                *(f"song:{what}:{number}" for what in ("again", "continue", "like", "whole", "card", "show")),
                f"song:delete:{number}:{number}",
                f"artist:forget:id:{number}",
                f"job:cancel:{number}",
                f"job:use:{number}",
                f"job:text:{number}",
            ]
        ):
            chief = stage.guild.member(f"chief {kind}", MANAGE_GUILD)
            said = await said_in_the_end(await stage.press(chief, stage.guild.channels[0], custom_id), REFUSED, DONE)
            assert REFUSED.search(said), (custom_id, said)


async def test_a_replayed_confirmation_forgets_nobody_else(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This once removed the shared artist of the same name, when an operator pressed the button again."""
    async with opened(discord, tmp_path, monkeypatch) as stage:
        operator = stage.guild.join(stage.operators[0], MANAGE_GUILD)
        channel = stage.guild.channels[0]
        artist_id, name = await stage.artist(stage.guild.id)
        await stage.services.database.write(
            lambda connection: connection.execute(
                "UPDATE artists SET name = 'Anna', key = 'anna' WHERE name = ?", [name]
            )
        )
        custom_id = f"artist:forget:id:{artist_id}"
        assert "has been deleted, with" in await said_in_the_end(
            await stage.press(operator, channel, custom_id), REFUSED, DONE
        )
        assert "already been deleted" in await said_in_the_end(
            await stage.press(operator, channel, custom_id), REFUSED, re.compile("has been deleted, with")
        )
        assert [artist.name for artist in await stage.services.artists.visible(stage.asker(operator, channel))] == [
            "anna"
        ]


async def test_an_operator_who_is_an_ordinary_member_may_not_change_a_servers_own_artists(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        operator, channel = stage.guild.join(stage.operators[0]), stage.guild.channels[0]
        artist_id, name = await stage.artist(stage.guild.id)
        for path in ("forget", "rollback"):
            said = await said_in_the_end(
                await discord.slash(operator, path, {"artist": name}), REFUSED, re.compile("This deletes|sings now")
            )
            assert "Only members with Manage Server can change it" in said
        pressed = await stage.press(operator, channel, f"artist:forget:id:{artist_id}")
        assert "Only members with Manage Server" in await said_in_the_end(pressed, REFUSED, DONE)
        details = await stage.services.artists.details(stage.asker(operator, channel), name)
        assert [version.number for version in details.versions if version.sings] == [2]


async def test_a_vote_counts_once(discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, anna = stage.guild.channels[0], stage.guild.member("anna")
        song = await stage.song(stage.guild.member("owner"), channel)
        for votes in (1, 0, 1):
            await said_in_the_end(await stage.press(anna, channel, f"song:like:{song.request_id}"), DONE)
            read = stage.services.database.read
            assert await read(lambda connection: likes.count(connection, song.request_id)) == votes
