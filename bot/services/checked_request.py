"""From a request to everything that composing needs: the artist, the settings, the earlier lines."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.services import visibility
from bot.services.asking import Asker, Refusal
from bot.services.bad_language import is_kept_out
from bot.services.rights import check_may_see, singer, song_is_gone
from bot.services.song_record import SongRecord
from bot.services.song_request import OwnWords, SongRequest, SungAgain, Wish, check_request, check_settings
from bot.store import guilds
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
from bot.store.guilds import GuildSettings
from bot.store.requests import StoredRequest
from lstm.song.composing import SongSettings

_BAD_SEED = "The language filter here does not allow some of the words in this seed. Use other words."
_MOST_LINES_BEFORE = 240
"""Lines that new ones are compared with; it takes time that grows with their square, to 10 ms for each."""


@dataclass(frozen=True)
class CheckedRequest:
    """A request that has passed every check."""

    artist: StoredArtist
    request: SongRequest
    settings: SongSettings
    is_filtered: bool
    """Lines with bad language are composed again."""
    before: str
    """The song that the new lines follow, all its earlier parts included, but not its title; empty for a new song."""
    partner: StoredArtist | None = None
    """Sings every other stanza."""
    repeats: StoredRequest | None = None
    """The recorded song that this is another take of."""
    continues: StoredRequest | None = None
    """The recorded song that the new lines follow."""
    extends: StoredRequest | None = None
    """The recorded song that the new lines become part of; they are shown with it."""

    def shown(self, composed: str) -> str:
        """What is shown of what is composed: earlier lines only with the new ones that become part of their song."""
        if self.extends is None:
            return composed[len(self.before) :]
        title, own = _without_title(self.extends)
        return title + composed[len(self.before) - len(own) - 1 :] if len(composed) >= len(self.before) else ""


class RequestChecker:
    """Checks requests and looks up what they need."""

    def __init__(
        self,
        database: Database,
        record: SongRecord,
        *,
        default_artist: str,
        has_bad_language: Callable[[str], bool],
        new_random_seed: Callable[[], int],
    ) -> None:
        """Take `default_artist` if neither asker nor guild names an artist.

        If the language filter is on, a seed for which `has_bad_language` is true is refused.
        """
        self._database = database
        self._record = record
        self._default_artist = default_artist
        self._has_bad_language = has_bad_language
        self._new_random_seed = new_random_seed

    async def check(self, asker: Asker, what: Wish) -> CheckedRequest:
        """Check a request and look up what it needs.

        Raises:
            Refusal: if a value is out of range, there is no such artist here, the language filter does not allow the
                seed, or the song to repeat or continue is no longer stored or not visible to the asker here.
        """
        if isinstance(what, SongRequest):
            return await self._check(asker, check_request(what), before="")
        if isinstance(what, OwnWords):
            own = SongRequest(seed="", artist=what.artist, private=what.private)
            return await self._check(asker, check_settings(own), before="")
        stored = await self.stored(asker, what.request_id)
        request = replace(_request_of(stored), private=stored.private or what.private)
        if isinstance(what, SungAgain):
            return replace(await self._check(asker, request, before=""), repeats=stored)
        checked = await self._check(asker, request, before=_before(await self.parts(asker, stored)))
        return replace(checked, extends=stored) if what.in_place else replace(checked, continues=stored)

    async def _check(self, asker: Asker, request: SongRequest, before: str) -> CheckedRequest:
        def read(connection: sqlite3.Connection) -> tuple[StoredArtist, StoredArtist | None, GuildSettings]:
            chosen = GuildSettings() if asker.guild_id is None else guilds.settings_of(connection, asker.guild_id)
            artist = self._artist(connection, asker, request.artist, chosen)
            partner = None if request.partner is None else singer(connection, asker, request.partner)
            return artist, partner, chosen

        artist, partner, chosen = await self._database.read(read)
        is_filtered = is_kept_out(asker, chosen)
        if is_filtered and await asyncio.to_thread(self._has_bad_language, request.seed):
            raise Refusal(_BAD_SEED)
        settings = SongSettings(
            lines=request.lines,
            temperature=SongSettings.temperature if request.temperature is None else request.temperature,
            rhyme=request.rhyme,
            form=request.form,
            random_seed=self._new_random_seed(),
        )
        if partner is not None and partner.id == artist.id:
            raise Refusal(f"“{artist.name}” is already singing: name a different artist to take turns with.")
        return CheckedRequest(artist, request, settings, is_filtered, before, partner)

    async def default_artist(self, asker: Asker) -> str | None:
        """Return who sings for the asker if no artist is named; None if nobody can."""

        def read(connection: sqlite3.Connection) -> str | None:
            chosen = GuildSettings() if asker.guild_id is None else guilds.settings_of(connection, asker.guild_id)
            try:
                return self._artist(connection, asker, None, chosen).name
            except Refusal:
                return None

        return await self._database.read(read)

    async def stored(self, asker: Asker, request_id: int) -> StoredRequest:
        """Find a recorded song that the asker may see.

        Raises:
            Refusal: if it is no longer stored, or the asker may not see it here.
        """
        stored = await self._record.find(request_id)
        if stored is None:
            raise song_is_gone()
        check_may_see(asker, stored, private=stored.private)
        return stored

    async def parts(self, asker: Asker, last: StoredRequest) -> list[StoredRequest]:
        """Return a song and the parts before it, in order, as far as they are stored and the asker may see them."""
        parts, known = [last], {last.id}
        while (earlier := parts[0].continues) is not None and earlier not in known:
            known.add(earlier)
            try:
                parts.insert(0, await self.stored(asker, earlier))
            except Refusal:
                break
        return parts

    def _artist(
        self, connection: sqlite3.Connection, asker: Asker, name: str | None, chosen: GuildSettings
    ) -> StoredArtist:
        if name is not None:
            return singer(connection, asker, name)
        guild_id = asker.guild_id or EVERYONE
        for choice in (chosen.default_artist, self._default_artist):
            found = visibility.singer(connection, guild_id, choice)
            if found is not None:
                return found
        known = visibility.singing(connection, guild_id)
        if not known:
            raise Refusal("No artist can sing yet. Train one with /train.")
        return known[0]


def _before(parts: Sequence[StoredRequest]) -> str:
    """Join the parts of a song, without its title: the last part, and earlier ones up to `_MOST_LINES_BEFORE`."""
    before = ""
    for part in reversed(parts):
        _, own = _without_title(part)
        if before and before.count("\n") + own.count("\n") > _MOST_LINES_BEFORE:
            break
        before = f"{own}\n{before}"
    return before


def _without_title(stored: StoredRequest) -> tuple[str, str]:
    """Return a song's title, with the blank line below it, and the song."""
    lines, left = stored.text.splitlines(keepends=True), stored.title_lines
    top = 0
    while top < len(lines) and (left or not lines[top].strip()):
        left -= bool(lines[top].strip())
        top += 1
    return ("".join(lines[:top]), "".join(lines[top:])) if stored.title_lines else ("", stored.text)


def _request_of(stored: StoredRequest) -> SongRequest:
    return SongRequest(
        seed=stored.seed,
        artist=stored.artist,
        lines=stored.lines,
        temperature=stored.temperature,
        rhyme=stored.rhyme,
        private=stored.private,
        form=stored.form,
        partner=stored.partner,
    )
