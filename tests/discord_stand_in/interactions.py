"""What members did and how the bot answered: one record per interaction, with Discord's deadlines."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.discord_stand_in import errors
from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.changes import Changes
from tests.discord_stand_in.clock import Clock
from tests.discord_stand_in.errors import ApiError, FormErrors
from tests.discord_stand_in.message_limits import EPHEMERAL, check_choices, check_modal
from tests.discord_stand_in.messages import Message, Messages
from tests.discord_stand_in.world import Channel, User

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
ANSWERS = {
    COMMAND: {MESSAGE, DEFER_MESSAGE, MODAL},
    COMPONENT: {MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE},
}


@dataclass(eq=False)
class Interaction:
    """A command, button, autocompletion or modal, and everything with which the bot answered it."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    sent_at: float
    source: Message | None = None
    answer: int | None = None
    answered_at: float | None = None
    choices: list[dict[str, Any]] | None = None
    modal: dict[str, Any] | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    refusals: list[ApiError] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)

    @property
    def latency(self) -> float:
        """Seconds from the member's action to the bot's first answer."""
        assert self.answered_at is not None, "the bot has not answered"
        return self.answered_at - self.sent_at

    async def acknowledged(self, within: float = ANSWER_SECONDS) -> int:
        """The type of the first answer (4 message, 5 and 6 deferred, 7 update, 8 choices, 9 modal)."""
        await self.changes.until(lambda: self.answer is not None, within, "an answer to an interaction")
        assert self.answer is not None
        return self.answer

    async def message(self, within: float = 30) -> Message:
        """The answering message, as soon as it says anything."""
        await self.changes.until(lambda: self._answering() is not None, within, "a message that answers")
        message = self._answering()
        assert message is not None
        return message

    async def final(
        self, condition: Callable[[Message], bool] | None = None, within: float = 60, quiet: float = 2.0
    ) -> Message:
        """The answering message, once ``condition`` holds, or once it has not changed for ``quiet`` seconds."""
        message = await self.message(within)
        if condition is None:
            return await message.settled(quiet, within)
        return await message.until(condition, within)

    async def followup(self, index: int = 0, within: float = 30) -> Message:
        """The ``index``-th follow-up to the answer."""
        await self.changes.until(lambda: len(self.followups) > index, within, f"follow-up {index}")
        return self.followups[index]

    def _answering(self) -> Message | None:
        if self.answer in (DEFER_UPDATE, CHOICES, MODAL, None):
            return None
        return self.original if self.original is not None and not self.original.loading else None


class Interactions:
    """All interactions, with Discord's rules about answering them."""

    def __init__(self, messages: Messages, clock: Clock) -> None:
        self._messages, self._clock = messages, clock
        self._by_token: dict[str, Interaction] = {}

    def keep(self, interaction: Interaction) -> Interaction:
        """Remember an interaction, so that it can be answered."""
        self._by_token[interaction.token] = interaction
        return interaction

    def answer(self, interaction_id: int, token: str, body: dict[str, Any], files: dict[str, Upload]) -> Interaction:
        """Accept the bot's first answer, or refuse it if it is late, repeated, of the wrong kind or malformed."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise errors.unknown_interaction()
        try:
            self._take_answer(interaction, body, files)
        except ApiError as refusal:
            interaction.refusals.append(refusal)
            raise
        interaction.changes.announce()
        return interaction

    def live(self, token: str) -> Interaction:
        """Return the answered interaction of a token that has not expired."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.answer is None:
            raise errors.unknown_webhook()
        if self._clock.now() - interaction.sent_at > TOKEN_SECONDS:
            raise errors.invalid_webhook_token()
        return interaction

    def find(self, interaction: Interaction, message: str) -> Message:
        """Return the message ``@original``, or a follow-up."""
        if message == "@original":
            if interaction.original is None or interaction.original.deleted:
                raise errors.unknown_message()
            return interaction.original
        found = self._messages.find(int(message))
        if found is not interaction.original and found not in interaction.followups:
            raise errors.unknown_message()
        return found

    def edit(self, token: str, message: str, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Edit the original answer or a follow-up."""
        interaction = self.live(token)
        edited = self._messages.patch(self.find(interaction, message), payload, files)
        interaction.changes.announce()
        return edited

    def follow_up(self, token: str, payload: dict[str, Any], files: dict[str, Upload]) -> Message:
        """Add a message; the first one after a deferred answer replaces “is thinking”."""
        interaction = self.live(token)
        original = interaction.original
        if original is not None and original.loading and not original.deleted:
            message = self._messages.fill(original, payload, files)
        else:
            message = self._named(interaction, self._messages.create(interaction.channel, payload, files))
            interaction.followups.append(message)
        interaction.changes.announce()
        return message

    def delete(self, token: str, message: str) -> None:
        """Delete the original answer or a follow-up."""
        interaction = self.live(token)
        self._messages.delete(self.find(interaction, message))
        interaction.changes.announce()

    def _take_answer(self, interaction: Interaction, body: dict[str, Any], files: dict[str, Upload]) -> None:
        now = self._clock.now()
        if interaction.answer is not None:
            raise errors.already_acknowledged()
        if now - interaction.sent_at > ANSWER_SECONDS:
            raise errors.unknown_interaction()
        kind = body.get("type")
        data = body.get("data") or {}
        if kind not in ANSWERS[interaction.kind] or not isinstance(data, dict):
            wrong = FormErrors()
            wrong.add("type", "BASE_TYPE_CHOICES", f"Must be one of {sorted(ANSWERS[interaction.kind])}.")
            wrong.raise_if_any()
        if kind == MESSAGE:
            interaction.original = self._named(interaction, self._messages.create(interaction.channel, data, files))
        elif kind == DEFER_MESSAGE:
            flags = (data.get("flags") or 0) & EPHEMERAL
            interaction.original = self._named(interaction, self._messages.loading(interaction.channel, flags))
        elif kind in (DEFER_UPDATE, UPDATE):
            interaction.original = interaction.source
            if kind == UPDATE and interaction.source is not None:
                self._messages.edit(interaction.source, data, files)
        elif kind == CHOICES:
            check_choices(data)
            interaction.choices = data.get("choices") or []
        else:
            check_modal(data)
            interaction.modal = data
        interaction.answer = kind
        interaction.answered_at = now

    def _named(self, interaction: Interaction, message: Message) -> Message:
        message.interaction_id = interaction.id
        message.asked_by = interaction.user
        return message
