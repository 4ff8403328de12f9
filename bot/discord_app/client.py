"""The Discord client: the gateway events it subscribes to, and what its commands and buttons use."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot import language, unexpected
from bot.application import Services
from bot.discord_app import answering, failures, registration
from bot.discord_app.offering import AnyCommand
from bot.discord_app.online import OnlineReport
from bot.discord_app.registered_commands import RegisteredCommands
from bot.discord_app.translator import Translator
from bot.discord_app.unconfirmed_trainings import UnconfirmedTrainings
from bot.services import Refusal

_CONNECTIONS = 32
"""To Discord's API. Without a limit, discord.py opens 500 when 500 members ask at the same moment."""
_SECONDS_FOR_REGISTRATION = 5.0
_SECONDS_TO_FINISH_SONGS = 1.0
_SECONDS_TO_SHOW_INTERRUPTIONS = 1.0
_DOWNLOAD_TIMEOUT = aiohttp.ClientTimeout(total=60)

DELETIONS_BEFORE = "deletions_before"
"""Under which an interaction keeps, in its `extras`, how many deletions there were when it was sent."""

AnyDynamicItem = type[discord.ui.DynamicItem[Any]]


class LyricsClient(discord.AutoShardedClient):
    """Serves slash commands and buttons; asks for no privileged intent and reads no messages."""

    def __init__(self, services: Services, commands: Iterable[AnyCommand], buttons: Iterable[AnyDynamicItem]) -> None:
        """Set up everything that members can use; nothing is connected yet.

        Args:
            services: the open services.
            commands: the commands to offer.
            buttons: the buttons to recognise by their custom ids, whichever process sent them.
        """
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=_CONNECTIONS),
        )
        self.services = services
        self.commands = tuple(commands)
        """In the order in which `/help` lists them."""
        self._online = OnlineReport()
        self.tree = CommandTree(self)
        for command in self.commands:
            self.tree.add_command(command)
        self.add_dynamic_items(*buttons)
        self.unconfirmed_trainings = UnconfirmedTrainings()
        self._background: set[asyncio.Task[None]] = set()
        self._singing: set[asyncio.Task[Any]] = set()
        self._is_closing = False
        self._downloads: aiohttp.ClientSession | None = None

    @property
    def downloads(self) -> aiohttp.ClientSession:
        """The session that downloads attachments."""
        if self._downloads is None:
            self._downloads = aiohttp.ClientSession(timeout=_DOWNLOAD_TIMEOUT)
        return self._downloads

    def run_in_background(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something that outlives the interaction that started it; it is cancelled when the client closes."""
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._background_ended)
        return task

    async def setup_hook(self) -> None:
        """Register the commands if they have changed; called once, after the login and before the gateway connects.

        This does not wait long: the bot should come online even if Discord does not accept the commands just now.
        """
        await self.tree.set_translator(Translator())
        registered = RegisteredCommands(self.services.database)
        registering = self.run_in_background(
            registration.keep_registering(self.tree, registered, self.services.settings.home_guild), "registration"
        )
        await asyncio.wait({registering}, timeout=_SECONDS_FOR_REGISTRATION)

    async def on_ready(self) -> None:
        """Note the guilds that the bot is in; called when all shards are ready, possibly more than once."""
        self._online.tell(self)
        await self.services.left_guilds.present({guild.id for guild in self.guilds})

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that the bot was added to a guild, possibly again."""
        await self.services.left_guilds.returned(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot was removed from a guild; not called for one that is only unavailable."""
        await self.services.left_guilds.left(guild.id)

    @contextmanager
    def singing(self) -> Iterator[None]:
        """Mark the current task as singing: when the client closes, it gets a moment to finish before it is cancelled.

        Raises:
            Refusal: if the client is closing.
        """
        if self._is_closing:
            raise Refusal("The bot is about to restart. Try again in a minute.")
        task = asyncio.current_task()
        assert task is not None
        self._singing.add(task)
        try:
            yield
        finally:
            self._singing.discard(task)

    async def close(self) -> None:
        """Let songs finish or show that they were interrupted, then end background tasks and close the connections."""
        self._is_closing = True
        await self._end_songs()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self._downloads is not None:
            await self._downloads.close()
        await super().close()

    async def _end_songs(self) -> None:
        if self._singing:
            await asyncio.wait(self._singing, timeout=_SECONDS_TO_FINISH_SONGS)
        for task in self._singing:
            task.cancel()
        if self._singing:
            await asyncio.wait(self._singing, timeout=_SECONDS_TO_SHOW_INTERRUPTIONS)

    def _background_ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            unexpected.note(error, task.get_name())


class CommandTree(app_commands.CommandTree[LyricsClient]):
    """The commands; errors in them are reported to whoever used them."""

    async def interaction_check(self, interaction: discord.Interaction[LyricsClient], /) -> bool:
        """Set the asker's language, and admit the command; called before every command, and while one is typed."""
        language.speak(interaction.locale.value)
        if interaction.type is discord.InteractionType.autocomplete:
            return interaction.client.services.interaction_limiter.admit_typing(interaction.user.id)
        return await admit(interaction, "acknowledging a command")

    async def on_error(
        self, interaction: discord.Interaction[LyricsClient], error: app_commands.AppCommandError
    ) -> None:
        """Report that a command failed."""
        await failures.tell(interaction, error)


Interaction = discord.Interaction[LyricsClient]


async def admit(interaction: Interaction, task_name: str) -> bool:
    """Make sure that a command or a button is acknowledged in time; return False if a member does too much."""
    client = interaction.client
    interaction.extras[DELETIONS_BEFORE] = client.services.deletions.count
    try:
        if not client.services.interaction_limiter.admit(interaction.user.id, interaction.guild_id):
            return False
    except Refusal as refusal:
        await failures.tell(interaction, refusal)
        return False
    client.run_in_background(answering.acknowledge_in_time(interaction), task_name)
    return True
