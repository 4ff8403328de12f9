"""`python -m bot doctor`: checks everything that the bot needs to start, and says how to fix what is wrong.

Changes nothing, starts nothing, and may run while the bot does.
"""

import json
import os
import platform
import re
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.env_file import read_env_file
from bot.services.data_files import SHIPPED, DataFiles, DataFolder, own_folder
from bot.settings import Settings, SettingsError, doubtful_settings, read_settings, wrong_value
from bot.store.artists import name_key
from bot.store.database import OLDEST_SQLITE
from bot.store.examining import Examined, examine, singing_weights
from bot.store.instance_lock import InstanceLock, LockedError
from bot.store.migrating import newest_version
from bot.token_shape import mistake_in
from lstm.model.installed_bases import damaged_bases
from lstm.model.model_file import ModelFileError, load_model
from lstm.text.encodings import decode
from lstm.text.errors import CorpusError

State = Literal["ok", "note", "wrong"]

_LEAST_FREE_BYTES = 500_000_000
_CONNECTION_SECONDS = 3.0


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    about: str
    state: State
    """`ok`, `note` for what an operator may want to know, `wrong` for what has to be fixed."""
    text: str


def run(environment: Mapping[str, str], env_file: Path, *, as_json: bool) -> int:
    """Print the findings; return 0 if nothing is wrong, else 1."""
    findings = []
    for finding in look(environment, env_file):
        findings.append(finding)
        if not as_json:
            print(f"{finding.state:<6}{finding.about}: {finding.text}", flush=True)  # noqa: T201
    wrong = sum(finding.state == "wrong" for finding in findings)
    if as_json:
        print(json.dumps({"wrong": wrong, "findings": [asdict(finding) for finding in findings]}))  # noqa: T201
    elif wrong:
        print(f"\n{wrong} of {len(findings)} checks found something wrong.")  # noqa: T201
    else:
        print("\nNo problems found.")  # noqa: T201
    return 1 if wrong else 0


def look(environment: Mapping[str, str], env_file: Path) -> Iterator[Finding]:
    """Yield the findings one by one; checks that depend on settings are skipped if the settings are wrong."""
    yield from _versions()
    try:
        settings = read_settings(environment, env_file)
    except SettingsError as error:
        yield Finding("settings", "wrong", f"{error}.")
        return
    yield from _settings(environment, env_file)
    yield _token(settings.discord_token)
    yield from _data_folder(settings.data_dir)
    running = yield from _locks(settings.data_dir)
    examined = yield from _database(settings.data_dir / "lyrics.db")
    yield from _models(settings, examined)
    yield from _network(settings, running=running)


def _versions() -> Iterator[Finding]:
    python = platform.python_version()
    if sys.maxsize < 2**32:
        yield Finding("Python", "wrong", f"{python} is a 32-bit Python; NumPy and safetensors need a 64-bit system.")
    else:
        yield Finding("Python", "ok", f"{python}, {platform.machine()}")
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        yield Finding("SQLite", "wrong", f"{found} is too old: use a Python with SQLite {needed} or newer.")
    else:
        yield Finding("SQLite", "ok", found)
    yield _dependencies()


def _dependencies() -> Finding:
    try:
        own, required = metadata.version("lyricbot"), metadata.requires("lyricbot") or []
    except metadata.PackageNotFoundError:
        text = "lyricbot is not installed here, so its dependencies cannot be checked: pip install -e ."
        return Finding("versions", "note", text)
    names = [match[0] for each in required if "extra ==" not in each and (match := re.match(r"[\w.-]+", each))]
    versions, missing = [f"lyricbot {own}"], []
    for name in names:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        text = f"not installed: {', '.join(missing)}; pip install -c constraints.txt -e ."
        return Finding("versions", "wrong", text)
    return Finding("versions", "ok", ", ".join(versions))


def _settings(environment: Mapping[str, str], env_file: Path) -> Iterator[Finding]:
    doubts = doubtful_settings(environment, env_file)
    for doubt in doubts:
        yield Finding("settings", "wrong", doubt)
    source = f"{env_file} and the environment" if env_file.is_file() else "the environment; there is no .env"
    if not doubts:
        yield Finding("settings", "ok", f"read from {source}")
    if read_env_file(env_file).values.get("DISCORD_TOKEN") and env_file.stat().st_mode & 0o077:
        text = f"other accounts of this machine can read the token: chmod 600 {env_file}"
        yield Finding("settings", "wrong", text)


def _token(token: str | None) -> Finding:
    about = "DISCORD_TOKEN"
    if token is None:
        return Finding(about, "note", "not set: the bot will open the console chat.")
    mistake = mistake_in(token)
    if mistake is not None:
        return Finding(about, "wrong", f"{mistake}.")
    return Finding(about, "ok", "looks like a bot token; only starting the bot shows whether Discord accepts it.")


def _data_folder(folder: Path) -> Iterator[Finding]:
    about = "data folder"
    existing = folder.absolute() if folder.exists() else folder.absolute().parent
    if not os.access(existing, os.W_OK | os.X_OK):
        yield Finding(
            about,
            "wrong",
            f"{existing} is not writable: fix its permissions, or set LYRICS_DATA_DIR to another folder.",
        )
        return
    try:
        with tempfile.TemporaryDirectory(dir=existing):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        text = f"nothing can be created in {existing} ({reason}): set LYRICS_DATA_DIR to another folder."
        yield Finding(about, "wrong", text)
        return
    made = "" if existing == folder.absolute() else ", which the bot will create"
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE_BYTES:
        text = f"{folder.absolute()} has {free / 1e6:,.0f} MB left: free some space, training needs a few hundred."
        yield Finding(about, "wrong", text)
    else:
        yield Finding(about, "ok", f"{folder.absolute()}{made}; {free / 1e9:,.1f} GB free")


