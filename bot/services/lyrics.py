"""Singing: a seed goes in, a song comes out line by line and is recorded."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from bot.engine.composing_thread import ComposingThread
from bot.engine.singer_cache import SingerCache, VersionGoneError
from bot.metrics.tally import Tally
from bot.services.asking import Asker, Refusal
from bot.services.bad_language import LanguagePolicy
from bot.services.checked_request import CheckedRequest, RequestChecker
from bot.services.rate_limits import RateLimits
from bot.services.recent_deletions import PendingWrite
from bot.services.rights import song_is_gone
from bot.services.song import Song, SongSoFar, of_record
from bot.services.song_record import SongRecord
from bot.services.song_report import reported
from bot.services.song_request import Continuation, Wish
from bot.store import guilds, likes, requests
from bot.store.artists import StoredArtist
from bot.store.database import Database
from bot.store.guilds import OUTSIDE_GUILDS
from bot.store.requests import StoredRequest
from lstm.song.composing import Composition, Report
from lstm.song.singer import Singer

TOP_DAYS = 7
_MOST_TOP_CANDIDATES = 100
"""How many songs are searched for those in channels that the asker may see."""


class LyricsService:
    """Sings for an asker in the style of an artist that they may ask for."""

    def __init__(
        self,
        database: Database,
        singers: SingerCache,
        composing: ComposingThread,
        record: SongRecord,
        *,
        default_artist: str,
        songs_in_a_row: int,
        seconds_per_song: float,
        has_bad_language: Callable[[str], bool],
        tally: Tally,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        new_random_seed: Callable[[], int],
    ) -> None:
        """Sing with `singers`, composed in `composing`; as `default_artist` if neither asker nor guild names one.

        A member may ask for `songs_in_a_row`, then for one every `seconds_per_song`.
        Where the language filter is on, lines for which `has_bad_language` is true are left out; it is called in the
        composing thread and others.
        Requests are counted in `tally`; `seconds` is a monotonic clock.
        """
        self._database = database
        self._singers = singers
        self._composing = composing
        self._record = record
        self._checker = RequestChecker(
            database,
            record,
            default_artist=default_artist,
            has_bad_language=has_bad_language,
            new_random_seed=new_random_seed,
        )
        self._has_bad_language = has_bad_language
        self._tally = tally
        self._now = now
        self._seconds = seconds
        self._limits = RateLimits(seconds, in_a_row=songs_in_a_row, seconds_each=seconds_per_song)
        self._growing: set[int] = set()

    @property
    def songs_in_progress(self) -> int:
        """How many songs are being composed."""
        return self._composing.songs_in_progress

    @property
    def songs_waiting(self) -> int:
        """How many songs are waiting for their turn."""
        return max(0, self._limits.songs - self._composing.songs_in_progress)

    @property
    def models_bytes(self) -> int:
        """Memory that the loaded models take, in bytes."""
        return self._singers.nbytes

    async def default_artist(self, asker: Asker) -> str | None:
        """Return who sings for the asker if no artist is named; None if nobody can."""
        return await self._checker.default_artist(asker)

    async def sing(self, asker: Asker, what: Wish) -> AsyncGenerator[SongSoFar | Song, None]:
        """Yield the song as it is composed and, finally, the finished song, which is then on record.

        A song keeps the model version that it started with, whatever is published meanwhile.

        Args:
            asker: the song is recorded as theirs.
            what: a new song, one that the artist begins itself, another one on a recorded song's seed, artist and
                settings, or the lines that follow a recorded song.

        Raises:
            Refusal: before the first part, if the request does not pass the checks, the song that is to grow is growing
                already, or so many songs are in progress or were asked for that this one has to wait.
        """
        # Requests over the limits are refused before anything is looked up.
        with (
            reported(asker, self._tally, self._seconds) as report,
            self._growing_once(what),
            self._limits.song_of(asker),
        ):
            pending = self._record.deletions.pending_write(asker)
            checked = await self._checker.check(asker, what)
            report.artist, report.request = checked.artist.name, checked.request
            partner = None if checked.partner is None else checked.partner.name
            began = self._now()
            begin = await self._composition(checked)
            composed = ""
            # The seed is known from the start, so the first line is the first one after it.
            given = len(checked.before or checked.request.seed)
            said: Report | None = None
            async with aclosing(self._composing.compose(begin)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Report):
                        said = piece
                        continue
                    composed += piece
                    if len(composed) > given and not piece.isspace():
                        report.first_line()
                    if text := checked.shown(composed):
                        yield SongSoFar(checked.artist.name, text, checked.request.seed, partner)
            assert said is not None
            yield await self._finish(asker, checked, checked.shown(composed), said, began, pending)

    async def is_private(self, asker: Asker, private: bool) -> bool:
        """Return whether a song asked for here is shown only to the asker.

        It is if they want that, and outside of the channel that the guild has chosen for songs and its threads.
        Call it before the first answer, which decides who sees all later ones.
        """
        guild_id = asker.guild_id
        if private or guild_id is None:
            return private
        chosen = await self._database.read(lambda connection: guilds.settings_of(connection, guild_id))
        return chosen.channel_id is not None and chosen.channel_id not in (asker.channel_id, asker.parent_channel_id)

    async def recall(self, asker: Asker, request_id: int) -> Song:
        """Return a recorded song.

        Raises:
            Refusal: if it is no longer stored, or the asker may not see it here.
        """
        stored = await self._checker.stored(asker, request_id)
        return await self._song(stored)

    async def recorded(self, request_id: int) -> Song | None:
        """Return a recorded song for the message that already shows it; None if it is no longer stored."""
        stored = await self._record.find(request_id)
        return None if stored is None else await self._song(stored)

    async def all_parts(self, asker: Asker, request_id: int) -> list[Song]:
        """Return a recorded song and the earlier parts that are still stored, in order.

        Raises:
            Refusal: as for `recall`.
        """
        *earlier, last = await self._checker.parts(asker, await self._checker.stored(asker, request_id))
        return [*map(of_record, earlier), await self._song(last)]

    async def like(self, asker: Asker, request_id: int) -> Song:
        """Add the asker's vote for a song, or withdraw it; return the song with its votes.

        Raises:
            Refusal: as for `recall`, or if songs are not stored (LYRICS_HISTORY_DAYS 0), or this one is private.
        """
        pending = self._record.deletions.pending_write(asker)
        stored = await self._checker.stored(asker, request_id)
        if stored.private:
            raise Refusal("Only you can see this song, so there is nothing to vote on.")
        if not self._record.is_on_disk:
            raise Refusal("This bot stores no songs, so it cannot count votes.")
        now = self._now()

        def transaction(connection: sqlite3.Connection) -> None:
            if requests.by_id(connection, request_id) is None:  # deleted meanwhile, or too late for a full disk
                raise song_is_gone()
            if pending.is_wanted:
                likes.toggle(connection, request_id, asker.user_id, now)

        await self._database.write(transaction)
        return await self._song(stored)

    async def top(self, asker: Asker, may_see: Callable[[int], bool], limit: int = 5) -> list[Song]:
        """List the songs of this guild that members liked most in the last seven days, best first.

        Songs with bad language are left out where it is filtered: their own channel may have another rule.

        Args:
            asker: a member of the guild.
            may_see: whether the asker may see a channel, by its id; songs of other channels are left out. Called in the
                event loop.
            limit: the most to return.

        Raises:
            Refusal: outside of guilds.
        """
        guild_id = asker.guild_id
        if guild_id is None:
            raise Refusal("/top only works in a server.")
        since = self._now() - timedelta(days=TOP_DAYS)

        def read(connection: sqlite3.Connection) -> tuple[Callable[[str], bool], list[tuple[StoredRequest, int]]]:
            is_bad = LanguagePolicy(self._has_bad_language).rule_for(connection, asker)
            liked = likes.most_liked(connection, guild_id, since, _MOST_TOP_CANDIDATES)
            found = [(requests.by_id(connection, request_id), votes) for request_id, votes in liked]
            return is_bad, [(stored, votes) for stored, votes in found if stored is not None]

        is_bad, liked = await self._database.read(read)
        seen = [
            (stored, votes) for stored, votes in liked if stored.channel_id is not None and may_see(stored.channel_id)
        ]
        good = (of_record(stored, votes) for stored, votes in seen if not is_bad(stored.text))
        return await asyncio.to_thread(lambda: list(islice(good, limit)))

    async def remember_message(self, request_id: int, message_id: int) -> None:
        """Store which public message shows a song, so that it can be linked to."""
        await self._record.remember_message(request_id, message_id)

    async def delete(self, asker: Asker, request_id: int, asked_by: int) -> Song | None:
        """Check that the asker may delete a song's message, and forget the song if it is their own.

        Return the song as it was stored, with the id of its message; None if it was not stored any more. A song that
        a moderator deletes stays in its owner's history, without its votes.

        Args:
            asker: who pressed the button.
            request_id: the song; it may no longer be recorded.
            asked_by: the user the song was sung for, according to the button's custom id; used only if the song is no
                longer recorded.

        Raises:
            Refusal: unless the song is the asker's, or of this guild and they may manage messages here.
        """
        stored = await self._record.find(request_id)
        owner = asked_by if stored is None else stored.user_id
        is_here = stored is None or stored.guild_id == (asker.guild_id or OUTSIDE_GUILDS)
        if asker.user_id != owner and not (asker.may_manage_messages and is_here):
            raise Refusal("Only the member who asked for this song, or a member with Manage Messages, can delete it.")
        if stored is None:
            return None
        if stored.user_id == asker.user_id:
            await self._record.forget(request_id)
        else:
            await self._record.remember_message(request_id, None)
            await self._database.write(lambda connection: likes.delete_of_song(connection, request_id))
        return of_record(stored)

    @contextmanager
    def _growing_once(self, what: Wish) -> Iterator[None]:
        """Allow one continuation of a song in its place at a time: of two, the lines of one would be lost.

        Raises:
            Refusal: on entering, if it is already being continued.
        """
        if not isinstance(what, Continuation) or not what.in_place:
            yield
            return
        if what.request_id in self._growing:
            raise Refusal("This song is already being continued. Wait for its new lines, then try again.")
        self._growing.add(what.request_id)
        try:
            yield
        finally:
            self._growing.discard(what.request_id)

    async def _composition(self, checked: CheckedRequest) -> Callable[[], Composition]:
        """Load the singers and return a function that starts the composition in the composing thread."""
        singer = await self._singer(checked.artist)
        partner = None if checked.partner is None else await self._singer(checked.partner)
        is_filtered = self._has_bad_language if checked.is_filtered else None
        before, seed = checked.before, checked.request.seed
        return lambda: Composition(singer, before or seed, checked.settings, is_filtered, partner, goes_on=bool(before))

    async def _singer(self, artist: StoredArtist) -> Singer:
        assert artist.singing_version_id is not None
        try:
            return await self._singers.get(artist.singing_version_id)
        except VersionGoneError:
            raise Refusal(f"“{artist.name}” has just changed. Try again.") from None

    async def _finish(
        self, asker: Asker, checked: CheckedRequest, text: str, said: Report, began: datetime, pending: PendingWrite
    ) -> Song:
        seconds = max(0.0, (self._now() - began).total_seconds())
        request, settings = checked.request, checked.settings
        if checked.extends is not None:
            return await self._extend(checked.extends, text, said, seconds)
        assert settings.random_seed is not None
        stored = StoredRequest(
            id=0,
            user_id=asker.user_id,
            guild_id=asker.guild_id or OUTSIDE_GUILDS,
            channel_id=asker.channel_id,
            artist=checked.artist.name,
            seed=request.seed,
            text=text,
            lines=request.lines,
            temperature=settings.temperature,
            rhyme=settings.rhyme,
            private=request.private,
            random_seed=settings.random_seed,
            seconds=seconds,
            asked_at=began,
            continues=None if checked.continues is None else checked.continues.id,
            part=1 if checked.continues is None else checked.continues.part + 1,
            take=1 if checked.repeats is None else checked.repeats.take + 1,
            copied_lines=said.copied_lines,
            rhymes_missed=said.rhymes_missed,
            form=settings.form,
            partner=None if checked.partner is None else checked.partner.name,
            title_lines=said.title_lines if checked.continues is None else 0,
        )
        return of_record(replace(stored, id=await self._record.keep(pending, stored)))

    async def _extend(self, earlier: StoredRequest, text: str, said: Report, seconds: float) -> Song:
        grown = replace(
            earlier,
            text=text,
            seconds=earlier.seconds + seconds,
            copied_lines=earlier.copied_lines + said.copied_lines,
            rhymes_missed=earlier.rhymes_missed + said.rhymes_missed,
        )
        if not await self._record.extend(grown):
            raise Refusal("That song was deleted while it was being continued.")
        return await self._song(grown)

    async def _song(self, stored: StoredRequest) -> Song:
        return of_record(stored, await self._database.read(lambda connection: likes.count(connection, stored.id)))
