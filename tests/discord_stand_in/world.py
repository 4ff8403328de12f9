"""Who and what exists on this Discord: users, guilds, channels and members."""

import time
from dataclasses import dataclass, field
from typing import Any

DISCORD_EPOCH_MS = 1_420_070_400_000

MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_HISTORY = 1 << 16
USE_COMMANDS = 1 << 31

ORDINARY = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_HISTORY | USE_COMMANDS
ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


class Snowflakes:
    """Makes identifiers that contain the time of their creation, as Discord's do; no two share a millisecond."""

    def __init__(self) -> None:
        self._last_ms = 0

    def next(self) -> int:
        """Return a new identifier."""
        self._last_ms = max(int(time.time() * 1000) - DISCORD_EPOCH_MS, self._last_ms + 1)
        return self._last_ms << 22


@dataclass(eq=False)
class User:
    """An account. ``installed_app``: it has installed the bot, and so has its commands everywhere."""

    id: int
    name: str
    bot: bool = False
    installed_app: bool = False
    locale: str = "en-US"
    """The language to which the account's client is set."""

    def payload(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "flags": 0,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Channel:
    """A text channel or, with ``guild`` None, the direct messages between the bot (or ``among``) and ``recipient``.

    With a ``parent``, it is a thread of that channel.
    """

    id: int
    name: str
    guild: "Guild | None" = None
    recipient: User | None = None
    with_bot: bool = True
    bot_may_send: bool = True
    age_restricted: bool = False
    hidden: bool = False
    """Only members with more than the ordinary permissions see it; a hidden thread is a private one."""
    parent: "Channel | None" = None

    def payload(self) -> dict[str, Any]:
        shared: dict[str, Any] = {"id": str(self.id), "flags": 0, "last_message_id": None}
        if self.guild is None:
            recipients = [self.recipient.payload()] if self.recipient and self.with_bot else []
            return shared | {"type": 1, "recipients": recipients}
        if self.parent is not None:
            return shared | {
                "type": 12 if self.hidden else 11,
                "guild_id": str(self.guild.id),
                "name": self.name,
                "parent_id": str(self.parent.id),
                "owner_id": str(self.guild.id),
                "rate_limit_per_user": 0,
                "message_count": 0,
                "member_count": 1,
                "thread_metadata": {
                    "archived": False,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": "2024-01-01T00:00:00+00:00",
                    "locked": False,
                },
            }
        overwrites = [{"id": str(self.guild.id), "type": 0, "allow": "0", "deny": str(VIEW_CHANNEL)}]
        return shared | {
            "type": 0,
            "guild_id": str(self.guild.id),
            "name": self.name,
            "position": 0,
            "permission_overwrites": overwrites if self.hidden else [],
            "parent_id": None,
            "topic": None,
            "nsfw": self.age_restricted,
            "rate_limit_per_user": 0,
        }


@dataclass(eq=False)
class Member:
    """A user in a guild, with the permissions that Discord resolved for them."""

    user: User
    guild: "Guild"
    permissions: int = ORDINARY

    def payload(self) -> dict[str, Any]:
        return {
            "user": self.user.payload(),
            "nick": None,
            "roles": [],
            "joined_at": "2024-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "permissions": str(self.permissions),
        }


@dataclass(eq=False)
class Guild:
    """A server. ``has_bot`` False: the bot never joined, so its commands are here only for those who installed it."""

    id: int
    name: str
    world: "World"
    has_bot: bool = True
    channels: list[Channel] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def channel(self, name: str) -> Channel:
        """Return the text channel of that name; create it if necessary."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        channel = Channel(self.world.snowflakes.next(), name, guild=self)
        self.channels.append(channel)
        return channel

    def thread(self, name: str, *, private: bool = False) -> Channel:
        """Add a thread of the first channel."""
        thread = Channel(self.world.snowflakes.next(), name, guild=self, hidden=private, parent=self.channels[0])
        self.channels.append(thread)
        return thread

    def member(self, name: str, permissions: int = 0) -> Member:
        """Add a member with the ordinary permissions and those in ``permissions``."""
        return self.join(self.world.user(name), permissions)

    def join(self, user: User, permissions: int = 0) -> Member:
        """Make an existing user a member."""
        member = Member(user, self, ORDINARY | permissions)
        self.members.append(member)
        return member

    def payload(self) -> dict[str, Any]:
        everyone = {
            "id": str(self.id),
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": str(ORDINARY),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        bot = Member(self.world.bot, self).payload()
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.members[0].user.id if self.members else self.world.bot.id),
            "unavailable": False,
            "member_count": len(self.members) + 1,
            "large": False,
            "preferred_locale": "en-US",
            "features": [],
            "roles": [everyone],
            "emojis": [],
            "stickers": [],
            "channels": [channel.payload() for channel in self.channels if channel.parent is None],
            "threads": [channel.payload() for channel in self.channels if channel.parent is not None],
            "members": [bot],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


class World:
    """Everything that exists, and the bot in it."""

    def __init__(self) -> None:
        self.snowflakes = Snowflakes()
        # Discord gives an application and its bot user the same identifier.
        self.application_id = self.snowflakes.next()
        self.bot = User(self.application_id, "lyrics", bot=True)
        self.guilds: list[Guild] = []
        self.users: list[User] = []
        self.private_channels: list[Channel] = []

    def user(self, name: str, *, installed_app: bool = False) -> User:
        """Add an account."""
        user = User(self.snowflakes.next(), name, installed_app=installed_app)
        self.users.append(user)
        return user

    def guild(self, name: str, *, has_bot: bool = True, shard: tuple[int, int] | None = None) -> Guild:
        """Add a server; ``shard`` (id, count) is the shard that it must belong to."""
        guild_id = self.snowflakes.next()
        while shard is not None and (guild_id >> 22) % shard[1] != shard[0]:
            guild_id = self.snowflakes.next()
        guild = Guild(guild_id, name, self, has_bot)
        guild.channel("general")
        self.guilds.append(guild)
        return guild

    def direct_messages(self, user: User, *, with_bot: bool = True) -> Channel:
        """Return the private channel of ``user`` with the bot, or with a friend."""
        for channel in self.private_channels:
            if channel.recipient is user and channel.with_bot is with_bot:
                return channel
        channel = Channel(self.snowflakes.next(), user.name, recipient=user, with_bot=with_bot)
        self.private_channels.append(channel)
        return channel

    def find_channel(self, channel_id: int) -> Channel | None:
        """Return the channel with that identifier."""
        everywhere = [channel for guild in self.guilds for channel in guild.channels] + self.private_channels
        return next((channel for channel in everywhere if channel.id == channel_id), None)
