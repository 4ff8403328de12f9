"""What members do, as the interaction payloads that Discord would send."""

import secrets
from typing import Any

from tests.discord_stand_in.attachments import Cdn, Upload
from tests.discord_stand_in.clock import Clock
from tests.discord_stand_in.command_limits import MESSAGE_COMMAND, SUB_COMMAND, SUB_COMMAND_GROUP
from tests.discord_stand_in.components import TEXT_INPUT
from tests.discord_stand_in.gateway import Gateway
from tests.discord_stand_in.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
    Interactions,
)
from tests.discord_stand_in.messages import Message
from tests.discord_stand_in.registered_commands import (
    GUILD_INSTALL,
    USER_INSTALL,
    NotOfferedError,
    RegisteredCommands,
    check_values,
    context_of,
    descend,
)
from tests.discord_stand_in.world import (
    ATTACHMENT_SIZE_LIMIT,
    MANAGE_MESSAGES,
    ORDINARY,
    Channel,
    Member,
    User,
    World,
)


class Acts:
    """Makes members act, and sends the bot the resulting events."""

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        interactions: Interactions,
        commands: RegisteredCommands,
        cdn: Cdn,
        clock: Clock,
    ) -> None:
        self._world, self._gateway, self._interactions = world, gateway, interactions
        self._commands, self._cdn, self._clock = commands, cdn, clock

    async def slash(
        self, who: Member | User, path: str, values: dict[str, Any], channel: Channel | None, *, checked: bool
    ) -> Interaction:
        """Send a command; ``checked`` False also sends values that Discord's client would refuse to send."""
        channel = channel or self._home(who)
        name, *inner = path.split()
        command = self._commands.offered(name, channel, user_install=self._by_user_install(who, channel))
        leaf = descend(command, inner)
        if checked:
            check_values(leaf, values)
        return await self._send(COMMAND, who, channel, self._command_data(command, inner, leaf, values))

    async def autocomplete(
        self, who: Member | User, path: str, focused: str, values: dict[str, Any], channel: Channel | None
    ) -> Interaction:
        """Ask for the choices of the option ``focused``, with ``values`` typed so far."""
        channel = channel or self._home(who)
        name, *inner = path.split()
        command = self._commands.offered(name, channel, user_install=self._by_user_install(who, channel))
        leaf = descend(command, inner)
        check_values(leaf, values, complete=False)
        if not any(option["name"] == focused and option.get("autocomplete") for option in leaf["options"]):
            raise NotOfferedError(f"{focused} of /{path} is not autocompleted")
        return await self._send(AUTOCOMPLETE, who, channel, self._command_data(command, inner, leaf, values, focused))

    async def on_message(self, who: Member | User, name: str, message: Message) -> Interaction:
        """Use a message command: right-click on a message, Apps."""
        channel = message.channel
        by_user = self._by_user_install(who, channel)
        command = self._commands.offered(name, channel, user_install=by_user, kind=MESSAGE_COMMAND)
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": MESSAGE_COMMAND,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): message.payload()}},
        }
        return await self._send(COMMAND, who, channel, data)

    async def press(self, who: Member | User, message: Message, button: str) -> Interaction:
        """Press a button, by its label or its custom id."""
        if message.deleted:
            raise NotOfferedError("the message is gone")
        if message.ephemeral and message.asked_by is not _user(who):
            raise NotOfferedError("nobody else sees an ephemeral message")
        pressed = message.button(button)
        data = {"component_type": 2, "custom_id": pressed["custom_id"], "id": pressed["id"]}
        return await self._send(COMPONENT, who, message.channel, data, message)

    async def submit(self, who: Member | User, asked: Interaction, values: dict[str, str]) -> Interaction:
        """Fill in and send the modal that answered ``asked``."""
        assert asked.modal is not None, "the bot did not answer with a modal"
        rows = []
        for row in asked.modal["components"]:
            fields = [entry for entry in row.get("components", [row.get("component")]) if entry["type"] == TEXT_INPUT]
            filled = [
                {"type": TEXT_INPUT, "custom_id": entry["custom_id"], "value": values.get(entry["custom_id"], "")}
                for entry in fields
            ]
            rows.append({"type": 1, "components": filled})
        data = {"custom_id": asked.modal["custom_id"], "components": rows}
        return await self._send(MODAL_SUBMIT, who, asked.channel, data, asked.source)

    def _home(self, who: Member | User) -> Channel:
        return who.guild.channels[0] if isinstance(who, Member) else self._world.direct_messages(who)

    def _by_user_install(self, who: Member | User, channel: Channel) -> bool:
        user = _user(who)
        if channel.guild is None:
            # In direct messages with the bot, both kinds of installation count; the one that offers more is used.
            return user.installed_app
        if channel.guild.has_bot:
            return False
        if not user.installed_app:
            raise NotOfferedError(f"the bot is not in {channel.guild.name} and {user.name} has not installed it")
        return True

    def _command_data(
        self,
        command: dict[str, Any],
        path: list[str],
        leaf: dict[str, Any],
        values: dict[str, Any],
        focused: str | None = None,
    ) -> dict[str, Any]:
        types = {option["name"]: option["type"] for option in leaf.get("options", [])}
        resolved: dict[str, Any] = {}
        options = []
        for name, value in values.items():
            option = {"name": name, "type": types.get(name, 3), "value": self._resolve(value, resolved)}
            options.append(option | ({"focused": True} if name == focused else {}))
        for depth, name in reversed(list(enumerate(path))):
            kind = SUB_COMMAND if depth == len(path) - 1 else SUB_COMMAND_GROUP
            options = [{"name": name, "type": kind, "options": options}]
        data = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data | ({"resolved": resolved} if resolved else {})

    def _resolve(self, value: Any, resolved: dict[str, Any]) -> Any:
        if isinstance(value, Upload):
            self._cdn.keep(value, self._world.snowflakes.next())
            resolved.setdefault("attachments", {})[str(value.id)] = value.payload() | {"ephemeral": True}
            return str(value.id)
        if isinstance(value, Channel):
            resolved.setdefault("channels", {})[str(value.id)] = value.payload() | {"permissions": str(ORDINARY)}
            return str(value.id)
        return value

    async def _send(
        self,
        kind: int,
        who: Member | User,
        channel: Channel,
        data: dict[str, Any],
        source: Message | None = None,
    ) -> Interaction:
        user = _user(who)
        interaction = Interaction(
            id=self._world.snowflakes.next(),
            token=secrets.token_urlsafe(24),
            kind=kind,
            user=user,
            channel=channel,
            sent_at=self._clock.now(),
            source=source,
        )
        self._interactions.keep(interaction)
        payload = self._payload(interaction, who, data)
        # A guild that the bot never joined has no shard; its interactions arrive like those of direct messages.
        guild = channel.guild if channel.guild is not None and channel.guild.has_bot else None
        await self._gateway.dispatch("INTERACTION_CREATE", payload, guild)
        return interaction

    def _payload(self, interaction: Interaction, who: Member | User, data: dict[str, Any]) -> dict[str, Any]:
        channel, user = interaction.channel, interaction.user
        owners = {str(USER_INSTALL): str(user.id)}
        if not self._by_user_install(who, channel):
            owners = {str(GUILD_INSTALL): str(channel.guild.id) if channel.guild else "0"}
        payload: dict[str, Any] = {
            "id": str(interaction.id),
            "application_id": str(self._world.application_id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.payload(),
            "context": context_of(channel),
            "authorizing_integration_owners": owners,
            "app_permissions": str(ORDINARY | MANAGE_MESSAGES if channel.guild is None else ORDINARY),
            "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
            "entitlements": [],
            "locale": user.locale,
        }
        if interaction.source is not None:
            payload["message"] = interaction.source.payload()
        if channel.guild is None:
            return payload | {"user": user.payload()}
        member = who.payload() if isinstance(who, Member) else Member(who, channel.guild).payload()
        return payload | {
            "member": member,
            "guild_id": str(channel.guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(channel.guild.id), "locale": "en-US", "features": []},
        }


def _user(who: Member | User) -> User:
    return who.user if isinstance(who, Member) else who
