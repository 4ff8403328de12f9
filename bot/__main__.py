"""`python -m bot`: reads the settings, opens the services and runs a front end.

Exit status 0: it was asked to stop. 1: it failed, or `doctor` found something wrong. 2: a setting or an argument is
wrong. 130: Ctrl-C before it had started. 143: a command that runs instead of the bot was terminated before its end.

Spawned training processes import this module again, so everything else is imported only where it is used.
"""

import argparse
import asyncio
import logging
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.snowflake import SNOWFLAKE
from bot.token_shape import mistake_in
from bot.version import own_version
from lstm import blas
from lstm.cli import BAD_INPUT, not_installed, program
from lstm.malloc import share_one_arena

try:
    from bot.settings import Settings, SettingsError, create_data_folder, doubtful_settings, read_settings
except ModuleNotFoundError as missing:
    print(f"bot: {not_installed(str(missing.name))}", file=sys.stderr)  # noqa: T201
    sys.exit(BAD_INPUT)

if TYPE_CHECKING:
    from bot.application import Services

ENV_FILE = Path(".env")
"""In the working folder."""
_TERMINATED = 128 + signal.SIGTERM
_CLOSING_SECONDS = 3.0
"""How long a front end may take to close its connections."""

log = logging.getLogger("bot")


def main(arguments: list[str] | None = None) -> int:
    """Run the bot and return the exit status."""
    share_one_arena()
    blas.use_threads(keep=True)  # before NumPy is imported
    parser = argparse.ArgumentParser(
        prog=program("bot"),
        description="Sings lyrics in an artist's style: on Discord if DISCORD_TOKEN is set, else in this console. "
        "All settings come from the environment or .env; .env.example lists them.",
    )
    parser.add_argument("--version", action="version", version=own_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands that run instead of the bot")
    for name, purpose in (
        ("backup", "copy the database to a file; the bot may be running"),
        ("restore", "replace the database with a backup; the bot must not be running"),
    ):
        command = commands.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        command.add_argument("file", metavar="FILE", type=Path)
    purpose = "delete everything stored about a server at once; the bot may be running"
    forget = commands.add_parser("forget-guild", help=purpose, description=f"{purpose.capitalize()}.")
    forget.add_argument("guild", metavar="ID", type=_guild_id, help="the server's id")
    purpose = "check everything that the bot needs to start, and say how to fix what is wrong"
    doctor = commands.add_parser(
        "doctor", help=purpose, description=f"{purpose.capitalize()}. Exit status 0 means that nothing is wrong."
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object on standard output")
    chosen = parser.parse_args(arguments)
    if sys.platform == "win32":
        print("bot: Windows is not supported; run the bot under WSL, the Windows Subsystem for Linux", file=sys.stderr)  # noqa: T201
        return BAD_INPUT
    # Until the event loop installs its own handlers. A command that is cut short has not done what it was asked to.
    terminated = 0 if chosen.command is None else _TERMINATED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(terminated))
    try:
        if chosen.command == "doctor":
            from bot import doctor as checks

            return checks.run(os.environ, ENV_FILE, as_json=chosen.json)
        settings = read_settings(os.environ, ENV_FILE)
        by_default = "WARNING" if settings.discord_token is None else "INFO"
        _configure_logging(settings.log_level or by_default)
        for doubt in doubtful_settings(os.environ, ENV_FILE):
            log.warning(doubt)
        os.environ.pop("DISCORD_TOKEN", None)  # training processes inherit it, and read what strangers wrote
        if chosen.command == "forget-guild":
            return _forget_guild(chosen.guild, settings)
        if chosen.command is not None:
            return _backup_or_restore(chosen.command, chosen.file, settings)
        if settings.discord_token is not None and (mistake := mistake_in(settings.discord_token)) is not None:
            raise SettingsError(f"DISCORD_TOKEN {mistake}")
        return asyncio.run(_serve(settings))
    except SettingsError as error:
        return _say(error, 2)
    except KeyboardInterrupt:
        return 130


def _guild_id(text: str) -> int:
    if not re.fullmatch(SNOWFLAKE, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a server id")
    return int(text)


def _forget_guild(guild_id: int, settings: Settings) -> int:
    """Leave an order for a running bot, or carry it out if none is running."""
    from bot.services.left_guilds import ORDERS, Forgotten, LeftGuilds, leave_order
    from bot.services.recent_deletions import RecentDeletions
    from bot.services.song_record import SongRecord
    from bot.store import jobs
    from bot.store.database import open_database
    from bot.store.faults import StoreError
    from bot.store.instance_lock import InstanceLock, LockedError
    from bot.training.job_folder import delete_folders_but
    from bot.training.news import JobNews

    path = settings.data_dir / "lyrics.db"

    async def forget() -> Forgotten:
        async with open_database(path) as database:
            record = SongRecord(database, RecentDeletions(), on_disk=True, new_id=int)
            days, now = settings.left_guild_days, lambda: datetime.now(UTC)
            forgotten = await LeftGuilds(database, record, JobNews(), days=days, now=now).forget(guild_id)
            live = await database.read(lambda connection: jobs.live(connection, None))
            delete_folders_but(settings.data_dir / "jobs", [job.id for job in live])  # checkpoints hold the corpus
            return forgotten

    try:
        if not path.is_file():
            nothing = f"There is no database at {path} yet, so nothing is stored about server {guild_id}."
            return _say(OSError(nothing), 2)
        try:
            with InstanceLock(path.with_name(path.name + ".lock")):
                pass
        except LockedError:
            leave_order(settings.data_dir / ORDERS, guild_id, path)
            print(f"The running bot will delete everything stored about server {guild_id} within 20 seconds.")  # noqa: T201
            return 0
        forgotten = asyncio.run(forget())
    except OSError as error:
        return _say(OSError(f"{settings.data_dir} cannot be written to: {error.strerror}."), 1)
    except StoreError as error:
        return _say(error, 1)
    if not forgotten.is_anything:
        print(f"Nothing is stored about server {guild_id}.")  # noqa: T201
        return 0
    including = "1 artist" if forgotten.artists == 1 else f"{forgotten.artists} artists"
    print(f"Everything stored about server {guild_id} has been deleted, including {including}.")  # noqa: T201
    return 0


def _backup_or_restore(command: str, file: Path, settings: Settings) -> int:
    from bot.store.backup import BackupError, back_up, restore
    from bot.store.faults import StoreError

    database = settings.data_dir / "lyrics.db"
    try:
        if command == "backup":
            made = back_up(database, file)
            instead = ", replacing the backup that was there" if made.has_replaced else ""
            print(f"Copied {database} to {file}{instead}: {made.size:,} bytes.")  # noqa: T201
        else:
            create_data_folder(settings.data_dir)
            moved_to = restore(file, database, datetime.now(UTC)).moved_to
            # Checkpoints belong to the jobs of the previous database; those of the backup start over.
            shutil.rmtree(settings.data_dir / "jobs", ignore_errors=True)
            kept = "" if moved_to is None else f" The previous database is kept as {moved_to}."
            print(f"Restored {file} to {database}.{kept}")  # noqa: T201
    except BackupError as error:
        return _say(error, 2)
    except StoreError as error:
        return _say(error, 1)
    return 0


async def _serve(settings: Settings) -> int:
    from bot.application import open_application
    from bot.store.faults import StoreError

    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, asked_to_stop.set)
    try:
        async with open_application(settings) as services:
            # Only the front end is ever cancelled, so repeated signals cannot cut the shutdown short.
            front_end = asyncio.create_task(_front_end(settings)(services), name="front end")
            stopping = asyncio.create_task(asked_to_stop.wait())
            await asyncio.wait([front_end, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if asked_to_stop.is_set():
                log.info("stopping on a signal")
            front_end.cancel()
            await asyncio.wait([front_end], timeout=_CLOSING_SECONDS)
            if front_end.done() and not front_end.cancelled():
                front_end.result()
    except StoreError as error:
        return _say(error, 1)
    except SettingsError:
        raise
    except Exception:
        log.exception("the bot failed")
        return 1
    log.info("stopped")
    return 0


def _front_end(settings: Settings) -> "Callable[[Services], Coroutine[None, None, None]]":
    """Import only the front end that the settings ask for."""
    if settings.discord_token is None:
        from bot.console import run as run_console

        return run_console
    from bot.discord_app import run as run_discord

    return run_discord


def _configure_logging(level: str) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        level=max(logging.getLevelNamesMapping()[level], logging.INFO),
    )
    # Debug messages of other libraries contain what users type, so only our own go below INFO.
    for name in ("bot", "lstm"):
        logging.getLogger(name).setLevel(level)


def _say(error: Exception, status: int) -> int:
    print(f"bot: {error}", file=sys.stderr)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main())
