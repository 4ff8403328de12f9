"""The stand-in as a whole: a server on loopback, and what a test can do with it."""

import asyncio
import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.discord_stand_in import errors
from tests.discord_stand_in.acts import Acts
from tests.discord_stand_in.attachments import Cdn
from tests.discord_stand_in.clock import Clock
from tests.discord_stand_in.errors import ApiError
from tests.discord_stand_in.gateway import Gateway
from tests.discord_stand_in.interactions import Interaction, Interactions
from tests.discord_stand_in.messages import Message, Messages
from tests.discord_stand_in.registered_commands import RegisteredCommands
from tests.discord_stand_in.rest import API, Rest
from tests.discord_stand_in.wire import json_response
from tests.discord_stand_in.world import Channel, Guild, Member, User, World

REDIRECT = Path(__file__).parent / "redirect"
CDN = "/cdn/"
ADDRESS_VARIABLE = "STAND_IN_FOR_DISCORD"
TOKEN = f"{base64.urlsafe_b64encode(b'123456789012345678').decode()}.stand-in.{'token-for-tests' * 2}"
LARGEST_REQUEST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Refusal:
    """A request that the stand-in refused, as Discord would."""

    method: str
    path: str
    error: ApiError


HANGS = 0
"""Instead of a status: the request is never answered."""
RETRY_AFTER_SECONDS = 0.05


@dataclass
class _Fault:
    remaining: int
    method: str
    path_contains: str
    status: int | None
    applied: bool


