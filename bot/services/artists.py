"""Artists, their model versions, and who may change them."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.services import rights, visibility
from bot.services.asking import Asker, Refusal
from bot.services.bad_language import LanguagePolicy, good_lines
from bot.store import artists, guilds, jobs, model_files, versions
from bot.store.artists import EVERYONE, StoredArtist, name_key
from bot.store.database import Database
from bot.store.versions import StoredVersion
from bot.training.news import JobNews

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Artist:
    """An artist that can sing, described by its current version."""

    name: str
    of_everyone: bool
    """Whether every guild can see it; otherwise it is this guild's own."""
    corpus_bytes: int | None
    """Of the text that the current version learned from; None if only a model is stored."""
    bits_per_character: float | None
    """On held-out songs; None if the model's record does not say."""
    baseline_bits_per_character: float | None
    trained_at: datetime | None
    """None if the model's record does not say."""
    themes: tuple[str, ...] = ()
    """A few words that its lines often end with."""
    sample_lines: str | None = None
    """A few lines that it has sung; like the themes, without bad language where that is filtered."""


@dataclass(frozen=True)
class Version:
    """One published model version of an artist."""

    number: int
    """1, 2, 3, ... in the order of publishing."""
    sings: bool
    held_back: bool
    """Whether it did not take over when published, because it was worse than the previous version or the baseline."""
    parameters: int
    weights_bytes: int
    bits_per_character: float | None
    baseline_bits_per_character: float | None
    trained_at: datetime | None
    """None if the model's record does not say."""


@dataclass(frozen=True)
class ArtistDetails:
    """Everything that `/artist` shows."""

    artist: Artist
    versions: tuple[Version, ...]
    """Newest first; exactly one of them sings."""
    curve_png: bytes | None
    """The training curve of the version that sings."""


@dataclass(frozen=True)
class ArtistToForget:
    """An artist that will be removed after confirmation."""

    id: int
    name: str
    comes_with_the_bot: bool
    """If so, it is imported again at the next start."""
    own_files: tuple[str, ...] = ()
    """The model files in the operator's data folder that it was imported from; they stay there."""
    of_everyone: bool = False
    """Whether it sings on every server."""


