"""A message of the bot that has to be updated long after it was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.discord_app import answering
from bot.discord_app.client import LyricsClient
from bot.discord_app.message_body import MessageBody

_INVALID_WEBHOOK_TOKEN = 50027


@dataclass(frozen=True)
class ShownMessage:
    """A message, and the two ways to reach it.

    An interaction's token needs no permission in the channel, but is valid for 15 minutes. After that, the message is
    reached through its channel, if the bot has access to it.
    """

    client: LyricsClient
    channel_id: int | None
    message_id: int | None
    """None if only its asker can see it, or if the process died before it was known."""
    token: str | None
    """Of the interaction that the message answers; None if it is no longer known."""
    answered_at: datetime | None
    """When that interaction arrived."""

    async def edit(self, body: MessageBody) -> bool:
        """Update the message; return False if it can no longer be reached."""
        if (token := self._live_token()) is not None:
            with _passing_over_what_is_gone():
                await answering.edit_by_token(self.client, token, body)
                return True
        if self.channel_id is not None and self.message_id is not None:
            message = self.client.get_partial_messageable(self.channel_id).get_partial_message(self.message_id)
            with _passing_over_what_is_gone():
                await answering.edit_in_channel(message, body)
                return True
        return False

    async def announce(self, body: MessageBody) -> bool:
        """Send a new message to the channel; return False if the bot is not allowed to."""
        if (token := self._live_token()) is not None:
            with _passing_over_what_is_gone():
                await answering.follow_up_by_token(self.client, token, body)
                return True
        if self.channel_id is not None:
            with _passing_over_what_is_gone():
                await answering.send_to_channel(self.client.get_partial_messageable(self.channel_id), body)
                return True
        return False

    def _live_token(self) -> str | None:
        if self.answered_at is None or discord.utils.utcnow() - self.answered_at >= answering.TOKEN_LIFE:
            return None
        return self.token


@contextmanager
def _passing_over_what_is_gone() -> Iterator[None]:
    """Suppress errors that mean a token, message or channel is gone or inaccessible; raise all others."""
    try:
        yield
    except (discord.Forbidden, discord.NotFound):
        pass
    except discord.HTTPException as error:
        if error.code != _INVALID_WEBHOOK_TOKEN:
            raise
