"""After a deletion, nothing that names the person is left in any table or file, and the export had all of it."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.discord_stand_in import MANAGE_GUILD, DiscordStandIn
from tests.security.stage import CORPUS, opened, said_in_the_end

SEED = "A lighthouse nobody else has ever sung about"


def naming(connection: sqlite3.Connection, user_id: int) -> dict[str, int]:
    """Return, by table, how many rows contain the user's id, in any column."""
    found = {}
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        found[table] = sum(str(user_id) in map(str, tuple(row)) for row in rows)
    return {table: count for table, count in found.items() if count}


def files_with(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


async def test_all_that_names_a_person_is_exported_and_deleted(
    discord: DiscordStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(discord, tmp_path, monkeypatch) as stage:
        channel = stage.guild.channels[0]
        chief, other = stage.guild.member("chief", MANAGE_GUILD), stage.guild.member("other")
        database = stage.services.database
        for seed, private in ((SEED, False), (f"{SEED} at all", True)):
            asked = await discord.slash(chief, "lyrics", {"seed": seed, "lines": 2, "private": private})
            await said_in_the_end(asked, re.compile("generated, in"))
        theirs = await stage.song(other, channel, "a seed of another's")
        await said_in_the_end(
            await stage.press(chief, channel, f"song:like:{theirs.request_id}"), re.compile("generated")
        )
        trained = await discord.slash(chief, "train", {"artist": "of the chief", "corpus": CORPUS})
        await said_in_the_end(trained, re.compile("Number 1"))
        await stage.interrupted(chief, channel, SEED)
        user_id = chief.user.id
        stored = await database.read(lambda connection: naming(connection, user_id))
        assert stored == {"requests": 2, "likes": 1, "jobs": 1, "unfinished_songs": 1}

        asked = await discord.slash(chief, "mydata export")
        exported = (await asked.final(lambda message: bool(message.attachments))).attachments[0].data.decode()
        data = json.loads(exported)
        assert {kind: len(data[kind]) for kind in ("requests", "likes", "trainings")} == {
            "requests": 2,
            "likes": 1,
            "trainings": 1,
        }
        assert "a seed of another's" not in exported

        folder = tmp_path / "data"
        assert files_with(folder, SEED)
        question = await (await discord.slash(chief, "mydata delete")).message()
        await discord.press(chief, question, "Delete everything")
        await question.until(lambda message: "deleted" in message.text and not message.buttons)
        assert await database.read(lambda connection: naming(connection, user_id)) == {}
        assert files_with(folder, SEED) == []
        assert files_with(folder, "a seed of another's")


@pytest.mark.parametrize("command", ["lyrics", "train", "settings", "artists"])
async def test_nothing_that_is_typed_reaches_the_log(
    discord: DiscordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    command: str,
) -> None:
    caplog.set_level("DEBUG", "bot")
    caplog.set_level("DEBUG", "lstm")
    options = {
        "lyrics": {"seed": SEED, "lines": 2},
        "train": {"artist": "someone", "corpus": CORPUS},
        "settings": {"default_artist": SEED[:40]},
        "artists": {},
    }[command]
    async with opened(discord, tmp_path, monkeypatch) as stage:
        chief = stage.guild.member("a name of a member", MANAGE_GUILD)
        ending = re.compile("generated, in|Number 1|There is no artist|anna ")
        await said_in_the_end(await discord.slash(chief, command, options), ending)
    for secret in (SEED[:40], discord.token, "a name of a member", CORPUS.data.decode()[:40], str(chief.user.id)):
        assert secret not in caplog.text