class ArtistsService:
    """Shows artists to those who may see them, and changes them for those who may change them."""

    def __init__(self, database: Database, news: JobNews, language: LanguagePolicy) -> None:
        self._database = database
        self._news = news
        self._language = language

    async def visible(self, asker: Asker) -> list[Artist]:
        """List the artists that can sing here, by name; the guild's own hide shared ones of the same name."""

        def read(connection: sqlite3.Connection) -> list[Artist]:
            is_bad = self._language.rule_for(connection, asker)
            return [_shown(artist, is_bad) for artist in visibility.singing(connection, asker.guild_id or EVERYONE)]

        return await self._database.read(read)

    async def count(self, asker: Asker) -> int:
        """Count the artists that `visible` lists."""
        return await self._database.read(
            lambda connection: artists.count_visible(connection, asker.guild_id or EVERYONE)
        )

    async def suggest(self, asker: Asker, typed: str, limit: int = 25) -> list[str]:
        """Autocomplete a name: first names that begin with what is typed, then those that contain it."""
        found = await self._database.read(lambda connection: visibility.singing(connection, asker.guild_id or EVERYONE))
        return _fitting([artist.name for artist in found], typed, limit)

    async def details(self, asker: Asker, name: str) -> ArtistDetails:
        """Describe an artist and its versions.

        Raises:
            Refusal: if there is no artist of that name here, or it cannot sing yet.
        """

        def read(connection: sqlite3.Connection) -> ArtistDetails:
            artist = rights.singer(connection, asker, name)
            assert artist.singing_version_id is not None
            known = versions.of_artist(connection, artist.id)
            curve_png = versions.curve(connection, artist.singing_version_id)
            shown = _shown(artist, self._language.rule_for(connection, asker))
            return ArtistDetails(shown, _shown_versions(known, artist.singing_version_id), curve_png)

        return await self._database.read(read)

    async def may_forget(self, asker: Asker, name: str) -> ArtistToForget:
        """Check that the asker may forget an artist, before asking them to confirm.

        Raises:
            Refusal: if there is no such artist here, or the asker may not forget it.
        """

        def read(connection: sqlite3.Connection) -> ArtistToForget:
            artist = rights.changeable(connection, asker, name)
            own_files = tuple(model_files.own_of_artist(connection, artist.id))
            return ArtistToForget(
                artist.id,
                artist.name,
                comes_with_the_bot=model_files.is_shipped(connection, artist.id),
                own_files=own_files,
                of_everyone=artist.guild_id == EVERYONE,
            )

        return await self._database.read(read)

    async def forget(self, asker: Asker, artist_id: int) -> str:
        """Remove an artist with its corpus, versions and jobs, and return its name; a running job is stopped.

        The artist is identified by its id: by the time the asker confirms, another one may have the name.

        Raises:
            Refusal: if it is gone, or the asker may not forget it.
        """

        def transaction(connection: sqlite3.Connection) -> StoredArtist:
            artist = rights.changeable_by_id(connection, asker, artist_id)
            _clear_default(connection, artist)
            artists.forget(connection, artist.id)
            return artist

        found = await self._database.read(lambda connection: rights.changeable_by_id(connection, asker, artist_id))
        await self._database.erase_from_copies(partial(artists.forget_named, guild_id=found.guild_id, key=found.key))
        artist = await self._database.write(transaction)
        log.info("artist %d, %r, guild %s, was deleted", artist.id, artist.name, artist.guild_id or "everyone")
        self._news.tell()
        await self._database.give_back_space()
        return artist.name

    async def rollback(self, asker: Asker, name: str, number: int | None = None) -> Version:
        """Switch an artist to another version, and return that version.

        Args:
            asker: who may change the artist.
            name: the artist.
            number: any version that is kept, earlier or later; None: the one before the current version, or the
                newest if there is no current one.

        Raises:
            Refusal: if the asker may not, or there is no such version.
        """

        def transaction(connection: sqlite3.Connection) -> tuple[StoredArtist, Version]:
            artist = rights.changeable(connection, asker, name)
            known = versions.of_artist(connection, artist.id)
            chosen = _version_before(known, artist) if number is None else _version_of(known, artist, number)
            versions.let_sing(connection, artist.id, chosen.id)
            return artist, _shown_version(chosen, chosen.id)

        artist, version = await self._database.write(transaction)
        where = artist.guild_id or "everyone"
        log.info("version %d of %r, guild %s, was chosen to sing", version.number, artist.name, where)
        return version

    async def use_result(self, asker: Asker, job_id: int) -> tuple[str, Version]:
        """Switch to the version of a job although it was held back; return the artist's name and the version.

        Raises:
            Refusal: if the asker may not, or the version is no longer kept.
        """

        def transaction(connection: sqlite3.Connection) -> tuple[StoredArtist, Version]:
            job = jobs.by_id(connection, job_id)
            if job is None:
                raise Refusal("That training job is no longer stored. /rollback lists the versions that are kept.")
            artist = rights.changeable_by_id(connection, asker, job.artist_id)
            known = versions.of_artist(connection, artist.id)
            trained = next((version for version in known if version.job_id == job_id), None)
            if trained is None:
                raise Refusal(f"That version of “{artist.name}” is no longer kept. Train the artist again.")
            versions.let_sing(connection, artist.id, trained.id)
            return artist, _shown_version(trained, trained.id)

        artist, version = await self._database.write(transaction)
        where = artist.guild_id or "everyone"
        log.info("version %d of %r, guild %s, job %d, was chosen to sing", version.number, artist.name, where, job_id)
        return artist.name, version

    async def suggest_changeable(self, asker: Asker, typed: str, limit: int = 25) -> list[str]:
        """Autocomplete the name of an artist that the asker may change, whether it can sing or not."""
        found = await self._database.read(lambda connection: rights.all_changeable(connection, asker))
        return _fitting([artist.name for artist in found], typed, limit)

    async def suggest_versions(self, asker: Asker, name: str, limit: int = 25) -> list[Version]:
        """List the kept versions of an artist that the asker may change, newest first, for autocomplete."""

        def read(connection: sqlite3.Connection) -> list[Version]:
            artist = rights.changeable(connection, asker, name)
            known = versions.of_artist(connection, artist.id)
            return [_shown_version(version, artist.singing_version_id) for version in known]

        return (await self._database.read(read))[:limit]


