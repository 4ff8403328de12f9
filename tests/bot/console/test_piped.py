"""The console without a terminal: lines in, plain text out."""

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot import samples
from tests.bot.console.conftest import BOT


async def start(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *BOT,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=environment["LYRICS_DATA_DIR"],
    )


async def chat(environment: dict[str, str], *lines: str) -> str:
    """Type the lines, and return what the bot said until it exited by itself."""
    bot = await start(environment)
    async with asyncio.timeout(120):
        output, errors = await bot.communicate("".join(f"{line}\n" for line in lines).encode())
    assert bot.returncode == 0, errors.decode()
    assert "Traceback" not in errors.decode()
    return output.decode()


async def test_a_chat(environment: dict[str, str]) -> None:
    said = await chat(
        environment,
        "I walk alone",
        "/lyrics seed:The sea artist:BURNS lines:3 rhyme:abab",
        "/again",
        "/continue",
        "/artists",
        "/artist burns",
        "/history",
        "/lyrics seed:x lines:99",
        "/lyrics seed:x artist:nobody",
        "/settings",
        "/jobs",
        "/about",
        "/help",
        "/wrong",
        "",
        "[bold]as typed[/bold]",
        "/mydata delete",
        "/mydata delete --yes",
        "/history",
        "/quit",
        "never sung",
    )
    assert said.startswith("I walk alone")
    assert said.count("The sea") >= 2
    assert "[bold]as typed[/bold]" in said
    for part in (
        "— generated, in the style of Burns · 12 lines · temperature 0.6",
        "— generated, in the style of Burns · 3 lines · rhyme ABAB · temperature 0.6",
        "A song must have 2 to 40 lines",
        "There is no artist “nobody” here",
        "/settings only works in a server on Discord.",
        "No training jobs yet.",
        "/rollback",
        "There is no command /wrong",
        "This deletes everything stored about you. Nothing was done; add --yes to confirm.",
        "Requests deleted: 5.",
        "Nothing is stored about you here.",
    ):
        assert part in said, part
    assert "\x1b" not in said
    assert "never sung" not in said


async def test_a_confirmation_that_does_not_come_changes_nothing(environment: dict[str, str]) -> None:
    said = await chat(environment, "/forget burns", "yes my love", "/artists")
    assert "Nothing was done; add --yes to confirm." in said
    assert "yes my love" in said.splitlines()[1], "the line after a question must not answer it"
    assert "Burns" in said.rpartition("yes my love")[2]
    said = await chat(environment, "/forget burns --yes", "/artists")
    # The artists that come with the bot are still listed, if there are any.
    _, listed = said.split("“Burns” has been deleted.\n")
    stays, changed, *listed = listed.splitlines()
    assert stays.startswith(
        "Files that were put into the data folder stay there: models/Burns.safetensors, with the curve and the text. "
        "Delete them by hand."
    )
    assert changed == "“corner-store-kid” is now the default artist."
    assert "Burns" not in "\n".join(listed)


async def test_training_an_artist_of_the_bot_is_confirmed(environment: dict[str, str]) -> None:
    said = await chat(
        environment, "/train artist:harbour-lights", "/jobs", "/train artist:harbour-lights minutes:0 --yes"
    )
    assert "“harbour-lights” comes with the bot; this trains a new version of it for everyone. Nothing was done" in said
    assert "No training jobs yet." in said
    assert "ask for more than 0" in said


async def test_what_a_terminal_would_obey_is_not_printed(environment: dict[str, str]) -> None:
    said = await chat(
        environment,
        "\x1b[2Jwalk\x07 \x9b31m on",
        "/again",
        "/lyrics seed:x artist:\x1b]0;title\x07",
        "/history",
        f"/train artist:x corpus:{'/a' * 5000}",
        "/train artist:x corpus:~nobody-of-that-name/x",
        "/train artist:x corpus:/proc/self/mem",  # opens, and gives an error as it is read
    )
    assert "/proc/self/mem cannot be read: Input/output error." in said
    assert said.count("[2Jwalk 31m on") == 4
    assert not set(said) & {"\x1b", "\x07", "\x9b"}
    assert max(map(len, said.splitlines())) < 200
    assert "cannot be read: there is no such user." in said


async def test_a_command_without_its_slash_gets_a_hint_instead_of_a_song(environment: dict[str, str]) -> None:
    said = await chat(environment, "exit", "Help", "help me sing", "/lyrics seed:quit artist:burns lines:2")
    assert said.startswith("The command is /quit. To use that word as a seed, type /lyrics seed:exit\n")
    assert "The command is /help." in said
    assert said.count("in the style of Burns") == 2


async def test_help_gives_examples_and_the_values_of_options(environment: dict[str, str]) -> None:
    said = await chat(environment, "/help", "/help lyrics", "/help /train", "/help xyz")
    for part in (
        "/help lyrics.",
        "rhyme:AABB",
        "0.1 (safe) to 1.5 (wild)",
        "AABB, ABAB",
        "2 to 40",
        "corpus:songs.txt",
    ):
        assert part in said, part
    assert "There is no command /xyz; /help lists them." in said


async def test_a_path_in_the_wrong_place_is_explained(environment: dict[str, str]) -> None:
    said = await chat(
        environment, "/train artist:x mysongs.txt", "/train artist:x corpus:/tmp", "/lyrics seed:x artist:burn s"
    )
    assert "To train on that file, type /train artist:x corpus:mysongs.txt" in said
    assert "/tmp is a folder; give the path of a text file." in said
    assert "There is no artist “burn s” here. Did you mean “Burns”?" in said


