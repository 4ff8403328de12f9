"""The REST side: those routes under /api/v10 that a bot with slash commands needs."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.discord_stand_in import errors
from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.gateway import Gateway
from tests.discord_stand_in.interactions import DEFER_MESSAGE, MESSAGE, UPDATE, Interaction, Interactions
from tests.discord_stand_in.messages import Message, Messages
from tests.discord_stand_in.registered_commands import RegisteredCommands
from tests.discord_stand_in.wire import json_response
from tests.discord_stand_in.world import Channel, World

API = "/api/v10"
NO_CONTENT = 204

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """Turns requests into calls to the other parts, and their records into JSON."""

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        messages: Messages,
        interactions: Interactions,
        commands: RegisteredCommands,
        token: str,
    ) -> None:
        self._world, self._gateway, self._messages = world, gateway, messages
        self._interactions, self._commands, self._token = interactions, commands, token

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """All routes that this Discord serves."""
        with_token: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self._me),
            ("GET", "/applications/@me", self._application),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", "/applications/{application}/commands", self._list_commands),
            ("PUT", "/applications/{application}/commands", self._sync),
            ("GET", "/applications/{application}/guilds/{guild}/commands", self._list_commands),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self._sync),
            ("POST", "/users/@me/channels", self._open_direct_messages),
            ("GET", "/channels/{channel}", self._get_channel),
            ("POST", "/channels/{channel}/messages", self._send),
            ("GET", "/channels/{channel}/messages/{message}", self._get_message),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self._delete),
        ]
        for method, path, handler in with_token:
            router.add_route(method, API + path, self._authorised(handler))
        # These have the interaction's token in their path and need no other.
        by_interaction: list[tuple[str, str, Handler]] = [
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("POST", "/webhooks/{application}/{token}", self._follow_up),
            ("GET", "/webhooks/{application}/{token}/messages/{message}", self._get_answer),
            ("PATCH", "/webhooks/{application}/{token}/messages/{message}", self._edit_answer),
            ("DELETE", "/webhooks/{application}/{token}/messages/{message}", self._delete_answer),
        ]
        for method, path, handler in by_interaction:
            router.add_route(method, API + path, handler)

    def _authorised(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bot {self._token}":
                raise errors.unauthorized()
            return await handler(request)

        return checked

    async def _me(self, request: web.Request) -> web.Response:
        return json_response(self._world.bot.payload() | {"verified": True, "mfa_enabled": False, "email": None})

    async def _application(self, request: web.Request) -> web.Response:
        owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None, "global_name": None}
        body = {
            "id": str(self._world.application_id),
            "name": "lyrics",
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner,
            "team": None,
            "verify_key": "0" * 64,
            "flags": 0,
            "summary": "",
            "approximate_guild_count": len(self._world.guilds),
            "approximate_user_install_count": sum(user.installed_app for user in self._world.users),
        }
        return json_response(body)

    async def _gateway_bot(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
        body = {"url": self._gateway.url, "shards": self._gateway.shards, "session_start_limit": limit}
        return json_response(body)

    async def _sync(self, request: web.Request) -> web.Response:
        return json_response(self._commands.overwrite(self._scope(request), await _json(request)))

    async def _list_commands(self, request: web.Request) -> web.Response:
        return json_response(self._commands.scope(self._scope(request)))

    def _scope(self, request: web.Request) -> int | None:
        if request.match_info["application"] != str(self._world.application_id):
            raise errors.missing_access()
        guild = request.match_info.get("guild")
        if guild is None:
            return None
        if not any(known.id == int(guild) and known.has_bot for known in self._world.guilds):
            raise errors.missing_access()
        return int(guild)

    async def _open_direct_messages(self, request: web.Request) -> web.Response:
        recipient = str((await _json(request)).get("recipient_id"))
        user = next((user for user in self._world.users if str(user.id) == recipient), None)
        if user is None:
            raise errors.unknown_channel()
        return json_response(self._world.direct_messages(user).payload())

    def _channel(self, request: web.Request) -> Channel:
        channel = self._world.find_channel(int(request.match_info["channel"]))
        if channel is None:
            raise errors.unknown_channel()
        if not channel.with_bot or (channel.guild is not None and not channel.guild.has_bot):
            raise errors.missing_access()
        return channel

    def _message_of_channel(self, request: web.Request) -> Message:
        channel = self._channel(request)
        message = self._messages.find(int(request.match_info["message"]))
        # Ephemeral messages are not in any channel; only the interaction's token reaches them.
        if message.channel is not channel or message.ephemeral:
            raise errors.unknown_message()
        return message

    async def _get_channel(self, request: web.Request) -> web.Response:
        return json_response(self._channel(request).payload())

    async def _send(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        if not channel.bot_may_send:
            raise errors.missing_permissions()
        payload, files = await _form(request)
        return json_response(self._messages.create(channel, payload, files).payload())

    async def _get_message(self, request: web.Request) -> web.Response:
        return json_response(self._message_of_channel(request).payload())

    async def _edit(self, request: web.Request) -> web.Response:
        message = self._message_of_channel(request)
        payload, files = await _form(request)
        return json_response(self._messages.patch(message, payload, files).payload())

    async def _delete(self, request: web.Request) -> web.Response:
        self._messages.delete(self._message_of_channel(request))
        return web.Response(status=NO_CONTENT)

    async def _callback(self, request: web.Request) -> web.Response:
        body, files = await _form(request)
        interaction = self._interactions.answer(
            int(request.match_info["interaction"]), request.match_info["token"], body, files
        )
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=NO_CONTENT)
        return json_response(_callback_response(interaction))

    async def _follow_up(self, request: web.Request) -> web.Response:
        payload, files = await _form(request)
        return json_response(self._interactions.follow_up(self._webhook(request), payload, files).payload())

    async def _get_answer(self, request: web.Request) -> web.Response:
        interaction = self._interactions.live(self._webhook(request))
        return json_response(self._interactions.find(interaction, request.match_info["message"]).payload())

    async def _edit_answer(self, request: web.Request) -> web.Response:
        payload, files = await _form(request)
        token, message = self._webhook(request), request.match_info["message"]
        return json_response(self._interactions.edit(token, message, payload, files).payload())

    async def _delete_answer(self, request: web.Request) -> web.Response:
        self._interactions.delete(self._webhook(request), request.match_info["message"])
        return web.Response(status=NO_CONTENT)

    def _webhook(self, request: web.Request) -> str:
        if request.match_info["application"] != str(self._world.application_id):
            raise errors.unknown_webhook()
        return request.match_info["token"]


def _callback_response(interaction: Interaction) -> dict[str, Any]:
    inner: dict[str, Any] = {"id": str(interaction.id), "type": interaction.kind}
    resource: dict[str, Any] = {"type": interaction.answer}
    if interaction.answer in (MESSAGE, DEFER_MESSAGE, UPDATE) and interaction.original is not None:
        inner["response_message_id"] = str(interaction.original.id)
        inner["response_message_loading"] = interaction.original.loading
        inner["response_message_ephemeral"] = interaction.original.ephemeral
        resource["message"] = interaction.original.payload()
    return {"interaction": inner, "resource": resource}


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.text())
    except ValueError:
        raise errors.invalid_json() from None


async def _form(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Return the JSON of a request and the files that came with it, by their number in the form."""
    if not request.content_type.startswith("multipart/"):
        return await _json(request), {}
    form = await request.post()
    files: dict[str, Upload] = {}
    for name, value in form.items():
        if isinstance(value, FileField):
            number = name.removeprefix("files[").removesuffix("]")
            files[number] = Upload(value.filename, value.file.read(), _content_type(value.filename))
    try:
        return json.loads(str(form.get("payload_json", "{}"))), files
    except ValueError:
        raise errors.invalid_json() from None


def _content_type(filename: str) -> str:
    known = {"png": "image/png", "json": "application/json", "txt": "text/plain; charset=utf-8"}
    return known.get(filename.rpartition(".")[2], "application/octet-stream")