def _clear_default(connection: sqlite3.Connection, artist: StoredArtist) -> None:
    """Clear the default of guilds whose default artist this is: a later artist of the same name must not become it."""
    for guild_id, name in guilds.default_artists(connection, artist.guild_id):
        default = visibility.singer(connection, guild_id, name)
        if default is not None and default.id == artist.id:
            guilds.keep(connection, guild_id, replace(guilds.settings_of(connection, guild_id), default_artist=None))


def _fitting(names: list[str], typed: str, limit: int) -> list[str]:
    key = name_key(typed)
    fitting = [name for name in names if key in name_key(name)]
    return sorted(fitting, key=lambda name: not name_key(name).startswith(key))[:limit]


def _version_before(known: Sequence[StoredVersion], artist: StoredArtist) -> StoredVersion:
    """Find the newest version before the current one, preferring those that were not held back."""
    _check_any(known, artist)
    numbers = [version.number for version in known if version.id == artist.singing_version_id]
    earlier = [version for version in known if not numbers or version.number < numbers[0]]
    if not earlier:
        raise Refusal(f"“{artist.name}” has no version before the current one. Kept versions: {_numbers(known)}.")
    return min(earlier, key=lambda version: (version.held_back, -version.number))


def _version_of(known: Sequence[StoredVersion], artist: StoredArtist, number: int) -> StoredVersion:
    _check_any(known, artist)
    for version in known:
        if version.number == number:
            return version
    raise Refusal(f"“{artist.name}” has no version {number}. Kept versions: {_numbers(known)}.")


def _check_any(known: Sequence[StoredVersion], artist: StoredArtist) -> None:
    if not known:
        raise Refusal(f"“{artist.name}” has no trained version yet. Train one with /train.")


def _numbers(known: Sequence[StoredVersion]) -> str:
    return ", ".join(str(version.number) for version in sorted(known, key=lambda version: version.number))


def _shown(artist: StoredArtist, is_bad: Callable[[str], bool]) -> Artist:
    return Artist(
        name=artist.name,
        of_everyone=artist.guild_id == EVERYONE,
        corpus_bytes=artist.corpus_bytes,
        bits_per_character=artist.bits_per_character,
        baseline_bits_per_character=artist.baseline_bits_per_character,
        trained_at=artist.trained_at,
        themes=tuple(word for word in artist.themes.split() if not is_bad(word)),
        sample_lines=None if artist.sample_lines is None else good_lines(artist.sample_lines, is_bad),
    )


def _shown_versions(known: Sequence[StoredVersion], singing_id: int) -> tuple[Version, ...]:
    return tuple(_shown_version(version, singing_id) for version in known)


def _shown_version(version: StoredVersion, singing_id: int | None) -> Version:
    return Version(
        number=version.number,
        sings=version.id == singing_id,
        held_back=version.held_back,
        parameters=version.parameters,
        weights_bytes=version.weights_bytes,
        bits_per_character=version.bits_per_character,
        baseline_bits_per_character=version.baseline_bits_per_character,
        trained_at=version.trained_at,
    )
