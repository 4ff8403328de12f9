"""Opens the parts of the bot, hands them to each other, and closes them in order.

A front end gets the open `Services` and serves until it is cancelled:

    async def run(services: Services) -> None    # bot.discord_app, bot.console

* `bot.__main__` starts `bot.discord_app.run` when DISCORD_TOKEN is set, `bot.console.run` otherwise, and
  cancels it on SIGINT and SIGTERM (the Discord client installs no signal handlers of its own).
* On cancellation it closes its connections within a few seconds and lets the CancelledError propagate; it
  returns by itself only when the user asks it to.
* It raises `bot.settings.SettingsError` if a setting turns out to be wrong (a token that Discord refuses):
  one line and exit status 2. Any other exception is a failure: logged, exit status 1.
* After it has ended, training jobs are stopped (they resume after the next start) and the store is closed.
"""

import asyncio
import logging
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.engine.composing_thread import ComposingThread
from bot.engine.singer_cache import SingerCache, VersionGoneError
from bot.metrics.error_count import errors_counted_in
from bot.metrics.loop_lag import loop_lag_in
from bot.metrics.tally import Standing, Tally
from bot.periodic import repeated
from bot.services import (
    ArtistsService,
    Asker,
    GuildsService,
    InteractionLimiter,
    LeftGuilds,
    LyricsService,
    PrivacyService,
    RecentDeletions,
    TrainingService,
    UnfinishedSongs,
    publishing,
    queue_order,
    visibility,
)
from bot.services.bad_language import LanguagePolicy
from bot.services.bases import Bases
from bot.services.data_files import SHIPPED, DataFiles, DataFolder, own_folder
from bot.services.left_guilds import ORDERS
from bot.services.model_intake import ModelIntake
from bot.services.quotas import Quotas
from bot.services.song_record import SongRecord
from bot.services.training_texts import TrainingTexts
from bot.settings import Settings, SettingsError, create_data_folder, wrong_value
from bot.store import artists, own_copies, versions
from bot.store.artists import EVERYONE, name_key
from bot.store.database import Database, open_database
from bot.training.local import LocalPlace
from bot.training.news import JobNews
from bot.training.place import Place
from bot.training.runner import Rules, TrainingRunner
from lstm.text.language_filter import LanguageFilter

_ARTISTS_NAMED = 10
"""At most this many are named in a message about the default artist."""
_INTAKE_SECONDS = 20.0
_PURGE_SECONDS = 3_600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """The open services: everything that a front end may use."""

    settings: Settings
    lyrics: LyricsService
    artists: ArtistsService
    training: TrainingService
    guilds: GuildsService
    privacy: PrivacyService
    left_guilds: LeftGuilds
    unfinished: UnfinishedSongs
    interaction_limiter: InteractionLimiter
    deletions: RecentDeletions
    database: Database
    """For what a front end stores itself; everything else goes through a service."""
    started_at: datetime

    def asker(
        self,
        *,
        user_id: int,
        guild_id: int | None,
        channel_id: int | None,
        parent_channel_id: int | None = None,
        may_manage_guild: bool = False,
        may_manage_messages: bool = False,
        in_age_restricted_channel: bool = False,
        deletions_before: int | None = None,
    ) -> Asker:
        """Describe who asks; the settings decide whether they are an operator."""
        return Asker(
            user_id=user_id,
            guild_id=guild_id,
            channel_id=channel_id,
            parent_channel_id=parent_channel_id,
            may_manage_guild=may_manage_guild,
            may_manage_messages=may_manage_messages,
            in_age_restricted_channel=in_age_restricted_channel,
            deletions_before=deletions_before,
            is_operator=user_id in self.settings.operators,
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class _Parts:
    """What the services share."""

    settings: Settings
    database: Database
    composing: ComposingThread
    files: DataFiles
    news: JobNews
    deletions: RecentDeletions
    record: SongRecord
    quotas: Quotas
    tally: Tally
    has_bad_language: Callable[[str], bool]
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    """A monotonic clock."""
    random_bits: Callable[[int], int]

    def new_random_seed(self) -> int:
        """Return a random seed for a song or a training job."""
        return self.random_bits(31)


@asynccontextmanager
async def open_application(
    settings: Settings,
    *,
    now: Callable[[], datetime] = _utc_now,
    seconds: Callable[[], float] = time.monotonic,
    random_bits: Callable[[int], int] = secrets.randbits,
    shipped: DataFolder = SHIPPED,
) -> AsyncIterator[Services]:
    """Open every part for as long as the context lasts; time and randomness come from the arguments.

    Raises:
        SettingsError: if the data folder cannot be created, the port for metrics cannot be opened, or the default
            artist does not exist.
        StoreError: if the database cannot be used.
    """
    data_dir = settings.data_dir
    _make_data_folder(data_dir)
    tally = Tally()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(data_dir / "lyrics.db"))
        deletions = RecentDeletions()
        parts = _Parts(
            settings=settings,
            database=database,
            composing=await stack.enter_async_context(ComposingThread(tally)),
            files=DataFiles([own_folder(data_dir, shipped), shipped]),
            news=JobNews(),
            deletions=deletions,
            record=SongRecord(database, deletions, on_disk=settings.history_days > 0, new_id=lambda: random_bits(62)),
            quotas=Quotas(settings.guild_corpus_bytes, settings.guild_artists, settings.guild_jobs),
            tally=tally,
            has_bad_language=await asyncio.to_thread(_language_filter, data_dir / "language_filter.txt"),
            now=now,
            seconds=seconds,
            random_bits=random_bits,
        )
        services = _services(parts)
        if settings.metrics_port is not None:
            await _serve_metrics(stack, settings.metrics_port, tally, services.lyrics, services.training)
        bases = Bases(database, data_dir / "bases")
        intake = ModelIntake(database, parts.files, now=now)
        await intake.take_in()
        await bases.keep()
        await _check_default_artist(settings.default_artist, database)
        await services.privacy.purge()
        await services.left_guilds.purge()
        await services.left_guilds.obey(data_dir / ORDERS)
        await stack.enter_async_context(_runner(parts))
        for work, interval_seconds in _periodic_work(parts, services, intake, bases):
            await stack.enter_async_context(repeated(work, interval_seconds))
        yield services


