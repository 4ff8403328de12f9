"""Every rule of the bot, without Discord and SQL; everything that a front end needs is exported here."""

from bot.services.artists import Artist, ArtistDetails, ArtistsService, ArtistToForget, Version
from bot.services.asking import Asker, Refusal
from bot.services.guilds import GuildSettings, GuildsService
from bot.services.interaction_limiter import InteractionLimiter
from bot.services.left_guilds import LeftGuilds
from bot.services.lyrics import LyricsService
from bot.services.privacy import Deleted, HistoryEntry, HistoryPage, PrivacyService
from bot.services.recent_deletions import RecentDeletions
from bot.services.song import Song, SongSoFar
from bot.services.song_request import (
    DEFAULT_LINES,
    FEWEST_LINES,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MOST_LINES,
    SEED_CHARACTERS,
    SONG_FORMS,
    Continuation,
    OwnWords,
    SongRequest,
    SungAgain,
    Wish,
)
from bot.services.training import (
    UNSUNG_DAYS,
    CorpusSummary,
    Job,
    JobState,
    ReadCorpus,
    TrainingOutcome,
    TrainingProgress,
    TrainingService,
    UnsungArtist,
)
from bot.services.unfinished_songs import SongMessage, UnfinishedSong, UnfinishedSongs
from bot.store.faults import StoreError
from bot.store.job_records import HeldBack
from lstm.rhyme.schemes import RHYMES

__all__ = [
    "DEFAULT_LINES",
    "FEWEST_LINES",
    "HIGHEST_TEMPERATURE",
    "LOWEST_TEMPERATURE",
    "MOST_LINES",
    "RHYMES",
    "SEED_CHARACTERS",
    "SONG_FORMS",
    "UNSUNG_DAYS",
    "Artist",
    "ArtistDetails",
    "ArtistToForget",
    "ArtistsService",
    "Asker",
    "Continuation",
    "CorpusSummary",
    "Deleted",
    "GuildSettings",
    "GuildsService",
    "HeldBack",
    "HistoryEntry",
    "HistoryPage",
    "InteractionLimiter",
    "Job",
    "JobState",
    "LeftGuilds",
    "LyricsService",
    "OwnWords",
    "PrivacyService",
    "ReadCorpus",
    "RecentDeletions",
    "Refusal",
    "Song",
    "SongMessage",
    "SongRequest",
    "SongSoFar",
    "StoreError",
    "SungAgain",
    "TrainingOutcome",
    "TrainingProgress",
    "TrainingService",
    "UnfinishedSong",
    "UnfinishedSongs",
    "UnsungArtist",
    "Version",
    "Wish",
]
