"""`python -m bot` from outside: its arguments, what stops its start, and what it imports."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bot(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=kept | {"PYTHONPATH": str(ROOT)} | environment,
        cwd=folder,
        input="",
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_help_and_version(tmp_path: Path) -> None:
    assert "DISCORD_TOKEN" in bot(tmp_path, "--help").stdout
    assert bot(tmp_path, "--version").returncode == 0


def test_a_wrong_argument_ends_with_2(tmp_path: Path) -> None:
    assert bot(tmp_path, "--verbose").returncode == 2


def test_a_wrong_setting_ends_with_2_and_one_line(tmp_path: Path) -> None:
    ended = bot(tmp_path, LYRICS_TRAIN_WORKERS="many")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "bot: LYRICS_TRAIN_WORKERS is 'many'; it must be a whole number from 1 to 64\n"
    (tmp_path / ".env").write_text("LYRICS_HISTORY_DAYS=ever\n")
    assert bot(tmp_path).stderr.startswith("bot: LYRICS_HISTORY_DAYS is 'ever'; it must be")


def test_an_unreadable_line_and_a_missing_default_artist_end_with_2_and_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN: abc.def.ghi\n")
    ended = bot(tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("bot: .env line 1 (DISCORD_TOKEN …) cannot be read; it must be")
    assert len(ended.stderr.splitlines()) == 1
    assert "abc" not in ended.stderr
    (tmp_path / ".env").unlink()
    ended = bot(tmp_path, LYRICS_DEFAULT_ARTIST="nobody", LYRICS_DATA_DIR="data")
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "bot: LYRICS_DEFAULT_ARTIST is 'nobody'; "
        "it must be a shared artist (corner-store-kid, gravel-and-rain, harbour-lights, "
    )
    assert len(ended.stderr.splitlines()) == 1


def test_an_unknown_name_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKN=abc.def.ghi\n")
    ended = bot(tmp_path, LYRICS_DATA_DIR="data", LYRICS_HISTORY_DAY="0")
    assert ended.returncode == 0
    first, second = ended.stderr.splitlines()
    assert first.endswith(
        "WARNING bot: DISCORD_TOKN in .env is not a setting and does nothing; did you mean DISCORD_TOKEN?"
    )
    assert "LYRICS_HISTORY_DAY is not a setting" in second
    assert "abc" not in ended.stderr


def test_what_is_no_token_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    ended = bot(tmp_path, LYRICS_DATA_DIR="data", DISCORD_TOKEN="abc")
    assert ended.returncode == 2
    assert ended.stderr.startswith("bot: DISCORD_TOKEN does not look like a bot token, which has three parts")
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("closed", [False, True])
def test_without_token_and_terminal_one_line_says_what_is_missing(tmp_path: Path, closed: bool) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m bot {'<&-' if closed else '< /dev/null'}"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "bot: DISCORD_TOKEN is not set, and there is no terminal to chat in: set it in the environment or in .env\n"
    )


def test_a_store_that_cannot_be_used_ends_with_1_and_one_line(tmp_path: Path) -> None:
    (tmp_path / "lyrics.db").write_bytes(b"no database " * 50)
    ended = bot(tmp_path, LYRICS_DATA_DIR=".")
    assert ended.returncode == 1
    assert ended.stderr == (
        "bot: lyrics.db is damaged, or is not the bot's database. Restore a backup with "
        "`python -m bot restore FILE`, or move it away to start with an empty one.\n"
    )


NO_LOCKS = """
import errno, fcntl, os, runpy, sys
def flock(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
fcntl.flock = flock
sys.argv = ["bot", *sys.argv[1:]]
runpy.run_module("bot", run_name="__main__")
"""


def test_a_drive_without_locks_is_said_in_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NO_LOCKS],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LYRICS_DATA_DIR": str(tmp_path), "DISCORD_TOKEN": ""},
        input="",
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "Set LYRICS_DATA_DIR to a folder on a local disk." in ended.stderr


def test_backup_and_restore(tmp_path: Path) -> None:
    data = {"LYRICS_DATA_DIR": "data"}
    assert bot(tmp_path, **data).returncode == 0
    made = bot(tmp_path, "backup", "copy.db", **data)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("Copied data/lyrics.db to copy.db: ")
    (tmp_path / "data" / "jobs" / "3").mkdir(parents=True)
    restored = bot(tmp_path, "restore", "copy.db", **data)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "Restored copy.db to data/lyrics.db. The previous database is kept as data/lyrics.db.before-" in (
        restored.stdout
    )
    assert not (tmp_path / "data" / "jobs").exists()
    assert bot(tmp_path, **data).returncode == 0
    (tmp_path / "note.txt").write_text("no database")
    for command, file, words in (
        ("restore", "note.txt", "is not a backup"),
        ("restore", "nothing", "There is no file"),
        ("backup", "note.txt", "already exists and is not a backup"),
    ):
        refused = bot(tmp_path, command, file, **data)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert words in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert (tmp_path / "note.txt").read_text() == "no database"


def test_paths_that_cannot_be_used_end_with_2_and_one_line(tmp_path: Path) -> None:
    assert bot(tmp_path, LYRICS_DATA_DIR="data").returncode == 0
    assert bot(tmp_path, "backup", "copy.db", LYRICS_DATA_DIR="data").returncode == 0
    (tmp_path / "dangling").symlink_to("nowhere/at all")
    long_name = "x" * 300
    for command, argument, folder, words in (
        ("backup", long_name, "data", "cannot be read: File name too long."),
        ("restore", long_name, "data", "cannot be read: File name too long."),
        ("restore", "copy.db", "dangling", "LYRICS_DATA_DIR is 'dangling'; it must be the path of a folder"),
    ):
        refused = bot(tmp_path, command, argument, LYRICS_DATA_DIR=folder)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert words in refused.stderr
        assert refused.stderr.count("\n") == 1


TERMINATED_AT = """
import fcntl, os, runpy, signal, sys
def terminated(*_):
    os.kill(os.getpid(), signal.SIGTERM)
at, *arguments = sys.argv[1:]
setattr({"flock": fcntl, "fsync": os}[at], at, terminated)
sys.argv = ["bot", *arguments]
runpy.run_module("bot", run_name="__main__")
"""


@pytest.mark.parametrize(("at", "arguments"), [("fsync", ["backup", "copy.db"]), ("flock", ["forget-guild", "7"])])
def test_a_command_that_is_terminated_does_not_report_success(tmp_path: Path, at: str, arguments: list[str]) -> None:
    assert bot(tmp_path, LYRICS_DATA_DIR="data").returncode == 0
    ended = subprocess.run(
        [sys.executable, "-c", TERMINATED_AT, at, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LYRICS_DATA_DIR": "data", "DISCORD_TOKEN": ""},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_port_for_metrics_that_is_in_use_ends_with_2_and_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = bot(tmp_path, LYRICS_DATA_DIR="data", LYRICS_METRICS_PORT=str(port), LYRICS_LOG_LEVEL="ERROR")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"bot: LYRICS_METRICS_PORT is '{port}'; it must be a port that the bot can listen on (Address already in use)\n"
    )


def test_an_end_of_input_ends_with_0(tmp_path: Path) -> None:
    assert bot(tmp_path, LYRICS_DATA_DIR="data").returncode == 0
    assert (tmp_path / "data" / "lyrics.db").exists()


@pytest.mark.parametrize("level", ["ERROR", "INFO", "DEBUG"])
def test_the_log_goes_to_standard_error_by_its_level(tmp_path: Path, level: str) -> None:
    ended = bot(tmp_path, LYRICS_LOG_LEVEL=level)
    assert ended.stdout == ""
    assert ("with SQLite" in ended.stderr) == (level != "ERROR")


def test_the_log_does_not_talk_into_the_console_chat(tmp_path: Path) -> None:
    assert bot(tmp_path, LYRICS_DATA_DIR="data").stderr == ""
    (tmp_path / "data" / "models").mkdir()
    (tmp_path / "data" / "models" / "broken.safetensors").write_bytes(b"no model")
    assert "did not import data/models/broken.safetensors" in bot(tmp_path, LYRICS_DATA_DIR="data").stderr


def test_the_console_imports_nothing_heavy_that_it_does_not_use(tmp_path: Path) -> None:
    program = (
        "import sys; from bot.__main__ import main; status = main([]); print('\\n'.join(sys.modules)); sys.exit(status)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LYRICS_DATA_DIR": str(tmp_path), "DISCORD_TOKEN": ""},
        input="",
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 0, ended.stderr
    modules = set(ended.stdout.split())
    assert "bot.console.chat" in modules
    assert not modules & {
        "discord",
        "aiohttp",
        "matplotlib",
        "torch",
        "prompt_toolkit",
        "charset_normalizer",
        "prometheus_client",
    }


def test_what_a_spawned_process_imports_again_is_light() -> None:
    program = "import bot.__main__, sys; print('\\n'.join(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert not set(ended.stdout.split()) & {"numpy", "sqlite3", "aiosqlite", "discord", "rich", "bot.application"}
