"""How often someone may ask: a number of times in a row, then once per interval.

The generic cell rate algorithm (ITU-T I.371, annex A): all that is stored about someone is the moment at which
everything that they have used will be available again.
"""

_KEPT_WITHOUT_LOOKING = 1_000
_ROUNDING_SECONDS = 1e-6
"""Sums of many short waits are not exact."""


class Pace:
    """Holds everyone, identified by a number, to the same pace; in memory."""

    def __init__(self, in_a_row: int, seconds_each: float) -> None:
        """Allow `in_a_row` requests at once after a rest, and one more every `seconds_each`."""
        self._grace_seconds = (in_a_row - 1) * seconds_each
        self._seconds_each = seconds_each
        self._rested_at: dict[int, float] = {}
        self._look_beyond = _KEPT_WITHOUT_LOOKING

    def seconds_left(self, who: int, now: float) -> float:
        """Return how long someone still has to wait; 0 if not at all."""
        left = self._rested_at.get(who, now) - self._grace_seconds - now
        return left if left > _ROUNDING_SECONDS else 0.0

    def use(self, who: int, now: float) -> None:
        """Note that someone has asked."""
        self._rested_at[who] = max(self._rested_at.get(who, now), now) + self._seconds_each
        if len(self._rested_at) > self._look_beyond:
            # Those who have rested can be forgotten. Looking only when there are twice as many as were left the last
            # time takes constant time per request.
            self._rested_at = {who: moment for who, moment in self._rested_at.items() if moment > now}
            self._look_beyond = max(_KEPT_WITHOUT_LOOKING, 2 * len(self._rested_at))
