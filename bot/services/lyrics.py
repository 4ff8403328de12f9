"""Singing: a seed goes in, a song comes out line by line, and what was sung is recorded."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime

from bot.engine.composing_thread import ComposingThread
from bot.engine.voice_cache import VersionGoneError, VoiceCache
from bot.metrics.tally import Tally
from bot.services.asking import Asker, Refusal
from bot.services.song import Song, SongSoFar
from bot.services.song_limits import SongLimits
from bot.services.song_plan import SongPlan, SongPlanner
from bot.services.song_record import Draft, SongRecord
from bot.services.song_report import reported
from bot.services.song_request import Continuation, SongRequest, SungAgain
from bot.store import guilds
from bot.store.artists import EVERYONE
from bot.store.database import Database
from bot.store.requests import StoredRequest
from lstm.song.composing import Composition, Report


class LyricsService:
    """Sings for an asker in the style of an artist that they may ask for."""

    def __init__(
        self,
        database: Database,
        voices: VoiceCache,
        composing: ComposingThread,
        record: SongRecord,
        *,
        default_artist: str,
        has_bad_language: Callable[[str], bool],
        tally: Tally,
        now: Callable[[], datetime],
        seconds: Callable[[], float],
        new_random_seed: Callable[[], int],
    ) -> None:
        """Sing with `voices`, composed in `composing`; as `default_artist` where neither asker nor guild names one.

        Guilds that want it get no line for which `has_bad_language` is true; it is called in the composing thread.
        Requests are counted in `tally`; `seconds` is a monotonic clock.
        """
        self._database = database
        self._voices = voices
        self._composing = composing
        self._record = record
        self._planner = SongPlanner(
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
        self._limits = SongLimits(seconds)

    @property
    def songs_in_progress(self) -> int:
        """How many songs are being composed."""
        return self._composing.songs_in_progress

    @property
    def songs_waiting(self) -> int:
        """How many songs were asked for and wait for their turn."""
        return max(0, self._limits.songs - self._composing.songs_in_progress)

    @property
    def models_bytes(self) -> int:
        """Memory of the models that are kept loaded."""
        return self._voices.nbytes

    async def sing(
        self, asker: Asker, what: SongRequest | SungAgain | Continuation
    ) -> AsyncGenerator[SongSoFar | Song, None]:
        """Yield the song as it is composed and, last, the finished song, which is then on record.

        A song keeps the model version that it began with, whatever is published meanwhile.

        Args:
            asker: the song is recorded as theirs.
            what: a new song, another one on a recorded song's seed, artist and settings, or the lines that follow a
                recorded song: as many again, and only the new ones.

        Raises:
            Refusal: before the first part, if the request cannot be planned, or so many songs are in progress or were
                asked for that this one has to wait.
        """
        # What is over the limits is refused before anything is looked up.
        with (
            reported(asker, self._tally, self._seconds) as report,
            self._limits.song_of(asker),
            self._record.draft(asker.user_id) as draft,
        ):
            plan = await self._planner.plan(asker, what)
            report.artist, report.request = plan.artist.name, plan.request
            began = self._now()
            begin = await self._composition(plan)
            composed = ""
            # The seed is known from the start: the first line is the first that comes after it.
            given = len(plan.before or plan.request.seed)
            said: Report | None = None
            async with aclosing(self._composing.compose(begin)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Report):
                        said = piece
                        continue
                    composed += piece
                    if len(composed) > given and not piece.isspace():
                        report.first_line()
                    if text := composed[len(plan.before) :]:
                        yield SongSoFar(plan.artist.name, text)
            assert said is not None
            yield await self._finish(asker, plan, composed[len(plan.before) :], said, began, draft)

    async def is_private(self, asker: Asker, private: bool) -> bool:
        """Return whether a song asked for here is shown to the asker only.

        It is, if they wish so, and outside the one channel that the guild has chosen for songs.
        To be asked before the first answer, which decides who sees all that follow.
        """
        guild_id = asker.guild_id
        if private or guild_id is None:
            return private
        chosen = await self._database.read(lambda connection: guilds.settings_of(connection, guild_id))
        return chosen.channel_id is not None and chosen.channel_id != asker.channel_id

    async def delete(self, asker: Asker, request_id: int, asked_by: int) -> None:
        """Allow the deletion of a song's message, and forget the song if it was the asker's own.

        Args:
            asker: who pressed the button.
            request_id: the song; it may be gone from the record by now.
            asked_by: the user the song was sung for, according to the button's custom id. The record knows better;
                this counts only where the song is no longer recorded.

        Raises:
            Refusal: unless the song is the asker's, or they may manage messages here.
        """
        stored = await self._record.find(request_id)
        owner = asked_by if stored is None else stored.user_id
        if asker.user_id != owner and not asker.may_manage_messages:
            raise Refusal("Only the member who asked for this song, or members who manage messages, can delete it.")
        if stored is not None and stored.user_id == asker.user_id:
            await self._record.forget(request_id)

    async def _composition(self, plan: SongPlan) -> Callable[[], Composition]:
        """Load the singer and return what starts the composition, in the composing thread."""
        assert plan.artist.singing_version_id is not None
        try:
            singer = await self._voices.get(plan.artist.singing_version_id)
        except VersionGoneError:
            raise Refusal(f"“{plan.artist.name}” was changed just now. Ask again.") from None
        is_filtered = self._has_bad_language if plan.is_filtered else None
        return lambda: Composition(singer, plan.before or plan.request.seed, plan.settings, is_filtered)

    async def _finish(
        self, asker: Asker, plan: SongPlan, text: str, said: Report, began: datetime, draft: Draft
    ) -> Song:
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
        request_id = await self._record.keep(draft, stored)
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
