"""Runs the Discord front end, from login to cancellation."""

import asyncio
import logging
import random

import aiohttp
import discord

from bot.application import Services
from bot.discord_app import jobs, mending
from bot.discord_app.client import AnyDynamicItem, LyricsClient
from bot.discord_app.commands import COMMANDS
from bot.discord_app.commands.artists import Details
from bot.discord_app.commands.artists import TurnPage as TurnArtists
from bot.discord_app.commands.history import ShowSong
from bot.discord_app.commands.history import TurnPage as TurnHistory
from bot.discord_app.commands.settings import EveryChannel, FilterByDefault
from bot.discord_app.confirmations import DeleteMyData, ForgetArtist, Keep
from bot.discord_app.jobs import CancelJob, ShowText, UseAnyway
from bot.discord_app.sing_button import Sing
from bot.discord_app.song_files import Card, WholeSong
from bot.discord_app.songs import Again, Continue, Delete, Like, SingInterrupted
from bot.discord_app.training_request import TrainShipped
from bot.settings import SettingsError

BUTTONS: tuple[AnyDynamicItem, ...] = (
    Again,
    Continue,
    SingInterrupted,
    Like,
    WholeSong,
    Card,
    Delete,
    Sing,
    Details,
    TurnArtists,
    ShowSong,
    TurnHistory,
    CancelJob,
    ShowText,
    UseAnyway,
    TrainShipped,
    DeleteMyData,
    ForgetArtist,
    Keep,
    EveryChannel,
    FilterByDefault,
)

_REFUSED = "DISCORD_TOKEN is a token that Discord refuses; it must be the bot's token from the developer portal"
_AUTHENTICATION_FAILED = 4004
_UNREACHABLE = (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError, TimeoutError)
_LONGEST_PAUSE_SECONDS = 60

_log = logging.getLogger(__name__)


async def run(services: Services) -> None:
    """Serve on Discord until cancelled, reconnecting after any loss of the network.

    Raises:
        SettingsError: if Discord refuses the token.
    """
    # discord.py warns that it has no voice support; this bot needs none.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    logging.getLogger("discord.client").setLevel(logging.WARNING)  # it logs every attempt to log in
    attempts = 0
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await _serve(services)
            return
        except discord.LoginFailure:
            raise SettingsError(_REFUSED) from None
        except discord.ConnectionClosed as closed:
            if closed.code == _AUTHENTICATION_FAILED:
                raise SettingsError(_REFUSED) from None
            raise
        except _UNREACHABLE as error:
            if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE_SECONDS:
                attempts = 0  # it was online in between
            if attempts == 0:
                _log.warning("cannot reach Discord; trying until it answers: %s", _one_line(error))
        await asyncio.sleep(min(_LONGEST_PAUSE_SECONDS, 2**attempts) * random.uniform(0.5, 1))  # noqa: S311
        attempts = min(attempts + 1, 10)


async def _serve(services: Services) -> None:
    token = services.settings.discord_token
    assert token is not None, "without a token there is the console"
    async with LyricsClient(services, COMMANDS, BUTTONS) as client:
        await client.login(token)
        # These use REST only, and need not wait for the gateway, which may take minutes with many shards.
        client.run_in_background(jobs.follow_unannounced(client), "unannounced jobs")
        client.run_in_background(mending.mend_songs(client), "interrupted songs")
        await client.connect()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
