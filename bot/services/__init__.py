"""Every rule of the bot, without Discord and without SQL; all that a front end needs is named here."""

from bot.services.artists import Artist, ArtistDetails, ArtistsService, Version
from bot.services.asking import Asker, Refusal
from bot.services.guilds import GuildSettings, GuildsService
from bot.services.lyrics import LyricsService, Song, SongSoFar
from bot.services.privacy import Deleted, HistoryEntry, HistoryPage, PrivacyService
from bot.services.registration import CommandRegistration
from bot.services.song_request import (
    DEFAULT_LINES,
    FEWEST_LINES,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MOST_LINES,
    RHYMES,
    SEED_CHARACTERS,
    SongRequest,
)
from bot.services.training import Job, JobState, TrainingOutcome, TrainingProgress, TrainingService

__all__ = [
    "DEFAULT_LINES",
    "FEWEST_LINES",
    "HIGHEST_TEMPERATURE",
    "LOWEST_TEMPERATURE",
    "MOST_LINES",
    "RHYMES",
    "SEED_CHARACTERS",
    "Artist",
    "ArtistDetails",
    "ArtistsService",
    "Asker",
    "CommandRegistration",
    "Deleted",
    "GuildSettings",
    "GuildsService",
    "HistoryEntry",
    "HistoryPage",
    "Job",
    "JobState",
    "LyricsService",
    "PrivacyService",
    "Refusal",
    "Song",
    "SongRequest",
    "SongSoFar",
    "TrainingOutcome",
    "TrainingProgress",
    "TrainingService",
    "Version",
]
