"""The settings of the bot: environment and `.env`, read once into a frozen dataclass.

The environment takes precedence over `.env`; an empty variable counts as not set.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.closest import closest
from bot.env_file import EnvFileError, read_env_file
from bot.snowflake import SNOWFLAKE

MOST_TRAIN_MINUTES = 1440
"""The largest value of LYRICS_TRAIN_MINUTES; Discord refuses more in `/train`."""

_FOLDER = "the path of a folder, or of a new one in a folder that exists"
_PREFIXES = ("LYRICS_", "DISCORD_")
_NOT_SETTINGS = ("LYRICS_FAULT_FILE",)  # how `make faults` reaches into the process
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class SettingsError(Exception):
    """A setting is wrong; the message is one line without any secret."""


def wrong_value(name: str, held: str, must_be: str) -> SettingsError:
    """Return the error for a setting whose value is `held` and must be something else."""
    return SettingsError(f"{name} is {held}; it must be {must_be}")


def create_data_folder(path: Path) -> bool:
    """Create the data folder if it is missing; return whether it was.

    Raises:
        SettingsError: if it cannot be created or examined.
    """
    try:
        if path.is_dir():
            return False
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        must_be = f"the path of a folder that can be created ({error.strerror})"
        raise wrong_value("LYRICS_DATA_DIR", repr(str(path)), must_be) from None
    return True


class _WrongValueError(Exception):
    """Raised by a parser; the message says what the variable must be."""


def _token(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise _WrongValueError("a bot token from Discord's developer portal, without spaces, or empty")
    return text


def _folder(text: str) -> Path:
    try:
        folder = Path(text).expanduser()
        if not folder.is_dir() and (folder.exists() or not folder.parent.is_dir()):
            raise _WrongValueError(_FOLDER)
    except (OSError, ValueError, RuntimeError):  # a name too long, a null character, an unknown ~user
        raise _WrongValueError(_FOLDER) from None
    return folder


def _artist(text: str) -> str:
    if not 1 <= len(text) <= LONGEST_ARTIST_NAME or not text.isprintable():
        raise _WrongValueError(f"an artist's name of 1 to {LONGEST_ARTIST_NAME} characters")
    return text


def _whole_number(least: int, most: int, what: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() alone would also accept "1_000" and digits of other scripts.
        if not re.fullmatch(r"[0-9]{1,19}", text) or not least <= int(text) <= most:
            raise _WrongValueError(what)
        return int(text)

    return parse


def _snowflake(what: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(SNOWFLAKE, text):
            raise _WrongValueError(what)
        return int(text)

    return parse


_guild_id = _snowflake("a server id (a whole number), or empty")
_user_id = _snowflake("Discord user ids (whole numbers) separated by commas, or empty")
_workers = _whole_number(1, 64, "a whole number from 1 to 64")
_corpus_bytes = _whole_number(2_000, 2**30, "a whole number of bytes from 2000 to 1073741824")
_patience_seconds = _whole_number(1, 86_400, "a whole number of seconds from 1 to 86400")
_guild_corpus_bytes = _whole_number(2_000, 2**40, "a whole number of bytes from 2000 to 1099511627776")
_guild_artists = _whole_number(1, 10_000, "a whole number from 1 to 10000")
_guild_jobs = _whole_number(1, 10_000, "a whole number of training jobs per day from 1 to 10000")
_days = _whole_number(0, 36_500, "a whole number of days from 0 to 36500")
_songs = _whole_number(1, 10_000, "a whole number from 1 to 10000")
_port = _whole_number(1, 65_535, "a port from 1 to 65535, or empty")
_cache_bytes = _whole_number(2**20, 2**40, "a whole number of bytes from 1048576 to 1099511627776")


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", text) or float(text) > 3600:
        raise _WrongValueError("a number of seconds from 0 to 3600")
    return float(text)


def _minutes(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text) or not 0.01 <= float(text) <= MOST_TRAIN_MINUTES:
        raise _WrongValueError(f"a number of minutes from 0.01 to {MOST_TRAIN_MINUTES}")
    return float(text)


def _user_ids(text: str) -> frozenset[int]:
    return frozenset(_user_id(part.strip()) for part in text.split(","))


def _scheduler(text: str) -> str:
    match = re.fullmatch(r"(?:tcp|tls)://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if not match or not 1 <= int(match[1]) <= 65535:
        raise _WrongValueError("the address of a Dask scheduler such as tcp://host:8786, or empty")
    return text


def _log_level(text: str) -> str:
    if text.upper() not in _LOG_LEVELS:
        raise _WrongValueError(f"one of {', '.join(_LOG_LEVELS)}")
    return text.upper()


@dataclass(frozen=True)
class _Variable:
    """The environment variable behind a setting."""

    name: str
    parse: Callable[[str], Any]
    secret: bool = False


def _from(name: str, parse: Callable[[str], Any], *, secret: bool = False) -> dict[str, _Variable]:
    return {"variable": _Variable(name, parse, secret)}


@dataclass(frozen=True)
class Settings:
    """Every setting, checked; sizes in bytes."""

    discord_token: str | None = field(default=None, repr=False, metadata=_from("DISCORD_TOKEN", _token, secret=True))
    """None: console chat."""
    data_dir: Path = field(default=Path("data"), metadata=_from("LYRICS_DATA_DIR", _folder))
    default_artist: str = field(default="harbour-lights", metadata=_from("LYRICS_DEFAULT_ARTIST", _artist))
    home_guild: int | None = field(default=None, metadata=_from("LYRICS_HOME_GUILD", _guild_id))
    operators: frozenset[int] = field(default=frozenset(), metadata=_from("LYRICS_OPERATORS", _user_ids))
    train_workers: int = field(default=1, metadata=_from("LYRICS_TRAIN_WORKERS", _workers))
    train_minutes: float = field(default=5.0, metadata=_from("LYRICS_TRAIN_MINUTES", _minutes))
    dask_scheduler: str | None = field(default=None, metadata=_from("LYRICS_DASK_SCHEDULER", _scheduler))
    """None: training processes on this machine."""
    dask_patience_seconds: int = field(default=60, metadata=_from("LYRICS_DASK_PATIENCE_SECONDS", _patience_seconds))
    """How long to wait for a cluster that cannot be reached."""
    max_corpus_bytes: int = field(default=8_388_608, metadata=_from("LYRICS_MAX_CORPUS_BYTES", _corpus_bytes))
    history_days: int = field(default=30, metadata=_from("LYRICS_HISTORY_DAYS", _days))
    guild_corpus_bytes: int = field(
        default=67_108_864, metadata=_from("LYRICS_GUILD_CORPUS_BYTES", _guild_corpus_bytes)
    )
    """Of one guild's corpora and versions."""
    guild_artists: int = field(default=50, metadata=_from("LYRICS_GUILD_ARTISTS", _guild_artists))
    guild_jobs: int = field(default=50, metadata=_from("LYRICS_GUILD_JOBS", _guild_jobs))
    """Training jobs that one guild may ask for in 24 hours."""
    left_guild_days: int = field(default=30, metadata=_from("LYRICS_LEFT_GUILD_DAYS", _days))
    songs_in_a_row: int = field(default=10, metadata=_from("LYRICS_SONGS_IN_A_ROW", _songs))
    """Songs a member may request before having to wait."""
    seconds_per_song: float = field(default=4.0, metadata=_from("LYRICS_SECONDS_PER_SONG", _seconds))
    """How long a member then has to wait for each further song."""
    metrics_port: int | None = field(default=None, metadata=_from("LYRICS_METRICS_PORT", _port))
    """None: metrics are not served."""
    log_level: str | None = field(default=None, metadata=_from("LYRICS_LOG_LEVEL", _log_level))
    """None: INFO, but WARNING in the console chat, which the log would interrupt."""
    model_cache_bytes: int = field(default=134_217_728, metadata=_from("LYRICS_MODEL_CACHE_BYTES", _cache_bytes))


