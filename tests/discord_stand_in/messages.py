"""Messages as Discord keeps them: what they show, how they were edited, whom they pinged."""

import copy
import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.discord_stand_in import errors
from tests.discord_stand_in.attachments import Cdn, Upload
from tests.discord_stand_in.changes import Changes
from tests.discord_stand_in.clock import Clock
from tests.discord_stand_in.components import ATTACHED, BUTTON, attached_names, media, numbered, texts, walk
from tests.discord_stand_in.errors import FormErrors
from tests.discord_stand_in.message_limits import COMPONENTS_V2, EPHEMERAL, check_message
from tests.discord_stand_in.world import Channel, User, World

EDITS_PER_WINDOW = 5
WINDOW_SECONDS = 5.0
LOADING = 1 << 7

MENTION = re.compile(r"@(everyone|here)|<@!?(?P<user>\d+)>|<@&(?P<role>\d+)>")


@dataclass(frozen=True)
class Edit:
    """The message after one change; ``at`` is in seconds of the stand-in's clock."""

    at: float
    content: str
    embeds: list[dict[str, Any]]
    components: list[dict[str, Any]]
    attachments: list[str]


@dataclass(eq=False)
class Message:
    """A message of the bot, or one of a member, which the bot sees only through a message command."""

    id: int
    channel: Channel
    author: User
    clock: Clock
    flags: int = 0
    interaction_id: int | None = None
    asked_by: User | None = None
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    patched_at: list[float] = field(default_factory=list)
    """When it was edited by separate requests, which Discord limits; answers to buttons do not count."""
    deleted: bool = False
    changes: Changes = field(default_factory=Changes)

    @property
    def ephemeral(self) -> bool:
        """Only the asker sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Still only says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def is_layout(self) -> bool:
        """Made of Components V2, which cannot change afterwards."""
        return bool(self.flags & COMPONENTS_V2)

    @property
    def attachments(self) -> list[Upload]:
        """The files that are shown; in a layout, only those that a component refers to."""
        if not self.is_layout:
            return self.uploads
        names = attached_names(self.components)
        return [upload for upload in self.uploads if upload.filename in names]

    @property
    def text(self) -> str:
        """Everything that can be read in it, content first."""
        parts: list[str | None] = [self.content, *texts(self.components)]
        for embed in self.embeds:
            parts += [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
            parts += [f"{entry['name']}\n{entry['value']}" for entry in embed.get("fields", [])]
            parts.append(embed.get("footer", {}).get("text"))
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons that can be pressed."""
        return [item for item in walk(self.components) if item["type"] == BUTTON and item.get("custom_id")]

    def button(self, label_or_id: str) -> dict[str, Any]:
        """The button with that label or custom id; ``AssertionError`` if a member could not press it."""
        for button in self.buttons:
            if label_or_id in (button.get("label"), button["custom_id"], (button.get("emoji") or {}).get("name")):
                assert not button.get("disabled"), f"the button {label_or_id!r} is disabled"
                return button
        labels = [button.get("label") for button in self.buttons]
        raise AssertionError(f"no button {label_or_id!r} among {labels} below {self.text!r}")

    async def until(self, condition: Callable[["Message"], bool], within: float = 30, what: str = "") -> "Message":
        """The message, once ``condition`` holds for it."""
        try:
            await self.changes.until(lambda: condition(self), within, what or "a change of a message")
        except AssertionError as error:
            raise AssertionError(f"{error}; it says {self.text!r}") from None
        return self

    async def settled(self, quiet: float = 2.0, within: float = 60) -> "Message":
        """The message, once nobody has edited it for ``quiet`` seconds."""
        await self.changes.quiet(quiet, within)
        return self

    def payload(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "application_id": str(self.author.id),
            "type": 20 if self.interaction_id else 0,
            "content": self.content,
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat(),
            "edited_timestamp": datetime.datetime.now(datetime.UTC).isoformat() if self.edits else None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [upload.payload() for upload in self.uploads],
            "embeds": [{"type": "rich", **embed} for embed in self.embeds],
            "components": self._components_payload(),
            "pinned": False,
            "flags": self.flags,
        }
        if self.interaction_id and self.asked_by:
            body["webhook_id"] = str(self.author.id)
            body["interaction_metadata"] = {
                "id": str(self.interaction_id),
                "type": 2,
                "user": self.asked_by.payload(),
                "authorizing_integration_owners": {},
            }
        return body

    def take(self, payload: dict[str, Any], files: dict[str, Upload]) -> None:
        """Show what ``payload`` says; fields that it does not name stay as they were."""
        content = payload.get("content", self.content) or ""
        embeds = payload.get("embeds", self.embeds) or []
        components = payload.get("components", self.components) or []
        uploads = self.uploads
        if "attachments" in payload:
            kept = {str(entry.get("id")) for entry in payload["attachments"] or []}
            uploads = [upload for upload in uploads if str(upload.id) in kept]
        uploads = uploads + list(files.values())
        is_layout = self.is_layout or bool((payload.get("flags") or 0) & COMPONENTS_V2)
        if is_layout and (content or embeds):
            wrong = FormErrors()
            wrong.add("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "It still has content or embeds.")
            wrong.raise_if_any()
        if not (components if is_layout else content or embeds or components or uploads):
            raise errors.empty_message()
        self.content, self.embeds, self.components, self.uploads = content, embeds, numbered(components), uploads
        self.flags |= COMPONENTS_V2 if is_layout else 0

    def _components_payload(self) -> list[dict[str, Any]]:
        """Return the components, with the addresses that Discord gives to attachments."""
        shown = copy.deepcopy(self.components)
        addresses = {upload.filename: upload.url for upload in self.uploads}
        for item in media(shown):
            if item["url"].startswith(ATTACHED):
                item["url"] = addresses[item["url"].removeprefix(ATTACHED)]
        return shown

    def snapshot(self) -> Edit:
        names = [upload.filename for upload in self.attachments]
        return Edit(self.clock.now(), self.content, self.embeds, self.components, names)


@dataclass(frozen=True)
class Ping:
    """A mention of which somebody would have been notified."""

    message: Message
    mention: str


class Messages:
    """All messages, with Discord's rules for posting and editing them."""

    def __init__(self, world: World, cdn: Cdn, clock: Clock) -> None:
        self._world, self._cdn, self._clock = world, cdn, clock
        self.all: dict[int, Message] = {}
        self.pings: list[Ping] = []
        self.rate_limited = 0
        self.changes = Changes()

    def loading(self, channel: Channel, flags: int) -> Message:
        """Add the placeholder of a deferred answer: the bot is thinking."""
        message = Message(self._world.snowflakes.next(), channel, self._world.bot, self._clock, flags | LOADING)
        return self._keep(message)

    def create(self, channel: Channel, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Add a message; ``ApiError`` if Discord would refuse it."""
        check_message(payload, files)
        message = Message(self._world.snowflakes.next(), channel, self._world.bot, self._clock)
        message.flags = (payload.get("flags") or 0) & (EPHEMERAL | (1 << 2))
        message.take(payload, self._kept(files))
        self._note_pings(message, payload)
        return self._keep(message)

    def said(self, who: User, channel: Channel, text: str) -> Message:
        """Add a message that a member has written; the bot is not told."""
        message = Message(self._world.snowflakes.next(), channel, who, self._clock, content=text)
        return self._keep(message)

    def fill(self, message: Message, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Fill in a deferred answer; whether it is ephemeral was decided when it was deferred."""
        check_message(payload, files)
        message.take(payload, self._kept(files))
        message.flags &= ~LOADING
        self._changed(message, payload)
        return message

    def patch(self, message: Message, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Edit a message by a separate request, at most five times in five seconds."""
        now = self._clock.now()
        recent = [at for at in message.patched_at if now - at < WINDOW_SECONDS]
        if len(recent) >= EDITS_PER_WINDOW:
            self.rate_limited += 1
            raise errors.rate_limited(round(recent[-EDITS_PER_WINDOW] + WINDOW_SECONDS - now, 3))
        edited = self.edit(message, payload, files)
        message.patched_at.append(now)
        return edited

    def edit(self, message: Message, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Change a message."""
        if message.deleted:
            raise errors.unknown_message()
        if message.loading:
            return self.fill(message, payload, files)
        if message.author is not self._world.bot:
            raise errors.not_the_author()
        check_message(
            payload, files, {upload.id: upload.filename for upload in message.uploads}, is_layout=message.is_layout
        )
        message.take(payload, self._kept(files))
        self._changed(message, payload)
        return message

    def delete(self, message: Message) -> None:
        """Delete a message."""
        if message.deleted:
            raise errors.unknown_message()
        message.deleted = True
        message.changes.announce()
        self.changes.announce()

    def find(self, message_id: int) -> Message:
        """Return the message with that identifier, or raise ``ApiError`` 10008."""
        message = self.all.get(message_id)
        if message is None or message.deleted:
            raise errors.unknown_message()
        return message

    def _keep(self, message: Message) -> Message:
        self.all[message.id] = message
        self.changes.announce()
        return message

    def _kept(self, files: dict[str, Upload]) -> dict[str, Upload]:
        return {number: self._cdn.keep(upload, self._world.snowflakes.next()) for number, upload in files.items()}

    def _changed(self, message: Message, payload: dict[str, Any]) -> None:
        message.edits.append(message.snapshot())
        self._note_pings(message, payload)
        message.changes.announce()
        self.changes.announce()

    def _note_pings(self, message: Message, payload: dict[str, Any]) -> None:
        # Embeds never notify anybody; content and text displays do, unless allowed_mentions prevents it.
        allowed = payload.get("allowed_mentions")
        written = [payload.get("content") or "", *texts(payload.get("components") or [])]
        for mention in (mention for text in written for mention in MENTION.finditer(text)):
            kind, listed = "everyone", ""
            if mention["user"]:
                kind, listed = "users", str(mention["user"])
            elif mention["role"]:
                kind, listed = "roles", str(mention["role"])
            if allowed is None or kind in (allowed.get("parse") or []) or listed in map(str, allowed.get(kind) or []):
                self.pings.append(Ping(message, mention[0]))
