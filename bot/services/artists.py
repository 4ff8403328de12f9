"""The artists that can be asked for, their model versions, and who may change them."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.services import visibility
from bot.services.asking import Asker, Refusal
from bot.store import artists, versions
from bot.store.artists import EVERYONE, StoredArtist, name_key
from bot.store.database import Database
from bot.store.versions import StoredVersion
from bot.training.news import JobNews

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Artist:
    """An artist that can be asked for, described by the version that sings."""

    name: str
    of_everyone: bool
    """Seen by every guild, else this guild's own."""
    corpus_bytes: int | None
    """None where only a model is known, not the text it learned from."""
    bits_per_character: float | None
    """On held-out songs; None where the model's record does not tell."""
    rival_bits_per_character: float | None
    trained_at: datetime


@dataclass(frozen=True)
class Version:
    """One published model version of an artist."""

    number: int
    """1, 2, 3, ... in the order of publishing."""
    sings: bool
    held_back: bool
    """Published, but measurably worse than the one it would have replaced."""
    parameters: int
    weights_bytes: int
    bits_per_character: float | None
    rival_bits_per_character: float | None
    characters_seen: int | None
    training_seconds: float | None
    published_at: datetime


@dataclass(frozen=True)
class ArtistDetails:
    """All that `/artist` shows."""

    artist: Artist
    versions: tuple[Version, ...]
    """Newest first; exactly one of them sings."""
    curve_png: bytes | None
    """The training curve of the version that sings."""


class ArtistsService:
    """Names artists to those who may see them, and changes them for those who may."""

    def __init__(self, database: Database, news: JobNews) -> None:
        self._database = database
        self._news = news

    async def visible(self, asker: Asker) -> list[Artist]:
        """List the artists that can sing here, by name: the guild's own and everyone's; its own win a clash."""
        found = await self._database.read(lambda connection: visibility.singing(connection, asker.guild_id or EVERYONE))
        return [_shown(artist) for artist in found]

    async def find(self, asker: Asker, name: str) -> Artist:
        """Find the artist of that name who sings here.

        Raises:
            Refusal: if there is none, or it has no model yet.
        """
        return _shown(await self._database.read(lambda connection: singer(connection, asker, name)))

    async def suggest(self, asker: Asker, typed: str, limit: int = 25) -> list[str]:
        """Complete a name for autocomplete: those that begin with what is typed, then those that hold it."""
        key = name_key(typed)
        names = [artist.name for artist in await self.visible(asker)]
        fitting = [name for name in names if key in name_key(name)]
        return sorted(fitting, key=lambda name: not name_key(name).startswith(key))[:limit]

    async def details(self, asker: Asker, name: str) -> ArtistDetails:
        """Describe an artist and its versions.

        Raises:
            Refusal: as `find`.
        """

        def read(connection: sqlite3.Connection) -> ArtistDetails:
            artist = singer(connection, asker, name)
            assert artist.singing_version_id is not None
            known = versions.of_artist(connection, artist.id)
            curve_png = versions.curve(connection, artist.singing_version_id)
            return ArtistDetails(_shown(artist), _shown_versions(known, artist.singing_version_id), curve_png)

        return await self._database.read(read)

    async def may_forget(self, asker: Asker, name: str) -> str:
        """Check that the asker may forget an artist, before asking them to confirm; return its full name.

        Raises:
            Refusal: if there is no such artist here or it is not theirs to forget.
        """
        return (await self._database.read(lambda connection: _theirs(connection, asker, name))).name

    async def forget(self, asker: Asker, name: str) -> None:
        """Remove an artist with its corpus, versions and jobs; a running training of it is stopped.

        Raises:
            Refusal: as `may_forget`.
        """

        def transaction(connection: sqlite3.Connection) -> StoredArtist:
            artist = _theirs(connection, asker, name)
            artists.forget(connection, artist.id)
            return artist

        artist = await self._database.write(transaction)
        log.info("artist %d forgotten", artist.id)
        self._news.tell()
        await self._database.give_back_space()

    async def rollback(self, asker: Asker, name: str) -> Version:
        """Let the version before the one that sings take over, and return it.

        Raises:
            Refusal: if the asker may not, or there is no version before.
        """

        def transaction(connection: sqlite3.Connection) -> Version:
            artist = _theirs(connection, asker, name)
            known = versions.of_artist(connection, artist.id)
            before = _version_before(known, artist.singing_version_id)
            if before is None:
                raise Refusal(f"“{artist.name}” has no version before the one that sings.")
            versions.let_sing(connection, artist.id, before.id)
            return _shown_version(before, before.id)

        return await self._database.write(transaction)


def singer(connection: sqlite3.Connection, asker: Asker, name: str) -> StoredArtist:
    """Find the artist of that name who sings for the asker; to be called within a transaction.

    Raises:
        Refusal: if there is none, or it has no model yet.
    """
    artist = visibility.find(connection, asker.guild_id or EVERYONE, name)
    if artist is None:
        raise Refusal(f"There is no artist “{_short(name)}” here; /artists lists who can sing.")
    if artist.singing_version_id is None:
        raise Refusal(f"“{artist.name}” cannot sing before its first training has ended; /artists lists who can.")
    return artist


def _theirs(connection: sqlite3.Connection, asker: Asker, name: str) -> StoredArtist:
    """Find the artist of that name that the asker may change."""
    may_manage = asker.guild_id is not None and asker.may_manage_guild
    if not may_manage and not asker.is_operator:
        raise Refusal("Only members with Manage Server can change the artists of their server.")
    own = None if asker.guild_id is None else artists.find(connection, asker.guild_id, name)
    if own is not None:
        return own
    everyones = artists.find(connection, EVERYONE, name)
    if everyones is None:
        raise Refusal(f"There is no artist “{_short(name)}” here; /artists lists who can sing.")
    if not asker.is_operator:
        raise Refusal(f"“{everyones.name}” belongs to everyone; only the bot's operators can change it.")
    return everyones


def _version_before(known: Sequence[StoredVersion], singing_id: int | None) -> StoredVersion | None:
    """Find the newest version before the one that sings, one that was held back only if there is no other."""
    numbers = [version.number for version in known if version.id == singing_id]
    earlier = [version for version in known if numbers and version.number < numbers[0]]
    return min(earlier, key=lambda version: (version.held_back, -version.number), default=None)


def _shown(artist: StoredArtist) -> Artist:
    assert artist.trained_at is not None  # it sings
    return Artist(
        name=artist.name,
        of_everyone=artist.guild_id == EVERYONE,
        corpus_bytes=artist.corpus_bytes,
        bits_per_character=artist.bits_per_character,
        rival_bits_per_character=artist.rival_bits_per_character,
        trained_at=artist.trained_at,
    )


def _shown_versions(known: Sequence[StoredVersion], singing_id: int) -> tuple[Version, ...]:
    return tuple(_shown_version(version, singing_id) for version in known)


def _shown_version(version: StoredVersion, singing_id: int) -> Version:
    return Version(
        number=version.number,
        sings=version.id == singing_id,
        held_back=version.held_back,
        parameters=version.parameters,
        weights_bytes=version.weights_bytes,
        bits_per_character=version.bits_per_character,
        rival_bits_per_character=version.rival_bits_per_character,
        characters_seen=version.characters_seen,
        training_seconds=version.training_seconds,
        published_at=version.published_at,
    )


def _short(name: str) -> str:
    name = name.strip()
    return name if len(name) <= LONGEST_ARTIST_NAME else name[: LONGEST_ARTIST_NAME - 1] + "…"
