"""Services that answer as a test wants, so that the front end is tested without them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from bot.services import (
    Artist,
    ArtistDetails,
    ArtistToForget,
    Asker,
    Continuation,
    CorpusSummary,
    Deleted,
    GuildSettings,
    HistoryEntry,
    HistoryPage,
    InteractionLimiter,
    Job,
    JobState,
    OwnWords,
    ReadCorpus,
    Refusal,
    Song,
    SongRequest,
    SongSoFar,
    StoreError,
    SungAgain,
    TrainingOutcome,
    TrainingProgress,
    UnfinishedSongs,
    UnsungArtist,
    Version,
)
from bot.services.data_files import DataFiles
from bot.services.recent_deletions import RecentDeletions
from bot.services.training_texts import TrainingTexts
from bot.settings import Settings
from bot.store.database import Database

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

# What a song or a job does, in order: wait (seconds), show something, fail.
Script = list[Any]


@dataclass
class StubLyrics:
    script: Script = field(default_factory=lambda: [SongSoFar("burns", "I walk")])
    asked: list[tuple[Asker, Any]] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    only_channel: int | None = None
    songs_in_progress: int = 3
    songs_waiting: int = 2
    earlier: str = "I walk alone\nand the song goes on"
    shown_by: dict[int, int] = field(default_factory=dict)
    likes: set[int] = field(default_factory=set)
    liked_in: list[int] = field(default_factory=lambda: [12345])
    """The channels of other songs that were liked."""
    default_artists: list[str] = field(default_factory=list)

    async def default_artist(self, asker: Asker) -> str | None:
        return self.default_artists.pop(0) if self.default_artists else None

    async def is_private(self, asker: Asker, private: bool) -> bool:
        return private or (self.only_channel is not None and asker.channel_id != self.only_channel)

    def sing(
        self, asker: Asker, what: SongRequest | OwnWords | SungAgain | Continuation
    ) -> AsyncGenerator[SongSoFar | Song, None]:
        self.asked.append((asker, what))
        song = self._song(SongRequest("I walk alone"), asker.user_id)
        match what:
            case SongRequest():
                song = self._song(what, asker.user_id)
            case SungAgain():
                song = replace(song, request_id=8, take=2, private=what.private)
            case Continuation(in_place=True):
                song = replace(song, text=f"{self.earlier}\nand further")
            case Continuation():
                song = replace(song, request_id=9, part=2, text="and further", private=what.private)
        return self._play(song)

    async def recall(self, asker: Asker, request_id: int) -> Song:
        return replace(self._song(SongRequest("I walk alone"), 1), text=self.earlier, likes=len(self.likes))

    async def recorded(self, request_id: int) -> Song:
        return replace(self._song(SongRequest("I walk alone"), 1), text=self.earlier)

    async def all_parts(self, asker: Asker, request_id: int) -> list[Song]:
        song = await self.recall(asker, request_id)
        return [song, replace(song, part=2, text="and further")]

    async def like(self, asker: Asker, request_id: int) -> Song:
        self.likes ^= {asker.user_id}
        return await self.recall(asker, request_id)

    async def top(self, asker: Asker, may_see: Callable[[int], bool], limit: int = 5) -> list[Song]:
        song = await self.recall(asker, 7)
        places = [(asker.channel_id or 0, 3), *((channel, 2) for channel in self.liked_in)]
        return [
            replace(song, guild_id=asker.guild_id, channel_id=channel, message_id=99, likes=likes)
            for channel, likes in places
            if may_see(channel)
        ]

    async def remember_message(self, request_id: int, message_id: int) -> None:
        self.shown_by[request_id] = message_id

    async def delete(self, asker: Asker, request_id: int, asked_by: int) -> Song | None:
        self.deleted.append(request_id)
        if asker.user_id != asked_by and not asker.may_manage_messages:
            raise Refusal("Only the one who asked can delete it.")
        return None

    def _song(self, request: SongRequest, asked_by: int) -> Song:
        text = f"{request.seed}\nand the song goes on"
        return Song(
            request_id=7,
            artist="burns",
            seed=request.seed,
            text=text,
            lines=request.lines,
            temperature=0.8,
            rhyme=request.rhyme,
            private=request.private,
            seconds=0.1,
            copied_lines=0,
            rhymes_missed=0,
            asked_by=asked_by,
        )

    async def _play(self, song: Song) -> AsyncGenerator[SongSoFar | Song, None]:
        try:
            for step in self.script:
                if isinstance(step, int | float):
                    await asyncio.sleep(step)
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
            yield song
        finally:
            self.closed.set()


JOB = Job(
    id=3,
    artist_id=1,
    artist="kipling",
    of_everyone=False,
    guild_id=1,
    channel_id=None,
    message_id=None,
    asked_by=4,
    state=JobState.QUEUED,
    minutes=5,
    random_seed=0,
    attempts=0,
    queued_at=NOON,
    started_at=None,
    ended_at=None,
    place=2,
    progress=None,
    outcome=None,
    reason=None,
)
PROGRESS = TrainingProgress(1_000, 4_000, 1.5, 30, 90, 12_345, 2.5, 2.7, 2.6, 2.4)
RUNNING = replace(JOB, state=JobState.RUNNING, place=None, started_at=NOON, progress=PROGRESS)
OUTCOME = TrainingOutcome(2, True, 2.1, 2.2, 2.4, 1_000_000, 130)
SUCCEEDED = replace(RUNNING, state=JobState.SUCCEEDED, progress=None, outcome=OUTCOME, ended_at=NOON)
CANCELLED = replace(JOB, state=JobState.CANCELLED, place=None, ended_at=NOON)


@dataclass
class StubTraining:
    script: Script = field(default_factory=lambda: [RUNNING, 0.05, SUCCEEDED])
    received: list[bytes | None] = field(default_factory=list)
    messages: list[tuple[int, int, int]] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    untold: list[Job] = field(default_factory=list)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    end_told: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str | None = None
    shipped: frozenset[str] = frozenset()
    summary: CorpusSummary | None = None
    faults: dict[str, int] = field(default_factory=dict)
    """How often each method fails before the database works again."""
    text: str = "If you can *keep*\nyour head"
    texts: TrainingTexts = field(
        default_factory=lambda: TrainingTexts(DataFiles([]), most_bytes=10**6, seconds=lambda: 0.0)
    )

    def check(self, asker: Asker, artist: str, corpus_bytes: int | None = None, minutes: float | None = None) -> None:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can train artists.")
        if corpus_bytes is not None and corpus_bytes > 10_000:
            raise Refusal("The text is too large.")

    async def comes_with_the_bot(self, asker: Asker, artist: str) -> bool:
        return artist in self.shipped

    async def queue(
        self,
        asker: Asker,
        artist: str,
        corpus: bytes | None = None,
        minutes: float | None = None,
    ) -> Job:
        self.received.append(corpus)
        if self.refusal is not None:
            raise Refusal(self.refusal)
        return replace(JOB, artist=artist, channel_id=asker.channel_id)

    def _fail(self, method: str) -> None:
        if self.faults.get(method, 0) > 0:
            self.faults[method] -= 1
            raise StoreError("The disk is full.")

    async def watch(self, job_id: int) -> AsyncGenerator[Job, None]:
        for step in self.script:
            if isinstance(step, int | float):
                await asyncio.sleep(step)
            elif step == "cancelled":
                await self.cancelled.wait()
                yield CANCELLED
            elif step == "go on":
                await self.go_on.wait()
            else:
                yield step
                self._fail("watch")

    async def understood(self, job_id: int) -> CorpusSummary | None:
        self._fail("understood")
        return self.summary

    async def corpus_of(self, asker: Asker, job_id: int) -> ReadCorpus | None:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can see this server's texts.")
        return ReadCorpus(self.text, self.summary, ("If you can *keep*", "your head"))

    async def unsung(self, asker: Asker) -> list[UnsungArtist]:
        return [UnsungArtist("*mute*", 41_000, NOON, 0)]

    async def curve(self, job_id: int) -> bytes | None:
        self._fail("curve")
        return b"\x89PNG curve"

    async def remember_message(self, job_id: int, channel_id: int, message_id: int) -> None:
        self.messages.append((job_id, channel_id, message_id))

    async def unannounced(self) -> list[Job]:
        self._fail("unannounced")
        return self.untold

    async def announced(self, job_id: int) -> None:
        self._fail("announced")
        self.told.append(job_id)
        self.end_told.set()

    async def jobs(self, asker: Asker, recent: int = 10) -> list[Job]:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can see the trainings.")
        return [RUNNING, JOB, SUCCEEDED]

    async def suggest_cancellable(self, asker: Asker, typed: str, limit: int = 25) -> list[Job]:
        return [JOB]

    async def cancel(self, asker: Asker, job_id: int) -> Job:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can cancel a training.")
        self.cancelled.set()
        return replace(CANCELLED, id=job_id)


BURNS = Artist(
    "burns", True, 594_000, 2.01, 2.11, NOON, ("heather", "rose"), "My love is like\na red, red *rose*\nthat"
)
VERSION = Version(
    number=1,
    sings=True,
    held_back=False,
    parameters=1_200_000,
    weights_bytes=4_800_000,
    bits_per_character=2.01,
    baseline_bits_per_character=2.11,
    trained_at=NOON,
)


@dataclass
class StubArtists:
    forgotten: list[int] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    rolled_back: list[tuple[str, int | None]] = field(default_factory=list)
    more: list[Artist] = field(default_factory=list)
    names: Callable[[str], list[str]] = lambda typed: [name for name in ("burns", "kipling") if typed in name]

    async def visible(self, asker: Asker) -> list[Artist]:
        return [BURNS, replace(BURNS, name="*wild*", of_everyone=False), *self.more]

    async def count(self, asker: Asker) -> int:
        return len(await self.visible(asker))

    async def suggest(self, asker: Asker, typed: str, limit: int = 25) -> list[str]:
        return self.names(typed)

    async def details(self, asker: Asker, name: str) -> ArtistDetails:
        if name != "burns":
            raise Refusal(f"There is no artist {name} here: see /artists.")
        return ArtistDetails(BURNS, (VERSION,), b"\x89PNG curve")

    async def may_forget(self, asker: Asker, name: str) -> ArtistToForget:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can forget an artist.")
        return ArtistToForget(5, name, comes_with_the_bot=False)

    async def forget(self, asker: Asker, artist_id: int) -> str:
        if artist_id in self.forgotten:
            raise Refusal("That artist has already been deleted.")
        self.forgotten.append(artist_id)
        return "kip*ling"

    async def rollback(self, asker: Asker, name: str, number: int | None = None) -> Version:
        self.rolled_back.append((name, number))
        return VERSION

    async def use_result(self, asker: Asker, job_id: int) -> tuple[str, Version]:
        if not asker.may_manage_guild:
            raise Refusal("Only members with Manage Server can change an artist.")
        self.used.append(job_id)
        return "kip*ling", VERSION

    async def suggest_changeable(self, asker: Asker, typed: str, limit: int = 25) -> list[str]:
        return self.names(typed)

    async def suggest_versions(self, asker: Asker, name: str, limit: int = 25) -> list[Version]:
        return [replace(VERSION, number=12, sings=False, held_back=True), VERSION]


@dataclass
class StubGuilds:
    chosen: GuildSettings = field(default_factory=GuildSettings)

    async def settings(self, asker: Asker) -> GuildSettings:
        return self.chosen

    async def change(
        self,
        asker: Asker,
        *,
        default_artist: str | None = None,
        language_filter: bool | Literal["default"] | None = None,
        channel_id: int | None = None,
    ) -> GuildSettings:
        named = {"default_artist": default_artist, "language_filter": language_filter, "channel_id": channel_id}
        changes: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        if language_filter == "default":
            changes["language_filter"] = None
        if channel_id == 0:
            changes["channel_id"] = None
        self.chosen = replace(self.chosen, **changes)
        return self.chosen


@dataclass
class StubPrivacy:
    deletions: list[int] = field(default_factory=list)
    export_parts: int = 1

    async def history(self, asker: Asker, page: int = 1) -> HistoryPage:
        if page > 2:
            raise Refusal("There are only 2 pages.")
        shown = HistoryEntry(8, "Open", "burns", "Open", 12, "none", False, NOON, asker.guild_id, 5, 6)
        return HistoryPage(
            (
                shown,
                HistoryEntry(7, "I *walk*", "burns", "I *walk* @everyone", 12, "AABB", True, NOON),
            ),
            page,
            2,
            11,
        )

    async def export(self, asker: Asker, part_bytes: int | None = None) -> AsyncGenerator[bytes, None]:
        for _ in range(self.export_parts):
            yield b'{"user_id": %d}' % asker.user_id

    async def delete(self, asker: Asker) -> Deleted:
        self.deletions.append(asker.user_id)
        return Deleted(requests=11, trainings=1)


@dataclass
class StubLeftGuilds:
    seen: list[tuple[str, Any]] = field(default_factory=list)

    async def present(self, guild_ids: Collection[int]) -> None:
        self.seen.append(("present", set(guild_ids)))

    async def left(self, guild_id: int) -> None:
        self.seen.append(("left", guild_id))

    async def returned(self, guild_id: int) -> None:
        self.seen.append(("returned", guild_id))


@dataclass
class StubServices:
    """What the front end gets in place of the open `Services`."""

    settings: Settings
    database: Database
    lyrics: StubLyrics = field(default_factory=StubLyrics)
    artists: StubArtists = field(default_factory=StubArtists)
    training: StubTraining = field(default_factory=StubTraining)
    guilds: StubGuilds = field(default_factory=StubGuilds)
    privacy: StubPrivacy = field(default_factory=StubPrivacy)
    left_guilds: StubLeftGuilds = field(default_factory=StubLeftGuilds)
    deletions: RecentDeletions = field(default_factory=RecentDeletions)
    interaction_limiter: InteractionLimiter = field(default_factory=lambda: InteractionLimiter(time.monotonic))
    unfinished: UnfinishedSongs = field(init=False)
    started_at: datetime = NOON

    def __post_init__(self) -> None:
        self.unfinished = UnfinishedSongs(self.database, self.deletions, on_disk=True, now=lambda: datetime.now(UTC))

    def asker(self, **facts: Any) -> Asker:
        return Asker(**facts, is_operator=facts["user_id"] in self.settings.operators)
