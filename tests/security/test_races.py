"""The same thing done twice at the same moment, and things that undo each other: once is once, and gone is gone."""

import asyncio
import re
from pathlib import Path

import pytest

from bot.store import likes
from tests.discord_stand_in import MANAGE_GUILD, MANAGE_MESSAGES, DiscordStandIn, Interaction
from tests.security.stage import CORPUS, Stage, opened, said_in_the_end

WENT_WRONG = re.compile("Something went wrong")
ENDED = re.compile(
    r"generated, in|Number \d|being trained|being read|deleted|been cancelled"
    r"|already ended|no longer stored|already being continued|There is no|\(deleted\)"
)


async def together(stage: Stage, *sent: Interaction) -> list[str]:
    """What interactions that were sent at the same moment are answered with."""
    said = await asyncio.gather(*(said_in_the_end(each, ENDED, WENT_WRONG) for each in sent))
    assert not any(WENT_WRONG.search(text) for text in said), said
    assert [refusal.error for refusal in stage.discord.refusals if refusal.error.status == 400] == []
    return list(said)


async def count(stage: Stage, table: str) -> int:
    """How many rows a table has."""
    query = f"SELECT count(*) FROM {table}"
    return int((await stage.services.database.read(lambda connection: connection.execute(query).fetchone()))[0])


async def test_an_artist_is_forgotten_once(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel = stage.guild.channels[0]
        artist_id, _ = await stage.artist(stage.guild.id)
        chiefs = [stage.guild.member(f"chief {number}", MANAGE_GUILD) for number in range(4)]
        sent = [await stage.press(chief, channel, f"artist:forget:id:{artist_id}") for chief in chiefs]
        said = await together(stage, *sent)
        assert sum("has been deleted, with" in text for text in said) == 1
        assert sum("already been deleted" in text for text in said) == 3, said


async def test_an_artist_is_trained_once_at_a_time(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        chiefs = [stage.guild.member(f"chief {number}", MANAGE_GUILD) for number in range(3)]
        options = {"artist": "drover", "corpus": CORPUS}
        said = await together(stage, *[await discord.slash(chief, "train", options) for chief in chiefs])
        assert sum("Number 1 in the queue" in text for text in said) == 1
        # With its text stored, no upload holds the second one up: only the queue does.
        said = await together(stage, *[await discord.slash(chief, "train", {"artist": "drover"}) for chief in chiefs])
        assert all("already being trained" in text for text in said), said
        assert await count(stage, "jobs") == 1


async def test_a_new_artist_that_is_forgotten_while_its_text_is_read(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was first: there is either the artist with its job, or neither of them."""
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, chief = stage.guild.channels[0], stage.guild.member("chief", MANAGE_GUILD)
        artist_id, name = await stage.artist(stage.guild.id)
        training = await discord.slash(chief, "train", {"artist": name, "corpus": CORPUS})
        forgetting = await stage.press(chief, channel, f"artist:forget:id:{artist_id}")
        said = await together(stage, training, forgetting)
        assert "has been deleted, with" in said[1]
        assert await count(stage, "jobs") == await count(stage, "corpora") == 1  # a new artist of the same name
        read = stage.services.database.read
        assert (
            await read(lambda c: c.execute("SELECT count(*) FROM artists WHERE id = ?", (artist_id,)).fetchone()[0])
            == 0
        )


async def test_a_job_is_cancelled_once(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, job = stage.guild.channels[0], await stage.job(stage.guild)
        chiefs = [stage.guild.member(f"chief {number}", MANAGE_GUILD) for number in range(4)]
        said = await together(stage, *[await stage.press(chief, channel, f"job:cancel:{job}") for chief in chiefs])
        assert sum(f"Job {job} has been cancelled" in text for text in said) == 1, said


async def test_a_song_is_deleted_while_everything_else_is_done_with_it(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, anna = stage.guild.channels[0], stage.guild.member("anna", MANAGE_MESSAGES)
        song = await stage.song(anna, channel)
        others = [stage.guild.member(f"member {number}") for number in range(4)]
        sent = [
            *[await stage.press(other, channel, f"song:like:{song.request_id}") for other in others],
            await stage.press(anna, channel, f"song:again:{song.request_id}"),
            await stage.press(anna, channel, f"song:delete:{song.request_id}:{anna.user.id}"),
            await stage.press(anna, channel, f"song:continue:{song.request_id}"),
            await stage.press(anna, channel, f"song:delete:{song.request_id}:{anna.user.id}"),
        ]
        await together(stage, *sent)
        read = stage.services.database.read
        assert await read(lambda connection: likes.count(connection, song.request_id)) == 0
        history = await stage.services.privacy.history(stage.asker(anna, channel))
        remembered = [entry.request_id for entry in history.entries]
        assert song.request_id not in remembered


async def test_everything_about_a_person_is_deleted_while_they_go_on(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for before the deletion is gone; what is asked for after it is another matter."""
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, chief = stage.guild.channels[0], stage.guild.member("chief", MANAGE_GUILD)
        theirs = await stage.song(stage.guild.member("other"), channel)
        sent = [
            await discord.slash(chief, "lyrics", {"seed": "I walk", "lines": 40}),
            await discord.slash(chief, "train", {"artist": "drover", "corpus": CORPUS}),
            await stage.press(chief, channel, f"song:like:{theirs.request_id}"),
            await stage.press(chief, channel, "mydata:delete"),
            await stage.press(chief, channel, "mydata:delete"),
        ]
        await together(stage, *sent)
        named = {"requests": "user_id", "unfinished_songs": "user_id", "jobs": "asked_by", "likes": "user_id"}
        for table, column in named.items():
            assert await count(stage, f"{table} WHERE {column} = {chief.user.id}") == 0, table
        assert await count(stage, "jobs") == 1


async def test_a_song_grows_once_at_a_time(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel, anna = stage.guild.channels[0], stage.guild.member("anna")
        song = await stage.song(anna, channel)
        others = [stage.guild.member(f"member {number}") for number in range(3)]
        sent = [await stage.press(other, channel, f"song:continue:{song.request_id}") for other in others]
        said = await together(stage, *sent)
        grown = await stage.services.lyrics.recall(stage.asker(anna, channel), song.request_id)
        growths = sum("already being continued" not in text for text in said)
        lines = [line for line in grown.text.splitlines() if line.strip()]
        assert growths >= 1
        assert len(lines) == 2 + 2 * growths
        assert grown.text.startswith(song.text)