def read_settings(environment: Mapping[str, str], env_file: Path) -> Settings:
    """Read the settings from an environment and, for what it lacks, from a `.env` file if there is one.

    Raises:
        SettingsError: if a variable is wrong, or the file or one of its lines cannot be read.
    """
    try:
        from_file = read_env_file(env_file).values
    except EnvFileError as error:
        raise SettingsError(str(error)) from error
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        variable: _Variable = setting.metadata["variable"]
        text = (environment.get(variable.name, from_file.get(variable.name)) or "").strip()
        if not text:
            continue
        try:
            values[setting.name] = variable.parse(text)
        except _WrongValueError as wrong:
            held = "not valid" if variable.secret else repr(text[:100])
            raise wrong_value(variable.name, held, str(wrong)) from None
    return Settings(**values)


def doubtful_settings(environment: Mapping[str, str], env_file: Path) -> list[str]:
    """Say, in a sentence each, which names look like settings but are not, and which are set twice.

    Called after `read_settings`, which raises for a file that cannot be read.
    """
    known = [setting.metadata["variable"].name for setting in fields(Settings)]
    own_parts = {_without_prefix(name): name for name in known}
    from_file = read_env_file(env_file)
    doubts = [f"{name} is set more than once in {env_file}; the last one counts" for name in from_file.repeated]
    for name in sorted({*environment, *from_file.values}):
        if name.startswith(_PREFIXES) and name not in known and name not in _NOT_SETTINGS:
            where = f" in {env_file}" if name not in environment else ""
            close = closest(_without_prefix(name), own_parts)
            hint = ".env.example lists the settings" if close is None else f"did you mean {own_parts[close]}?"
            doubts.append(f"{name}{where} is not a setting and does nothing; {hint}")
    return doubts


def _without_prefix(name: str) -> str:
    """Return a setting's name without its prefix, which would make all names look alike."""
    return name.partition("_")[2]
