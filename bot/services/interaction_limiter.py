"""How often a member may use commands and buttons, whatever they do.

Every answer takes some milliseconds of the one thread that answers everybody, so a member who sends two hundred
commands at once would keep the others waiting for seconds.
"""

import math
from collections.abc import Callable

from bot.services.asking import Refusal
from bot.services.pace import Pace

MEMBER_IN_A_ROW, MEMBER_SECONDS = 20, 0.5
GUILD_IN_A_ROW, GUILD_SECONDS = 400, 0.02
TYPED_IN_A_ROW, TYPED_SECONDS = 30, 0.3
"""Completions while a member types; Discord asks for them several times per second."""
SECONDS_BETWEEN_REFUSALS = 5.0
"""A refusal is an answer, too: a member gets at most one in this many seconds."""


class InteractionLimiter:
    """Keeps track of who has done how much lately."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Take the time from `seconds`, which never goes back."""
        self._seconds = seconds
        self._member_pace = Pace(MEMBER_IN_A_ROW, MEMBER_SECONDS)
        self._guild_pace = Pace(GUILD_IN_A_ROW, GUILD_SECONDS)
        self._typing_pace = Pace(TYPED_IN_A_ROW, TYPED_SECONDS)
        self._refusal_pace = Pace(1, SECONDS_BETWEEN_REFUSALS)

    def admit(self, user_id: int, guild_id: int | None) -> bool:
        """Count a command or a button; return False if it should not be answered.

        Raises:
            Refusal: if it is too much, and the member has not been told lately.
        """
        now = self._seconds()
        wait = self._member_pace.seconds_left(user_id, now)
        if guild_id is not None:
            wait = max(wait, self._guild_pace.seconds_left(guild_id, now))
        if not wait:
            self._member_pace.use(user_id, now)
            if guild_id is not None:
                self._guild_pace.use(guild_id, now)
            return True
        if self._refusal_pace.seconds_left(user_id, now):
            return False
        self._refusal_pace.use(user_id, now)
        raise Refusal(f"Too many requests at once. Try again in {math.ceil(wait)} s.")

    def admit_typing(self, user_id: int) -> bool:
        """Count a request for completions; return False if none should be offered."""
        now = self._seconds()
        if self._typing_pace.seconds_left(user_id, now):
            return False
        self._typing_pace.use(user_id, now)
        return True