def _make_data_folder(path: Path) -> None:
    """Create the data folder if it is missing, and say so clearly if it is not the default: it may be mistyped."""
    if not create_data_folder(path):
        log.info("the data folder is %s", path.resolve())
        return
    level = logging.INFO if path == Settings.data_dir else logging.WARNING
    log.log(level, "there was no data folder at %s: it has been created, and is empty", path.resolve())


def _services(parts: _Parts) -> Services:
    settings, database = parts.settings, parts.database
    return Services(
        settings=settings,
        lyrics=_lyrics(parts),
        artists=ArtistsService(database, parts.news, LanguagePolicy(parts.has_bad_language)),
        training=_training(parts),
        guilds=GuildsService(database),
        privacy=PrivacyService(database, parts.record, history_days=settings.history_days, now=parts.now),
        left_guilds=LeftGuilds(database, parts.record, parts.news, days=settings.left_guild_days, now=parts.now),
        unfinished=UnfinishedSongs(database, parts.deletions, on_disk=settings.history_days > 0, now=parts.now),
        interaction_limiter=InteractionLimiter(parts.seconds),
        deletions=parts.deletions,
        database=database,
        started_at=parts.now(),
    )


def _lyrics(parts: _Parts) -> LyricsService:
    settings = parts.settings
    return LyricsService(
        parts.database,
        SingerCache(_weights_from(parts.database), settings.model_cache_bytes),
        parts.composing,
        parts.record,
        default_artist=settings.default_artist,
        songs_in_a_row=settings.songs_in_a_row,
        seconds_per_song=settings.seconds_per_song,
        has_bad_language=parts.has_bad_language,
        tally=parts.tally,
        now=parts.now,
        seconds=parts.seconds,
        new_random_seed=parts.new_random_seed,
    )


def _training(parts: _Parts) -> TrainingService:
    return TrainingService(
        parts.database,
        TrainingTexts(parts.files, most_bytes=parts.settings.max_corpus_bytes, seconds=parts.seconds),
        parts.news,
        parts.deletions,
        most_minutes=parts.settings.train_minutes,
        now=parts.now,
        new_random_seed=parts.new_random_seed,
        quotas=parts.quotas,
        language=LanguagePolicy(parts.has_bad_language),
    )


def _runner(parts: _Parts) -> TrainingRunner:
    settings = parts.settings
    return TrainingRunner(
        parts.database,
        settings.data_dir / "jobs",
        settings.train_workers,
        parts.news,
        Rules(
            queue_order.next_job,
            partial(publishing.describe, has_bad_language=parts.has_bad_language),
            partial(publishing.publish_result, quotas=parts.quotas),
        ),
        new_place=_new_place(settings),
        now=parts.now,
        new_lease=lambda: f"{parts.random_bits(64):016x}",
    )


