"""Singing: a seed goes in, a song comes out line by line, and what was sung is recorded."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from bot.engine.engine import Engine
from bot.engine.voice_cache import VersionGoneError
from bot.metrics.tally import Tally
from bot.services.artists import singer
from bot.services.asking import Asker, Refusal
from bot.services.song_limits import SongLimits
from bot.services.song_record import SongRecord
from bot.services.song_report import SongReport, reported
from bot.services.song_request import SongRequest, check_request
from bot.store import artists, guilds
from bot.store.artists import EVERYONE, StoredArtist
from bot.store.database import Database
from bot.store.guilds import GuildSettings
from bot.store.requests import StoredRequest
from lstm.song.composing import Report, SongSettings

_NO_LONGER_KNOWN = "That song is no longer stored; ask for a new one with /lyrics."


@dataclass(frozen=True)
class SongSoFar:
    """A song in progress."""

    artist: str
    text: str
    """All that is composed up to now, from its beginning."""


@dataclass(frozen=True)
class Song:
    """A finished, recorded song."""

    request_id: int
    """What `again`, `continue_` and `delete` want back; fits a button's custom id."""
    artist: str
    seed: str
    text: str
    lines: int
    temperature: float
    rhyme: str
    private: bool
    seconds: float
    """How long composing took."""
    composed_at: datetime
    copied_lines: int
    """Lines that copy the artist's own in spite of all attempts."""
    rhymes_missed: int
    """Lines for which no rhyme was found."""

    @property
    def shortcomings(self) -> tuple[str, ...]:
        """What the asker should know of the song, in a few words each; nothing of most songs."""
        copied, missed = self.copied_lines, self.rhymes_missed
        told = []
        if copied:
            told.append("1 line copies the artist" if copied == 1 else f"{copied} lines copy the artist")
        if missed:
            told.append("1 line found no rhyme" if missed == 1 else f"{missed} lines found no rhyme")
        return tuple(told)


@dataclass(frozen=True)
class _Plan:
    """A song that nothing speaks against any more."""

    artist: StoredArtist
    request: SongRequest
    settings: SongSettings
    is_filtered: bool
    """Lines with bad language are sung anew."""
    before: str
    """What the composer reads ahead of the new song: earlier lines that are not shown again."""


