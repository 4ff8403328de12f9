"""Commands and buttons are acknowledged within Discord's three seconds, even while the database is locked."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn, Interaction
from tests.security.stage import Stage, opened, said_in_the_end

SONG = "generated, in the style of"
HELD_SECONDS = 3.5


@asynccontextmanager
async def held(database: Database) -> AsyncIterator[Callable[[], object]]:
    """Keep both connections busy until the function that this yields is called."""
    let_go = threading.Event()
    holding = [asyncio.create_task(hold(lambda _: let_go.wait(20))) for hold in (database.read, database.write)]
    await asyncio.sleep(0)
    try:
        yield let_go.set
    finally:
        let_go.set()
        await asyncio.gather(*holding)


async def linked(stage: Stage) -> list[int]:
    """List the messages that are stored as showing a song to everybody."""
    rows = await stage.services.database.read(
        lambda c: c.execute("SELECT message_id FROM requests UNION SELECT message_id FROM unfinished_songs").fetchall()
    )
    return [row[0] for row in rows if row[0] is not None]


async def slash(stage: Stage, path: str, **options: object) -> Interaction:
    chief = stage.guild.member(f"chief {path}", MANAGE_GUILD)
    return await stage.discord.slash(chief, path, options)


@pytest.mark.parametrize(
    ("path", "options", "ending"),
    [
        ("settings", {"language_filter": True}, "Language filter"),
        ("settings", {}, "This server's settings"),
        ("artists", {}, "anna"),
        ("artist", {"name": "anna"}, "anna"),
        ("artist", {"name": "nobody"}, "There is no artist"),
        ("history", {}, "not asked for a song"),
        ("about", {}, "LSTM"),
        ("forget", {"artist": "anna"}, "operators can change it"),
        ("jobs", {}, "No training jobs"),
        ("mydata export", {}, "Everything stored"),
        ("lyrics", {"seed": "I walk", "lines": 2}, SONG),
    ],
)
async def test_commands(
    discord: DiscordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    options: dict[str, object],
    ending: str,
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage, held(stage.services.database) as let_go:
        interaction = await slash(stage, path, **options)
        await interaction.acknowledged()  # within 3 s
        await asyncio.sleep(HELD_SECONDS - interaction.latency)
        let_go()
        assert re.search(ending, await said_in_the_end(interaction, re.compile(ending)))
        assert interaction.refusals == []
        # It was not known yet who may see the answer.
        assert all(message.ephemeral for message in (interaction.original, *interaction.followups) if message)
        assert await linked(stage) == []


@pytest.mark.parametrize(
    ("custom_id", "ending", "is_in_place"),
    [
        ("song:again:{song}", SONG, False),
        ("song:continue:{song}", SONG, True),
        ("song:like:{song}", "1|" + SONG, True),
        ("song:whole:{song}", r"\*\*", False),
        ("song:show:{song}", SONG, False),
        ("song:delete:{song}:1", "can delete it", False),
        ("artist:sing:anna", SONG, False),
        ("artist:details:anna", "parameters", False),
        ("artists:page:1", "anna", True),
        ("mydata:delete", "deleted", True),
        ("settings:every-channel", "This server's settings", True),
        ("settings:filter-by-default", "This server's settings", True),
        ("job:cancel:1", "There is no training", False),
    ],
)
async def test_buttons(
    discord: DiscordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    custom_id: str,
    ending: str,
    is_in_place: bool,
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel = stage.guild.channels[0]
        song = await stage.song(stage.guild.member("owner"), channel)
        chief = stage.guild.member("chief", MANAGE_GUILD)
        async with held(stage.services.database) as let_go:
            interaction = await stage.press(chief, channel, custom_id.format(song=song.request_id))
            await interaction.acknowledged()
            await asyncio.sleep(HELD_SECONDS - interaction.latency)
            let_go()
            assert re.search(ending, await said_in_the_end(interaction, re.compile(ending)))
        assert interaction.refusals == []
        assert interaction.source is not None
        assert bool(interaction.followups) is not is_in_place
        assert all(message.ephemeral for message in interaction.followups)
        if not is_in_place:
            assert interaction.source.text == ""  # the message with the button stays as it was
            assert await linked(stage) == []


async def test_an_answer_that_is_soon_there_is_the_only_one(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        interaction = await slash(stage, "artists")
        assert await interaction.acknowledged() == 4
        await asyncio.sleep(2.5)
        assert interaction.refusals == []
        assert interaction.followups == []
        assert interaction.original is not None
        assert not interaction.original.ephemeral
