"""Training requests that wait for confirmation."""

from dataclasses import dataclass

import discord

from bot.discord_app.answering import AnyInteraction
from bot.services import Refusal

MOST_UNCONFIRMED = 100


@dataclass(frozen=True)
class TrainingRequest:
    """What `/train` was asked for."""

    asked: AnyInteraction
    artist: str
    corpus: discord.Attachment | None
    minutes: int | None


class UnconfirmedTrainings:
    """Requests by the id of their interaction.

    They are kept in memory, because an attachment does not fit into a button's custom id; the oldest are dropped.
    """

    def __init__(self) -> None:
        self._requests: dict[int, TrainingRequest] = {}

    def add(self, request: TrainingRequest) -> None:
        """Keep a request."""
        self._requests[request.asked.id] = request
        if len(self._requests) > MOST_UNCONFIRMED:
            del self._requests[next(iter(self._requests))]

    def of(self, number: int, user_id: int) -> TrainingRequest:
        """Return a request of a member.

        Raises:
            Refusal: if it is not known, or somebody else's.
        """
        request = self._requests.get(number)
        if request is None or request.asked.user.id != user_id:
            raise Refusal("That request is no longer stored. Ask again with /train.")
        return request

    def remove(self, number: int) -> None:
        """Forget a request that was carried out."""
        self._requests.pop(number, None)