class LyricsService:
    """Sings for an asker in the style of an artist that they may ask for."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        record: SongRecord,
        *,
        default_artist: str,
        has_bad_language: Callable[[str], bool],
        tally: Tally,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        new_random_seed: Callable[[], int],
    ) -> None:
        """Sing by `engine`; where neither asker nor guild names an artist, as `default_artist`.

        Guilds that want it get no line of which `has_bad_language` is true. What is asked for is counted in `tally`;
        `seconds` is a clock that never goes back.
        """
        self._database = database
        self._engine = engine
        self._record = record
        self._default_artist = default_artist
        self._has_bad_language = has_bad_language
        self._tally = tally
        self._now = now
        self._seconds = seconds
        self._new_random_seed = new_random_seed
        self._limits = SongLimits(seconds)

    @property
    def songs_in_progress(self) -> int:
        """How many songs are being composed."""
        return self._engine.songs_in_progress

    @property
    def songs_waiting(self) -> int:
        """How many songs were asked for and wait for their turn."""
        return max(0, self._limits.songs - self._engine.songs_in_progress)

    @property
    def models_bytes(self) -> int:
        """Memory of the models that are kept loaded."""
        return self._engine.models_bytes

    async def sing(self, asker: Asker, request: SongRequest) -> AsyncGenerator[SongSoFar | Song, None]:
        """Yield the song as it is composed and, last, the finished song that is then on record.

        Raises:
            Refusal: before the first part, if a value is out of range, the artist is not known here, or so many songs
                are in the making or were asked for that this one has to wait.
        """

        async def plan() -> _Plan:
            return await self._plan(asker, check_request(request), before="")

        async with aclosing(self._serve(asker, plan)) as song:
            async for part in song:
                yield part

    async def again(self, asker: Asker, request_id: int) -> AsyncGenerator[SongSoFar | Song, None]:
        """Yield another song on the same seed, artist and settings, as a request of this asker.

        Raises:
            Refusal: if the request is no longer stored or belongs to another place than the asker's.
        """

        async def plan() -> _Plan:
            return await self._plan(asker, _request_of(await self._stored(asker, request_id)), before="")

        async with aclosing(self._serve(asker, plan)) as song:
            async for part in song:
                yield part

    async def continue_(self, asker: Asker, request_id: int) -> AsyncGenerator[SongSoFar | Song, None]:
        """Yield the lines that follow a recorded song: as many again, and only the new ones.

        Raises:
            Refusal: if the request is no longer stored or belongs to another place than the asker's.
        """

        async def plan() -> _Plan:
            stored = await self._stored(asker, request_id)
            return await self._plan(asker, _request_of(stored), before=stored.text + "\n")

        async with aclosing(self._serve(asker, plan)) as song:
            async for part in song:
                yield part

    async def is_private(self, asker: Asker, private: bool) -> bool:
        """Tell whether a song asked for here is shown to the asker only.

        It is, where they wish so, and outside the one channel that the guild has chosen for songs.
        To be asked before the first answer, which decides who sees all that follow.
        """
        guild_id = asker.guild_id
        if private or guild_id is None:
            return private
        chosen = await self._database.read(lambda connection: guilds.settings_of(connection, guild_id))
        return chosen.channel_id is not None and chosen.channel_id != asker.channel_id

    async def delete(self, asker: Asker, request_id: int, asked_by: int) -> None:
        """Allow the deletion of a sung message, and forget the song if it was the asker's own.

        Args:
            asker: who pressed the button.
            request_id: the song; it may be gone from the record by now.
            asked_by: the user the message was sung for, as the button's custom id remembers.

        Raises:
            Refusal: unless the asker is that user or may manage messages here.
        """
        if asker.user_id != asked_by and not asker.may_manage_messages:
            raise Refusal("Only the one who asked for this song, or members who manage messages, can delete it.")
        stored = await self._record.find(request_id)
        if stored is not None and stored.user_id == asker.user_id:
            await self._record.forget(request_id)

    async def _serve(
        self, asker: Asker, make_plan: Callable[[], Awaitable[_Plan]]
    ) -> AsyncGenerator[SongSoFar | Song, None]:
        """Sing within the limits, and report on it; what is beyond them is refused before anything is looked up."""
        with reported(asker, self._tally, self._seconds) as report, self._limits.song_of(asker):
            plan = await make_plan()
            report.artist, report.request = plan.artist.name, plan.request
            async with aclosing(self._sing(asker, plan, report)) as song:
                async for part in song:
                    yield part

    async def _sing(self, asker: Asker, plan: _Plan, report: SongReport) -> AsyncGenerator[SongSoFar | Song, None]:
        began = self._now()
        assert plan.artist.singing_version_id is not None
        composed = ""
        # The seed is known from the beginning: what counts is the first that comes after it.
        given = len(plan.before or plan.request.seed)
        song = self._engine.compose(
            plan.artist.singing_version_id,
            plan.before or plan.request.seed,
            plan.settings,
            self._has_bad_language if plan.is_filtered else None,
        )
        said: Report | None = None
        try:
            async with aclosing(song) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Report):
                        said = piece
                        continue
                    composed += piece
                    if len(composed) > given and not piece.isspace():
                        report.first_line()
                    text = composed[len(plan.before) :]
                    if text:
                        yield SongSoFar(plan.artist.name, text)
        except VersionGoneError:
            raise Refusal(f"“{plan.artist.name}” was changed just now; ask again.") from None
        assert said is not None
        yield await self._finish(asker, plan, composed[len(plan.before) :], said, began)

    async def _finish(self, asker: Asker, plan: _Plan, text: str, said: Report, began: datetime) -> Song:
        now = self._now()
        request, settings = plan.request, plan.settings
        assert settings.random_seed is not None
        stored = StoredRequest(
            id=0,
            user_id=asker.user_id,
            guild_id=asker.guild_id or EVERYONE,
            channel_id=asker.channel_id,
            artist=plan.artist.name,
            seed=request.seed,
            text=text,
            lines=request.lines,
            temperature=settings.temperature,
            rhyme=settings.rhyme,
            private=request.private,
            random_seed=settings.random_seed,
            seconds=max(0.0, (now - began).total_seconds()),
            asked_at=began,
        )
        request_id = await self._record.keep(stored)
        return Song(
            request_id=request_id,
            artist=stored.artist,
            seed=stored.seed,
            text=stored.text,
            lines=stored.lines,
            temperature=stored.temperature,
            rhyme=stored.rhyme,
            private=stored.private,
            seconds=stored.seconds,
            composed_at=now,
            copied_lines=said.copied_lines,
            rhymes_missed=said.rhymes_missed,
        )

    async def _plan(self, asker: Asker, request: SongRequest, before: str) -> _Plan:
        def read(connection: sqlite3.Connection) -> tuple[StoredArtist, GuildSettings]:
            chosen = GuildSettings() if asker.guild_id is None else guilds.settings_of(connection, asker.guild_id)
            return self._artist(connection, asker, request.artist, chosen), chosen

        artist, chosen = await self._database.read(read)
        lines_before = sum(1 for line in before.splitlines() if line.strip())
        settings = SongSettings(
            lines=request.lines + lines_before,
            temperature=SongSettings.temperature if request.temperature is None else request.temperature,
            rhyme=request.rhyme,
            random_seed=self._new_random_seed(),
        )
        return _Plan(artist, request, settings, chosen.language_filter, before)

    async def _stored(self, asker: Asker, request_id: int) -> StoredRequest:
        stored = await self._record.find(request_id)
        if stored is None:
            raise Refusal(_NO_LONGER_KNOWN)
        is_here = stored.guild_id == (asker.guild_id or EVERYONE) and stored.channel_id == asker.channel_id
        if stored.user_id != asker.user_id and (stored.private or not is_here):
            raise Refusal(_NO_LONGER_KNOWN)  # not even that it exists is anybody else's business
        return stored

    def _artist(
        self, connection: sqlite3.Connection, asker: Asker, name: str | None, chosen: GuildSettings
    ) -> StoredArtist:
        if name is not None:
            return singer(connection, asker, name)
        guild_id = asker.guild_id or EVERYONE
        for choice in (chosen.default_artist, self._default_artist):
            found = None if choice is None else artists.find_visible(connection, guild_id, choice)
            if found is not None and found.singing_version_id is not None:
                return found
        known = artists.singing(connection, guild_id)
        if not known:
            raise Refusal("No artist can sing yet; train one with /train.")
        return known[0]


def _request_of(stored: StoredRequest) -> SongRequest:
    return SongRequest(stored.seed, stored.artist, stored.lines, stored.temperature, stored.rhyme, stored.private)
