"""The real bot under attack: `python -m tests.security.attack` prints a table; ATTACKS.md has one with explanations.

A stranger's server uploads one hostile file after the other while members of another server ask for songs and press
buttons, all through the stand-in for Discord: a real process, a real websocket. For every attack the table says how it
ended, by how much heartbeats were late, and how long the others waited for a first answer.
"""

import argparse
import asyncio
import math
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.discord_stand_in import MANAGE_GUILD, Interaction, Member, Message, Upload
from tests.end_to_end.bot_process import REPOSITORY
from tests.security.answers import is_a_sentence, is_over, text_of
from tests.security.hostile_files import FILES, HostileFile, songs
from tests.security.hostile_words import CONSOLE_LINES
from tests.security.neighbours import MOST_LATE_SECONDS, MOST_WAIT_SECONDS, has_button
from tests.security.process_stage import COLUMNS, ProcessStage, Row, started
from tests.security.word_attacks import words

UPLOAD_SECONDS = 400.0
TRAINING_SECONDS = 20.0
"""How long an artist trains on a text that was accepted before it is cancelled."""
UPLOADERS = 12
LONGEST_SAID = 140


async def nothing(here: ProcessStage, seconds: float = 10) -> None:
    """What the table is to be compared with."""
    async with here.watching() as watched:
        await asyncio.sleep(seconds)
    here.add(Row("none", "", seconds, watched))


async def upload(here: ProcessStage, file: HostileFile) -> None:
    """A stranger's server brings a file."""
    # In a thread, so that this process, which is also Discord, goes on to take heartbeats.
    data = await asyncio.to_thread(file.make)
    who = here.stranger()
    async with here.watching() as watched:
        began = time.monotonic()
        said, is_fine = await uploaded(here, who, Upload("songs.txt", data, declared_size=file.declared_size))
        seconds = time.monotonic() - began
        await asyncio.sleep(max(0.0, 3 - seconds))
    here.add(Row(file.name, said, seconds, watched, is_fine))


async def uploaded(here: ProcessStage, who: Member, attached: Upload) -> tuple[str, bool]:
    """What the bot said of a file, and whether that is one sentence, or a training that could be cancelled."""
    asked = await here.discord.slash(who, "train", {"artist": "hostile", "corpus": attached})
    try:
        await asked.changes.until(lambda: _outcome(asked) is not None, UPLOAD_SECONDS, "an end")
    except AssertionError:
        return "nothing", False
    message = _outcome(asked)
    assert message is not None
    if message.ephemeral:
        return message.text, is_a_sentence(message.text)
    understood = message.text.split("\n")[1]
    with suppress(AssertionError):
        await message.until(lambda message: "characters/s" in message.text or _ended(message), TRAINING_SECONDS)
    began = "learns" if "characters/s" in message.text else "fails" if _ended(message) else "prepares"
    said = f"“{understood}”, {began}"
    if not _ended(message):
        await here.discord.press(who, message, "Cancel")
        try:
            await message.until(_ended, 10)
        except AssertionError:
            return f"{said}, is not cancelled", False
        said += ", is cancelled"
    return said, is_a_sentence(understood)


async def many_uploads(here: ProcessStage) -> None:
    """Many servers bring a large file at the same time."""
    data = await asyncio.to_thread(songs)
    strangers = [here.stranger() for _ in range(UPLOADERS)]
    async with here.watching() as watched:
        began = time.monotonic()
        ends = await asyncio.gather(*(uploaded(here, who, Upload("songs.txt", data)) for who in strangers))
        seconds = time.monotonic() - began
    busy = sum("Many texts are being read or sent" in said for said, _ in ends)
    rest = [said for said, _ in ends if "Many texts" not in said]
    said = f"{busy} told to try again in a minute; the others: {_short(rest[0])}"
    here.add(Row(f"{UPLOADERS} servers with 8 MB each at once", said, seconds, watched, all(fine for _, fine in ends)))


async def floods(here: ProcessStage) -> None:
    """One member does the same thing very often at the same moment."""
    discord, who = here.discord, here.stranger()
    song = await (await discord.slash(who, "lyrics", {"seed": "I walk", "lines": 4})).final(_is_whole)
    heavy = await asyncio.to_thread(songs, 2_000_000)
    asked = await discord.slash(who, "train", {"artist": "hostile", "corpus": Upload("songs.txt", heavy)})
    training = await asked.message(UPLOAD_SECONDS)
    acts: dict[str, tuple[int, Callable[[], Awaitable[Interaction]]]] = {
        "autocompletions": (300, lambda: discord._acts.autocomplete(who, "lyrics", "artist", {"artist": ""}, None)),
        "/artists": (200, lambda: discord.slash(who, "artists")),
        "/artist, with its picture": (200, lambda: discord.slash(who, "artist", {"name": "harbour-lights"})),
        "Whole song": (200, lambda: discord.press(who, song, "Whole song")),
        "👍": (200, lambda: discord.press(who, song, "👍")),
        "Card": (60, lambda: discord.press(who, song, "Card")),
        "/mydata export": (100, lambda: discord.slash(who, "mydata export")),
        "Show cleaned text, 2 MB": (100, lambda: discord.press(who, training, "Show cleaned text")),
    }
    for name, (count, act) in acts.items():
        async with here.watching() as watched:
            began = time.monotonic()
            sent = [await act() for _ in range(count)]
            answered = await _answered(sent)
            seconds = time.monotonic() - began
            await asyncio.sleep(max(0.0, 3 - seconds))
        wrong = sum("Something went wrong" in text_of(interaction) for interaction in sent)
        said = f"{answered} answered" + (f", {wrong} errors" if wrong else "")
        here.add(Row(f"{count} times {name}, one member at once", said, seconds, watched, not wrong))
    await discord.press(who.guild.member("another", MANAGE_GUILD), training, "Cancel")  # the first is not answered now