def _periodic_work(
    parts: _Parts, services: Services, intake: ModelIntake, bases: Bases
) -> Iterator[tuple[Callable[[], Awaitable[object]], float]]:
    """Yield the work that is repeated while the bot runs, with its interval in seconds."""
    data_dir = parts.settings.data_dir

    async def delete_old_copies() -> None:
        await asyncio.to_thread(own_copies.delete_old, data_dir / "lyrics.db", parts.now())

    yield intake.take_in, _INTAKE_SECONDS
    yield bases.keep, _INTAKE_SECONDS
    yield partial(services.left_guilds.obey, data_dir / ORDERS), _INTAKE_SECONDS
    yield services.privacy.purge, _PURGE_SECONDS
    yield services.training.purge, _PURGE_SECONDS
    yield services.left_guilds.purge, _PURGE_SECONDS
    yield delete_old_copies, _PURGE_SECONDS


async def _check_default_artist(name: str, database: Database) -> None:
    """Refuse a default artist that not every server can ask for.

    Only warn if it is the built-in default, or if it waits for somebody to let one of its versions sing.
    """
    singing = await database.read(lambda connection: visibility.singing(connection, EVERYONE))
    if name_key(name) in {artist.key for artist in singing}:
        return

    def waits(connection: sqlite3.Connection) -> bool:
        default = artists.find(connection, EVERYONE, name)
        return default is not None and bool(versions.of_artist(connection, default.id))

    if await database.read(waits):
        log.warning("LYRICS_DEFAULT_ARTIST, %r, does not sing yet: its versions are held back; see /rollback", name)
        return
    known = ", ".join(artist.name for artist in singing[:_ARTISTS_NAMED]) or "none yet; train one first"
    if len(singing) > _ARTISTS_NAMED:
        known += " …"
    wrong = wrong_value("LYRICS_DEFAULT_ARTIST", repr(name), f"a shared artist ({known})")
    if name != Settings.default_artist:
        raise wrong
    log.warning("%s; until then, /lyrics must name an artist", wrong)  # an operator may have removed the shipped one


async def _serve_metrics(
    stack: AsyncExitStack, port: int, tally: Tally, lyrics: LyricsService, training: TrainingService
) -> None:
    """Measure, and serve the metrics, until the stack is closed."""
    from bot.metrics.prometheus import served  # imported only if metrics are wanted

    async def standing() -> Standing:
        jobs = {state.value: count for state, count in (await training.count_by_state()).items()}
        return Standing(lyrics.songs_in_progress, lyrics.songs_waiting, lyrics.models_bytes, jobs)

    try:
        await stack.enter_async_context(served(port, tally, standing))
    except OSError as error:
        raise wrong_value(
            "LYRICS_METRICS_PORT", f"'{port}'", f"a port that the bot can listen on ({error.strerror})"
        ) from None
    stack.enter_context(errors_counted_in(tally))
    await stack.enter_async_context(loop_lag_in(tally.loop_lag_seconds))


def _weights_from(database: Database) -> Callable[[int], Awaitable[bytes]]:
    async def read(version_id: int) -> bytes:
        weights = await database.read(lambda connection: versions.weights(connection, version_id))
        if weights is None:
            raise VersionGoneError(version_id)
        return weights

    return read


def _language_filter(own_list: Path) -> Callable[[str], bool]:
    """Load the filter from the operator's own word list if there is one, or else from the one in lstm."""
    if own_list.is_file():
        try:
            return LanguageFilter.load(own_list).matches
        except (OSError, ValueError) as error:
            raise SettingsError(f"{own_list} cannot be used as a word list: {error}") from None
    return LanguageFilter.load().matches


def _new_place(settings: Settings) -> Callable[[], Place]:
    """Choose where training jobs run."""
    address = settings.dask_scheduler
    if address is None:
        return LocalPlace
    try:
        from bot.training.cluster import Cluster  # distributed is an optional extra that only this setting needs
    except ModuleNotFoundError:
        must_be = "empty unless the extra “cluster” is installed: pip install 'lyricbot[cluster]'"
        raise wrong_value("LYRICS_DASK_SCHEDULER", f"'{address}'", must_be) from None
    return Cluster(address, LocalPlace, settings.dask_patience_seconds, time.monotonic).new_place