def _locks(folder: Path) -> Generator[Finding, None, bool]:
    """Check that files can be locked; return whether a bot is using the folder."""
    if not folder.is_dir():
        return False
    try:
        with tempfile.TemporaryDirectory(dir=folder) as temporary, InstanceLock(Path(temporary) / "lock"):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        text = f"files in {folder} cannot be locked ({reason}): set LYRICS_DATA_DIR to a folder on a local disk."
        yield Finding("locks", "wrong", text)
        return False
    lock = folder / "lyrics.db.lock"
    try:
        if lock.exists():
            with InstanceLock(lock):
                pass
    except LockedError:
        yield Finding("locks", "note", "a bot is using this folder; a second one needs another LYRICS_DATA_DIR.")
        return True
    except OSError as error:
        yield Finding("locks", "wrong", f"{lock} cannot be opened ({error.strerror}): it must belong to this account.")
        return False
    yield Finding("locks", "ok", "no bot is using this folder")
    return False


def _database(path: Path) -> Generator[Finding, None, Examined | None]:
    """Check the database; return what was found, or None if it does not exist or cannot be read."""
    about = "database"
    if not path.exists():
        yield Finding(about, "note", f"{path} does not exist yet; the first start will create it.")
        return None
    newest = newest_version()
    try:
        examined = examine(path, newest)
    except sqlite3.Error as error:
        yield Finding(
            about, "wrong", f"{path} cannot be read ({error}): restore a backup with python -m bot restore FILE."
        )
        return None
    if examined.problems:
        found = "; ".join(examined.problems)
        yield Finding(about, "wrong", f"{path} is damaged ({found}): restore a backup with python -m bot restore FILE.")
    elif examined.schema_version > newest:
        text = (
            f"{path} has schema version {examined.schema_version}, but this bot knows only {newest}: "
            "install the newer bot."
        )
        yield Finding(about, "wrong", text)
    else:
        size = f"{path.stat().st_size / 1e6:,.1f} MB"
        later = f" ({newest} after the next start)" if examined.schema_version < newest else ""
        yield Finding(about, "ok", f"{path}, {size}, schema version {examined.schema_version}{later}")
    return examined


def _models(settings: Settings, examined: Examined | None) -> Iterator[Finding]:
    own = own_folder(settings.data_dir)
    names, wrong = [], list(_unreadable_corpora(own))
    for _, path in DataFiles([own, SHIPPED]).models():
        try:
            load_model(path)
        except ModelFileError as error:
            wrong.append(f"{error} Train the artist again, or remove the file.")
        else:
            names.append(path.stem)
    if examined is not None and examined.artists:
        wrong += _damaged_bases(settings.data_dir / "bases")
        wrong += _damaged_versions(settings.data_dir / "lyrics.db")
    yield from (Finding("models", "wrong", text) for text in wrong)
    if not wrong:
        stored = f"; artists in the database: {examined.artists}" if examined is not None else ""
        yield Finding("models", "ok", f"model files: {len(set(names))}{stored}")
    known = {artist.key for artist in examined.everyones} if examined is not None else set()
    if not {name_key(settings.default_artist)} & (known | {name_key(name) for name in names}):
        listed = ", ".join(sorted(set(names))) or "none yet: train one"
        wrong_artist = f"a shared artist ({listed})"
        text = wrong_value("LYRICS_DEFAULT_ARTIST", repr(settings.default_artist), wrong_artist)
        yield Finding("models", "wrong", f"{text}.")


def _unreadable_corpora(own: DataFolder) -> Iterator[str]:
    for path in own.files("corpora", "*.txt"):
        try:
            decode(path.read_bytes())
        except (CorpusError, OSError) as error:
            yield f"{path} cannot be used for training: {error}"


def _damaged_bases(folder: Path) -> Iterator[str]:
    for copy in damaged_bases(folder):
        yield (
            f"{copy} is damaged: start the bot, which replaces the base of its own release, or restore the file from a "
            "copy of the data folder."
        )


def _damaged_versions(database: Path) -> Iterator[str]:
    for name, number, weights in singing_weights(database):
        try:
            load_model(weights)
        except ModelFileError as error:
            fix = f"/rollback artist:{name} goes back to an older one, /train trains a new one."
            yield f"version {number} of {name} in the database cannot sing: {error} {fix}"


def _network(settings: Settings, *, running: bool) -> Iterator[Finding]:
    if settings.metrics_port is not None and not running:
        yield _port(settings.metrics_port)
    if settings.dask_scheduler is not None:
        yield _cluster(settings.dask_scheduler)


def _port(port: int) -> Finding:
    about = "LYRICS_METRICS_PORT"
    try:
        with socket.create_server(("127.0.0.1", port)):
            return Finding(about, "ok", f"port {port} is free")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        return Finding(about, "wrong", f"nothing can listen on port {port} ({reason}): choose another one.")


def _cluster(address: str) -> Finding:
    about = "LYRICS_DASK_SCHEDULER"
    try:
        metadata.version("distributed")
    except metadata.PackageNotFoundError:
        text = "needs the extra cluster: pip install -c constraints.txt -e '.[cluster]'"
        return Finding(about, "wrong", text)
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=_CONNECTION_SECONDS):
            return Finding(about, "ok", f"{address} answers")
    except OSError as error:
        text = f"{address} does not answer ({error.strerror or error}): start the scheduler, or clear the setting."
        return Finding(about, "wrong", text)
