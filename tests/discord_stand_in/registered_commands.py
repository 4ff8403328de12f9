"""The commands that the bot has registered, and what Discord's client would let a member send with them."""

from dataclasses import dataclass
from typing import Any

from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.command_limits import (
    ATTACHMENT,
    BOOLEAN,
    CHAT_INPUT,
    INTEGER,
    NUMBER,
    STRING,
    SUB_COMMAND,
    SUB_COMMAND_GROUP,
    check_commands,
)
from tests.discord_stand_in.world import Channel, Guild, World

CHANNEL = 7
IN_GUILD, IN_DIRECT_MESSAGES, IN_PRIVATE_CHANNEL = 0, 1, 2
GUILD_INSTALL, USER_INSTALL = 0, 1
PYTHON_TYPES: dict[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
    ATTACHMENT: Upload,
    CHANNEL: Channel,
}


class NotOfferedError(AssertionError):
    """Discord's client would not let a member send this."""


@dataclass(frozen=True)
class Sync:
    """One bulk overwrite; ``guild_id`` None: the global commands."""

    guild_id: int | None
    commands: list[dict[str, Any]]


class RegisteredCommands:
    """What is registered now, globally and by guild."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_scope: dict[int | None, list[dict[str, Any]]] = {}
        self.syncs: list[Sync] = []

    def overwrite(self, guild_id: int | None, payload: object) -> list[dict[str, Any]]:
        """Replace all commands of a scope, or refuse them all."""
        commands = []
        for command in check_commands(payload):
            identity: dict[str, Any] = {
                "id": str(self._world.snowflakes.next()),
                "application_id": str(self._world.application_id),
                "version": str(self._world.snowflakes.next()),
                "type": command.get("type", CHAT_INPUT),
                "description": command.get("description", ""),
            }
            permissions = command.get("default_member_permissions")
            identity["default_member_permissions"] = None if permissions is None else str(permissions)
            commands.append(command | identity | ({"guild_id": str(guild_id)} if guild_id else {}))
        self._by_scope[guild_id] = commands
        self.syncs.append(Sync(guild_id, commands))
        return commands

    def scope(self, guild_id: int | None) -> list[dict[str, Any]]:
        """Return the commands registered for a guild, or globally."""
        return self._by_scope.get(guild_id, [])

    def named(self, name: str, guild: Guild | None = None, kind: int = CHAT_INPUT) -> dict[str, Any]:
        """Return the command of that name and kind, as the guild sees it."""
        scopes = (guild.id, None) if guild is not None else (None,)
        for scope in scopes:
            for command in self.scope(scope):
                if (command["name"], command["type"]) == (name, kind):
                    return command
        known = [command["name"] for scope in scopes for command in self.scope(scope)]
        raise NotOfferedError(f"no command /{name} among {known}")

    def offered(self, name: str, channel: Channel, *, user_install: bool, kind: int = CHAT_INPUT) -> dict[str, Any]:
        """Return the command, if Discord offers it in that channel through that kind of installation."""
        command = self.named(name, channel.guild, kind)
        context = context_of(channel)
        contexts = command.get("contexts")
        if contexts is not None and context not in contexts:
            raise NotOfferedError(f"/{name} is not offered in context {context}, only in {contexts}")
        install = USER_INSTALL if user_install else GUILD_INSTALL
        installs = command.get("integration_types") or [GUILD_INSTALL]
        if install not in installs:
            raise NotOfferedError(f"/{name} is not offered by installation {install}, only by {installs}")
        return command


def context_of(channel: Channel) -> int:
    """Return Discord's interaction context of a channel."""
    if channel.guild is not None:
        return IN_GUILD
    return IN_DIRECT_MESSAGES if channel.with_bot else IN_PRIVATE_CHANNEL


def descend(command: dict[str, Any], path: list[str]) -> dict[str, Any]:
    """Return the sub-command at ``path`` below a command."""
    for name in path:
        inner = [option for option in command.get("options", []) if option["name"] == name]
        if not inner or inner[0]["type"] not in (SUB_COMMAND, SUB_COMMAND_GROUP):
            raise NotOfferedError(f"{command['name']} has no sub-command {name}")
        command = inner[0]
    return command


def check_values(command: dict[str, Any], values: dict[str, Any], *, complete: bool = True) -> None:
    """Refuse values that Discord's client would not send; half-typed ones (``complete`` False) may have any length."""
    options = {option["name"]: option for option in command.get("options", [])}
    for name in values.keys() - options.keys():
        raise NotOfferedError(f"{command['name']} has no option {name}, only {sorted(options)}")
    for name, option in options.items():
        if name not in values:
            if option.get("required") and complete:
                raise NotOfferedError(f"{name} is required")
            continue
        if complete:
            _check_value(name, option, values[name])


def _check_value(name: str, option: dict[str, Any], value: Any) -> None:
    expected: Any = PYTHON_TYPES[option["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and option["type"] != BOOLEAN):
        raise NotOfferedError(f"{name} takes {expected}, not {value!r}")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotOfferedError(f"{name} takes one of {[choice['value'] for choice in choices]}, not {value!r}")
    low, high, measured = option.get("min_value"), option.get("max_value"), value
    if option["type"] == STRING:
        low, high, measured = option.get("min_length"), option.get("max_length"), len(value)
    if (low is not None and measured < low) or (high is not None and measured > high):
        raise NotOfferedError(f"{name} takes {low} to {high}, not {measured}")
