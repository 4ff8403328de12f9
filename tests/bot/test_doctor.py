"""`python -m bot doctor` finds what is wrong, and says how to fix it."""

import base64
import errno
import fcntl
import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.application import open_application
from bot.doctor import Finding, look
from bot.settings import Settings
from tests.bot import samples

ROOT = Path(__file__).parents[2]
TOKEN = f"{base64.urlsafe_b64encode(b'123456789012345678').decode()}.G_abcd.{'x' * 38}"


def findings(folder: Path, **environment: str) -> list[Finding]:
    return list(look({"LYRICS_DATA_DIR": str(folder / "data")} | environment, folder / ".env"))


def wrong(folder: Path, **environment: str) -> list[str]:
    found = findings(folder, **environment)
    return [f"{finding.about}: {finding.text}" for finding in found if finding.state == "wrong"]


async def start_once(folder: Path, **settings: object) -> None:
    async with open_application(Settings(data_dir=folder / "data", **settings)):
        pass


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(tmp_path: Path) -> None:
    assert wrong(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


async def test_after_a_start_nothing_is_wrong(tmp_path: Path) -> None:
    await start_once(tmp_path)
    found = {finding.about: finding for finding in findings(tmp_path, DISCORD_TOKEN=TOKEN)}
    assert all(finding.state == "ok" for finding in found.values()), found
    assert found["models"].text == "model files: 8; artists in the database: 8"


async def test_a_damaged_base_of_an_earlier_release(tmp_path: Path) -> None:
    await start_once(tmp_path)
    copy = tmp_path / "data" / "bases" / ("0" * 64) / "base.safetensors"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"damaged")
    (found,) = wrong(tmp_path)
    assert found.startswith(f"models: {copy} is damaged: start the bot, which replaces the base of its own release, or")


async def test_it_says_if_a_bot_is_running(tmp_path: Path) -> None:
    async with open_application(Settings(data_dir=tmp_path / "data")):
        notes = [finding.text for finding in findings(tmp_path) if finding.about == "locks"]
        assert wrong(tmp_path) == []
    assert notes == ["a bot is using this folder; a second one needs another LYRICS_DATA_DIR."]


def test_settings_that_are_wrong_unknown_or_open_to_others(tmp_path: Path) -> None:
    assert wrong(tmp_path, LYRICS_TRAIN_WORKERS="many") == [
        "settings: LYRICS_TRAIN_WORKERS is 'many'; it must be a whole number from 1 to 64."
    ]
    env_file = tmp_path / ".env"
    env_file.write_text(f"DISCORD_TOKEN={TOKEN}\nLYRICS_HISTORY_DAY=0\n")
    env_file.chmod(0o644)
    unknown, readable = wrong(tmp_path)
    assert unknown.endswith(
        "LYRICS_HISTORY_DAY in .env is not a setting and does nothing; did you mean LYRICS_HISTORY_DAYS?".replace(
            ".env", str(env_file)
        )
    )
    assert readable == f"settings: other accounts of this machine can read the token: chmod 600 {env_file}"
    env_file.chmod(0o600)
    assert wrong(tmp_path) == [unknown]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("123456789012345678", "is an application id"),
        ("a1_-" * 8, "looks like a client secret"),
        ("abc.def.ghi", "does not look like a bot token"),
        ("not-an-id-in-base64." + TOKEN.partition(".")[2], "does not look like a bot token"),
    ],
)
def test_what_is_no_token_is_told_apart_and_not_shown(tmp_path: Path, token: str, said: str) -> None:
    (found,) = wrong(tmp_path, DISCORD_TOKEN=token)
    assert found.startswith(f"DISCORD_TOKEN: {said}")
    assert "Reset Token" in found
    assert token not in found


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (found,) = [text for text in wrong(tmp_path, LYRICS_DATA_DIR="/proc/lyrics") if text.startswith("data folder")]
    assert "/proc" in found
    assert "set LYRICS_DATA_DIR to another folder" in found
    assert "MB left" not in found


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    (tmp_path / "data").mkdir()
    monkeypatch.setattr(fcntl, "flock", no_locks)
    (found,) = wrong(tmp_path)
    assert "cannot be locked (no locks available): set LYRICS_DATA_DIR to a folder on a local disk" in found


def test_a_data_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (found,) = wrong(tmp_path, LYRICS_DATA_DIR=str(tmp_path / "file" / "data"))
    assert found == (
        f"settings: LYRICS_DATA_DIR is '{tmp_path / 'file' / 'data'}'; "
        "it must be the path of a folder, or of a new one in a folder that exists."
    )


async def test_a_database_that_is_damaged_newer_or_none(tmp_path: Path) -> None:
    await start_once(tmp_path)
    path = tmp_path / "data" / "lyrics.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 999")
    (newer,) = wrong(tmp_path)
    assert "schema version 999" in newer
    assert "install the newer bot" in newer
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    assert any("damaged (" in found or ("malformed" in found and "bot restore" in found) for found in wrong(tmp_path))
    path.write_bytes(b"no database " * 50)
    assert any("cannot be read (file is not a database)" in found for found in wrong(tmp_path))


async def test_models_and_corpora_that_cannot_be_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder in ("models", "corpora"):
        (data / folder).mkdir(parents=True)
    (data / "models" / "broken.safetensors").write_bytes(b"no model")
    (data / "corpora" / "broken.txt").write_bytes(bytes(range(256)) * 20)
    corpus, model = wrong(tmp_path)
    assert "broken.safetensors is not a complete safetensors file" in model
    assert "Train the artist again" in model
    assert "broken.txt cannot be used for training" in corpus


async def test_a_version_in_the_database_that_cannot_sing(tmp_path: Path) -> None:
    await start_once(tmp_path)
    connection = sqlite3.connect(tmp_path / "data" / "lyrics.db")
    connection.execute("UPDATE versions SET weights = ? WHERE id = 1", (samples.model(1)[:-100],))
    connection.commit()
    connection.close()
    (found,) = wrong(tmp_path)
    assert "version 1 of " in found
    assert "/rollback" in found


def test_a_default_artist_that_does_not_exist(tmp_path: Path) -> None:
    (found,) = wrong(tmp_path, LYRICS_DEFAULT_ARTIST="nobody")
    assert "it must be a shared artist (corner-store-kid, gravel-and-rain, harbour-lights," in found


def test_ports_and_clusters(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        (found,) = wrong(tmp_path, LYRICS_METRICS_PORT=port)
        assert (
            found
            == f"LYRICS_METRICS_PORT: nothing can listen on port {port} (Address already in use): choose another one."
        )
    (found,) = wrong(tmp_path, LYRICS_DASK_SCHEDULER=f"tcp://127.0.0.1:{port}")
    assert "does not answer" in found or "needs the extra" in found


def test_as_a_command(tmp_path: Path) -> None:
    def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
        return subprocess.run(
            [sys.executable, "-m", "bot", "doctor", *arguments],
            env=kept | {"PYTHONPATH": str(ROOT)} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    well = doctor()
    assert (well.returncode, well.stderr) == (0, "")
    assert well.stdout.endswith("\n\nNo problems found.\n")
    (tmp_path / ".env").write_text("DISCORD_TOKEN: abc.def.ghi\n")
    ill = doctor("--json")
    assert ill.returncode == 1
    said = json.loads(ill.stdout)
    assert said["wrong"] == 1
    assert said["findings"][-1]["text"].startswith(".env line 1 (DISCORD_TOKEN …) cannot be read")