async def test_a_song_that_copies_says_so(environment: dict[str, str], data_dir: Path) -> None:
    (data_dir / "models" / "Parrot.safetensors").write_bytes(samples.copying_model())
    said = await chat(environment, "/lyrics seed:Oh! artist:parrot lines:3 rhyme:AAAA", "Oh!")
    _, burns = said.split("in the style of Parrot")
    assert burns.splitlines()[0].endswith(" lines copy the artist · 2 lines have no rhyme")
    assert burns.count("copy") == 1


async def test_a_training_is_followed_and_its_artist_sings(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "my songs.txt").write_text(samples.corpus(12))
    said = await chat(
        environment | {"LYRICS_TRAIN_MINUTES": "0.05"},
        f"/train artist:Harbour Choir corpus:{tmp_path}/my songs.txt",
        "/lyrics seed:I walk artist:harbour choir lines:3",
        "/train artist:Harbour Choir corpus:/no/such file",
        "/train artist:silent",
        "/train artist:Harbour Choir minutes:3",
        "/jobs",
    )
    for part in (
        "job 1, Harbour Choir: succeeded. Version 1 ",
        "There is no file /no/such file",
        "There is no text for “silent” yet",
        "at most 0.05 minutes",
    ):
        assert part in said, part


async def test_songs_go_to_files_and_nothing_is_overwritten(environment: dict[str, str], data_dir: Path) -> None:
    said = await chat(
        environment,
        "/lyrics seed:The sea > the sun lines:2 > songs.txt",
        "/again >> songs.txt",
        "/again > songs.txt",
        "/again > no/such/folder.txt",
        "/mydata export > mine.json",
    )
    first, second = (data_dir / "songs.txt").read_text().rstrip().split("\n\n\n")
    assert first.startswith("The sea > the sun")
    assert second.startswith("The sea > the sun")
    assert len(json.loads((data_dir / "mine.json").read_text())["requests"]) == 2
    assert said.count("· written to songs.txt") == 2
    assert "The sea" not in said
    assert "songs.txt already exists: name another file, or append to it with >>." in said
    assert "no/such/folder.txt cannot be written: there is no such folder." in said


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
async def test_other_encodings_get_plainer_characters(environment: dict[str, str], encoding: str) -> None:
    bot = await start(environment | {"PYTHONIOENCODING": encoding})
    output, errors = await bot.communicate("Čas — the “moon”\n/lyrics seed:x artist:nobody\n".encode())
    assert bot.returncode == 0, errors.decode()
    said = output.decode(encoding)
    assert '?as - the "moon"' in said
    assert 'There is no artist "nobody" here' in said


async def test_two_bots_on_one_folder(environment: dict[str, str]) -> None:
    first = await start(environment)
    assert first.stdin is not None
    assert first.stdout is not None
    first.stdin.write(b"/jobs\n")
    assert await first.stdout.readline() == b"No training jobs yet.\n"
    second = await start(environment)
    _, errors = await second.communicate(b"")
    assert second.returncode == 1
    assert errors.decode().splitlines()[-1].startswith("bot: Another bot is using ")
    first.stdin.close()
    assert await first.wait() == 0


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_an_idle_bot(environment: dict[str, str], signal_number: int) -> None:
    bot = await start(environment)
    assert bot.stdin is not None
    assert bot.stdout is not None
    bot.stdin.write(b"/jobs\n")
    await bot.stdout.readline()
    bot.send_signal(signal_number)
    async with asyncio.timeout(5):
        assert await bot.wait() == 0


async def test_sigterm_in_a_training_leaves_it_for_the_next_start(
    environment: dict[str, str], data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "songs.txt").write_text(samples.corpus())
    bot = await start(environment)
    assert bot.stdin is not None
    assert bot.stdout is not None
    bot.stdin.write(f"/train artist:choir corpus:{tmp_path}/songs.txt\n".encode())
    async with asyncio.timeout(20):
        while b"%" not in await bot.stdout.readline():
            pass
    bot.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await bot.wait() == 0
    with closing(sqlite3.connect(data_dir / "lyrics.db")) as connection:
        assert connection.execute("SELECT state, attempts FROM jobs").fetchall() == [("queued", 0)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (data_dir / "jobs" / "1" / "checkpoint").exists()


async def test_ctrl_c_cancels_the_training_and_twice_ends_the_chat(
    environment: dict[str, str], data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "songs.txt").write_text(samples.corpus())
    bot = await start(environment)
    assert bot.stdin is not None
    assert bot.stdout is not None
    bot.stdin.write(f"/train artist:choir corpus:{tmp_path}/songs.txt\n".encode())
    assert b"after cleaning" in await bot.stdout.readline()
    while not (line := await bot.stdout.readline()).startswith(b"job 1, choir: "):
        assert line  # first comes what was understood of the text
    bot.send_signal(signal.SIGINT)
    async with asyncio.timeout(5):
        while b"cancelled" not in await bot.stdout.readline():
            pass
    bot.stdin.write(b"/jobs\n")
    assert b"state" in await bot.stdout.readline()
    assert b"cancelled" in await bot.stdout.readline()
    bot.send_signal(signal.SIGINT)
    async with asyncio.timeout(5):
        assert await bot.wait() == 0


async def test_what_is_typed_and_sung_is_not_in_the_log(environment: dict[str, str]) -> None:
    bot = await start(environment | {"LYRICS_LOG_LEVEL": "DEBUG"})
    _, errors = await bot.communicate(b"a very private seed\n/history\n/mydata export\n")
    assert bot.returncode == 0
    assert b"outcome=sung" in errors
    assert b"private seed" not in errors
