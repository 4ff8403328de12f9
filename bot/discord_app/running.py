"""Runs the Discord front end, from the login to the cancellation."""

import discord

from bot.application import Services
from bot.discord_app import jobs
from bot.discord_app.client import AnyDynamicItem, LyricsClient
from bot.discord_app.commands import COMMANDS
from bot.discord_app.commands.artists import Details
from bot.discord_app.commands.artists import TurnPage as TurnArtists
from bot.discord_app.commands.history import ShowSong
from bot.discord_app.commands.history import TurnPage as TurnHistory
from bot.discord_app.commands.settings import EveryChannel
from bot.discord_app.confirmations import DeleteMyData, ForgetArtist, Keep
from bot.discord_app.jobs import CancelJob, UseAnyway
from bot.discord_app.sing_button import Sing
from bot.discord_app.song_files import Card, WholeSong
from bot.discord_app.songs import Again, Continue, Delete, Like
from bot.settings import SettingsError

BUTTONS: tuple[AnyDynamicItem, ...] = (
    Again,
    Continue,
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
    UseAnyway,
    DeleteMyData,
    ForgetArtist,
    Keep,
    EveryChannel,
)


async def run(services: Services) -> None:
    """Serve on Discord until cancelled.

    Raises:
        SettingsError: if Discord refuses the token, or the home guild is not one that the bot is in.
    """
    # discord.py warns that it cannot speak; this bot sings in letters.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    token = services.settings.discord_token
    assert token is not None, "without a token there is the console"
    async with LyricsClient(services, COMMANDS, BUTTONS) as client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            message = "DISCORD_TOKEN holds a token that Discord refuses; it may hold the bot's token from the portal"
            raise SettingsError(message) from None
        # Over REST alone, so that it need not wait for the gateway, which may take minutes with many shards.
        client.run_in_background(jobs.follow_unannounced(client), "unannounced jobs")
        await client.connect()