class DiscordStandIn:
    """A Discord on loopback, for one bot.

    ``shards`` is the number that it recommends, ``heartbeat_seconds`` the interval that it asks for.
    """

    def __init__(self, *, shards: int = 1, heartbeat_seconds: float = 41.25, token: str = TOKEN) -> None:
        self.token = token
        self.clock = Clock()
        self.world = World()
        self.cdn = Cdn()
        self.messages = Messages(self.world, self.cdn, self.clock)
        self.interactions = Interactions(self.messages, self.clock)
        self.commands = RegisteredCommands(self.world)
        self.gateway = Gateway(self.world, self.clock, token, shards, heartbeat_seconds)
        self.refusals: list[Refusal] = []
        self._acts = Acts(self.world, self.gateway, self.interactions, self.commands, self.cdn, self.clock)
        self._faults: list[_Fault] = []
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def __aenter__(self) -> Self:
        application = web.Application(middlewares=[self._answer], client_max_size=LARGEST_REQUEST_BYTES)
        rest = Rest(self.world, self.gateway, self.messages, self.interactions, self.commands, self.token)
        rest.add_routes(application.router)
        application.router.add_get("/gateway/", self.gateway.serve)
        application.router.add_get("/cdn/attachments/{attachment}/{filename}", self.cdn.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        self.cdn.base = f"http://{self.address}"
        self.gateway.url = f"ws://{self.address}/gateway/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gateway.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    # What a bot process needs to connect here.

    @property
    def api(self) -> str:
        """The value that ``discord.http.Route.BASE`` must have."""
        return f"http://{self.address}{API}"

    @property
    def connections(self) -> int:
        """How many connections are open, including gateways."""
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    def environment(self) -> dict[str, str]:
        """Environment variables that send an unmodified discord.py process here instead of to Discord."""
        path = os.pathsep.join(filter(None, [str(REDIRECT), os.environ.get("PYTHONPATH")]))
        return {"PYTHONPATH": path, ADDRESS_VARIABLE: self.address, "DISCORD_TOKEN": self.token}

    async def bot_is_ready(self, within: float = 30) -> None:
        """Wait until every shard of the bot has its session."""
        everyone = set(range(self.gateway.shards))
        await self.gateway.changes.until(lambda: self.gateway.ready_shards() == everyone, within, "the bot's gateway")

    async def bot_is_gone(self, within: float = 30) -> None:
        """Wait until no shard is connected."""
        await self.gateway.changes.until(lambda: not self.gateway.ready_shards(), within, "the bot to go offline")

    # Who exists.

    def guild(self, name: str, *, has_bot: bool = True, shard: int | None = None) -> Guild:
        """Add a server, on that shard if one is named."""
        place = None if shard is None else (shard, self.gateway.shards)
        return self.world.guild(name, has_bot=has_bot, shard=place)

    def user(self, name: str, *, installed_app: bool = False) -> User:
        """Add an account that is not in any guild."""
        return self.world.user(name, installed_app=installed_app)

    def direct_messages(self, user: User, *, with_bot: bool = True) -> Channel:
        """Return the private channel with the bot, or with somebody else."""
        return self.world.direct_messages(user, with_bot=with_bot)

    async def remove_bot(self, guild: Guild) -> None:
        """Remove the bot from a server."""
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild)
        guild.has_bot = False

    async def invite_bot(self, guild: Guild) -> None:
        """Invite the bot to a server, for the first time or again."""
        guild.has_bot = True
        payload = guild.payload()
        del payload["unavailable"]  # Discord says this only about guilds that the bot was in before
        await self.gateway.dispatch("GUILD_CREATE", payload, guild)

    # What members do.

    async def slash(
        self,
        who: Member | User,
        command: str,
        options: dict[str, Any] | None = None,
        *,
        channel: Channel | None = None,
        checked: bool = True,
    ) -> Interaction:
        """Send ``/command`` (sub-commands after a space)."""
        return await self._acts.slash(who, command, options or {}, channel, checked=checked)

    async def autocomplete(
        self,
        who: Member | User,
        command: str,
        focused: str,
        typed: str = "",
        *,
        options: dict[str, Any] | None = None,
        channel: Channel | None = None,
    ) -> list[dict[str, Any]]:
        """Return the choices that the bot offers for an option."""
        values = (options or {}) | {focused: typed}
        interaction = await self._acts.autocomplete(who, command, focused, values, channel)
        await interaction.acknowledged()
        assert interaction.choices is not None
        return interaction.choices

    def says(self, who: Member, text: str, channel: Channel | None = None) -> Message:
        """Post a message of a member, which the bot sees only through a message command."""
        return self.messages.said(who.user, channel or who.guild.channels[0], text)

    async def on_message(self, who: Member | User, command: str, message: Message) -> Interaction:
        """Use a message command on a message."""
        return await self._acts.on_message(who, command, message)

    async def press(self, who: Member | User, message: Message, button: str) -> Interaction:
        """Press the button with that label or custom id."""
        return await self._acts.press(who, message, button)

    async def submit(self, who: Member | User, asked: Interaction, values: dict[str, str]) -> Interaction:
        """Fill in and send the modal that answered ``asked``."""
        return await self._acts.submit(who, asked, values)

    async def message_in(self, channel: Channel, condition: Callable[[Message], bool], within: float = 30) -> Message:
        """Wait for the first message in a channel for which ``condition`` holds, and return it."""

        def found() -> list[Message]:
            here = [one for one in self.messages.all.values() if one.channel is channel and not one.deleted]
            return [message for message in here if not message.loading and condition(message)]

        await self.messages.changes.until(lambda: bool(found()), within, "a message in a channel")
        return found()[0]

    # What goes wrong.

    def fail(
        self,
        count: int,
        *,
        method: str = "",
        path_contains: str = "",
        status: int | None = 500,
        applied: bool = False,
    ) -> None:
        """Make the next ``count`` matching requests fail.

        ``status`` None breaks the connection instead of answering, and `HANGS` keeps it open without an answer;
        with ``applied``, the request is carried out all the same.
        """
        self._faults.append(_Fault(count, method, path_contains, status, applied))

    def heal(self) -> None:
        """Stop making requests fail."""
        self._faults.clear()

    @web.middleware
    async def _answer(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        fault = self._fault(request) if request.path.startswith((API, CDN)) else None
        try:
            if fault is not None and not fault.applied:
                return await _failure(request, fault.status)
            response: web.StreamResponse = await handler(request)
        except ApiError as refusal:
            return self._refuse(request, refusal)
        except web.HTTPNotFound:
            return self._refuse(request, errors.not_found())
        return response if fault is None else await _failure(request, fault.status)

    def _refuse(self, request: web.Request, error: ApiError) -> web.Response:
        self.refusals.append(Refusal(request.method, request.path, error))
        return error.response()

    def _fault(self, request: web.Request) -> _Fault | None:
        for fault in self._faults:
            if fault.remaining and fault.path_contains in request.path and fault.method in ("", request.method):
                fault.remaining -= 1
                return fault
        return None


async def _failure(request: web.Request, status: int | None) -> web.StreamResponse:
    if status == HANGS:
        await asyncio.Event().wait()
    if status == 429:
        return errors.rate_limited(RETRY_AFTER_SECONDS).response()
    if status is None:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    return json_response({"message": f"{status}: Internal Server Error", "code": 0}, status=status)