async def _answered(sent: Sequence[Interaction]) -> int:
    """How many interactions are answered, once no further ones are."""
    answered = -1
    while (now := sum(is_over(interaction) for interaction in sent)) not in (answered, len(sent)):
        answered = now
        await asyncio.sleep(2)
    return now


def _is_whole(message: Message) -> bool:
    return has_button(message, "Again")


async def stop_meanwhile(here: ProcessStage) -> None:
    """SIGTERM while files are read and songs are sung."""
    data = await asyncio.to_thread(songs)
    for who in [here.stranger() for _ in range(2)]:
        await here.discord.slash(who, "train", {"artist": "hostile", "corpus": Upload("songs.txt", data)})
    await asyncio.sleep(2)
    here.neighbours.is_here = False
    status, seconds = await here.bot.stop()
    here.add(Row("SIGTERM while two files are read", f"exit status {status}", seconds, None, status == 0))


async def console(here: ProcessStage, folder: Path) -> None:
    """Hostile lines at the prompt of a console."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
    environment |= {"PYTHONPATH": str(REPOSITORY), "LYRICS_DATA_DIR": str(folder / "console")}
    async with here.watching() as watched:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot"),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        typed = "\n".join([*CONSOLE_LINES, ""]).encode("utf-8", "surrogatepass")
        shown, _ = await process.communicate(typed)
        seconds = time.monotonic() - began
    text = shown.decode(errors="replace")
    wrong = [word for word in ("Traceback", "Something went wrong", "\x1b[2J", "\x07") if word in text]
    said = f"{len(CONSOLE_LINES)} lines, exit status {process.returncode}"
    here.add(Row("lines at the console", f"{said}; {wrong}" if wrong else said, seconds, watched, not wrong))


def _outcome(asked: Interaction) -> Message | None:
    """The message that says what becomes of an upload."""
    if asked.followups:
        return asked.followups[0]
    original = asked.original
    return original if original is not None and not original.loading and not original.deleted else None


def _ended(message: Message) -> bool:
    return not any(button.get("label") == "Cancel" for button in message.buttons)


def _short(said: str) -> str:
    return said if len(said) <= LONGEST_SAID else said[:LONGEST_SAID] + "…"


PARTS = {"many": many_uploads, "floods": floods, "words": words, "stop": stop_meanwhile}


async def attack(parts: Sequence[str], chosen: Sequence[HostileFile]) -> bool:
    """Run the attacks; return whether all was held."""
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder)) as here:
            print(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", flush=True)
            await nothing(here)
            for part in parts:
                if part == "files":
                    for file in chosen:
                        await upload(here, file)
                elif part == "console":
                    await console(here, Path(folder))
                else:
                    await PARTS[part](here)
            problems = [line for line in here.bot.log.splitlines() if "ERROR" in line or "Traceback" in line]
            watched = [row.watched for row in here.rows if row.watched is not None]
            late = [beat for one in watched for beat in one.late]
            waits = [wait for one in watched for wait in one.waits]
            latest, longest = max(late, default=math.inf) * 1000, max(waits, default=math.inf)
            print(f"\nHeartbeats: {len(late)}, late by at most {latest:.0f} ms (< {MOST_LATE_SECONDS * 1000:.0f}).")
            print(f"Acts of others: {len(waits)}, answered within {longest:.2f} s (< {MOST_WAIT_SECONDS:g}).")
            print(f"Pings: {len(here.discord.messages.pings)}; lines of errors in the log: {len(problems)}.")
            print(*problems[:5], sep="\n")
            return all(row.is_fine for row in here.rows) and not problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Attack; status 1 if anything was not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.attack", description=__doc__)
    parser.add_argument(
        "--parts", default="files,many,floods,words,console,stop", help="comma separated; default: %(default)s"
    )
    parser.add_argument("--files", default="", help="only the files whose names contain this")
    options = parser.parse_args(arguments)
    chosen = [file for file in FILES if options.files in file.name]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    return 0 if asyncio.run(attack(options.parts.split(","), chosen)) else 1


if __name__ == "__main__":
    sys.exit(main())
