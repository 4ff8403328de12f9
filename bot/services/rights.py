"""Who may use an artist, who may change it, and who may see a song."""

import sqlite3
from collections.abc import Sequence

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.closest import closest
from bot.services import visibility
from bot.services.asking import Asker, Refusal
from bot.store import artists, versions
from bot.store.artists import EVERYONE, StoredArtist, name_key
from bot.store.guilds import OUTSIDE_GUILDS
from bot.store.requests import StoredRequest
from bot.store.unfinished_songs import StoredUnfinished

_DELETED = "That artist has already been deleted."


def singer(connection: sqlite3.Connection, asker: Asker, name: str) -> StoredArtist:
    """Find the artist of that name who can sing for the asker; call it within a transaction.

    Raises:
        Refusal: if there is none, or it has no current version.
    """
    artist = visibility.find(connection, asker.guild_id or EVERYONE, name)
    if artist is None:
        raise _no_such(name, visibility.singing(connection, asker.guild_id or EVERYONE))
    if artist.singing_version_id is None:
        if versions.of_artist(connection, artist.id):
            raise _held_back(asker, artist)
        raise Refusal(f"“{artist.name}” can't sing yet: no training job has succeeded. /artists lists who can.")
    return artist


def changeable(connection: sqlite3.Connection, asker: Asker, name: str) -> StoredArtist:
    """Find the artist of that name that the asker may change; call it within a transaction.

    Raises:
        Refusal: if there is none here, or the asker may not change it.
    """
    _check_may_change_any(asker)
    own = None if asker.guild_id is None else artists.find(connection, asker.guild_id, name)
    artist = own or artists.find(connection, EVERYONE, name)
    if artist is None:
        raise _no_such(name, all_changeable(connection, asker))
    _check_may_change(asker, artist)
    return artist


def changeable_by_id(connection: sqlite3.Connection, asker: Asker, artist_id: int) -> StoredArtist:
    """Find an artist by its id, as stored in a button, if the asker may change it; call it within a transaction.

    Raises:
        Refusal: if it is gone or belongs to another guild, or the asker may not change it.
    """
    _check_may_change_any(asker)
    artist = artists.by_id(connection, artist_id)
    if artist is None or artist.guild_id not in (EVERYONE, asker.guild_id):
        raise Refusal(_DELETED)  # other guilds must not even learn that the artist exists
    _check_may_change(asker, artist)
    return artist


def all_changeable(connection: sqlite3.Connection, asker: Asker) -> list[StoredArtist]:
    """List the artists that the asker may change, by name, whether they can sing or not."""
    changeable: dict[str, StoredArtist] = {}
    for guild_id in (EVERYONE, asker.guild_id):  # the guild's own last: they hide shared ones of the same name
        if guild_id is not None and _may_change_artists_of(asker, guild_id):
            changeable |= {artist.key: artist for artist in artists.of_guild(connection, guild_id)}
    return [changeable[key] for key in sorted(changeable)]


def check_may_see(asker: Asker, song: StoredRequest | StoredUnfinished, *, private: bool) -> None:
    """Refuse a song that is neither the asker's own nor a public one of this channel.

    Raises:
        Refusal: as for a song that is not stored, so that not even its existence is revealed.
    """
    is_here = song.guild_id == (asker.guild_id or OUTSIDE_GUILDS) and song.channel_id == asker.channel_id
    if song.user_id != asker.user_id and (private or not is_here):
        raise song_is_gone()


def song_is_gone() -> Refusal:
    """Return the refusal for a song that is not stored."""
    return Refusal("That song is no longer stored. Ask for a new one with /lyrics.")


def _check_may_change_any(asker: Asker) -> None:
    if not asker.may_manage_artists:
        raise Refusal("Only members with Manage Server can change this server's artists.")


def _check_may_change(asker: Asker, artist: StoredArtist) -> None:
    if _may_change_artists_of(asker, artist.guild_id):
        return
    if artist.guild_id == EVERYONE:
        raise Refusal(f"“{artist.name}” is shared by all servers. Only the bot's operators can change it.")
    raise Refusal(f"“{artist.name}” belongs to this server. Only members with Manage Server can change it.")


def _may_change_artists_of(asker: Asker, guild_id: int) -> bool:
    if guild_id == EVERYONE:
        return asker.is_operator
    return guild_id == asker.guild_id and asker.may_manage_guild


def _held_back(asker: Asker, artist: StoredArtist) -> Refusal:
    """Return the refusal for an artist whose versions do not sing, with what the asker can do about it."""
    if _may_change_artists_of(asker, artist.guild_id):
        return Refusal(
            f"“{artist.name}” can't sing yet: it was trained, but is worse than the n-gram baseline. "
            "/rollback lets it sing anyway."
        )
    if artist.guild_id == EVERYONE:
        return Refusal(
            f"“{artist.name}” can't sing yet: it was trained, but is worse than the n-gram baseline. "
            "The bot's operators can let it sing anyway with /rollback."
        )
    return Refusal(
        f"“{artist.name}” can't sing yet: it was trained, but is worse than the n-gram baseline. "
        "A member with Manage Server can let it sing anyway with /rollback."
    )


def _no_such(name: str, others: Sequence[StoredArtist]) -> Refusal:
    """Return the refusal for a name that no artist has, with the closest name that the asker can see."""
    name = name.strip()
    short = name if len(name) <= LONGEST_ARTIST_NAME else name[: LONGEST_ARTIST_NAME - 1] + "…"
    names = {artist.key: artist.name for artist in others}
    key = name_key(short)
    close = closest(key, names) or next((each for each in names if key and each.startswith(key)), None)
    if close is not None:
        return Refusal(f"There is no artist “{short}” here. Did you mean “{names[close]}”?")
    return Refusal(f"There is no artist “{short}” here. /artists lists who can sing.")
