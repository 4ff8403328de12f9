"""From minutes to characters: how much text a training can read in its time.

The goal, a number of characters, is set from the speed of the first seconds and corrected on the way, as the machine
gets busier or less busy. It leaves room for the evaluations, which are part of the time. Nothing here looks at a clock
or at a network.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SPEED_SECONDS = 2.0
"""How long updates are timed before the goal is set, or corrected."""
SHORT_SHARE = 0.04
"""Under a short time limit, this share of it instead."""
CHECKS = (0.25, 0.5, 0.75, 0.9, 0.96)
"""Shares of the goal after which it is corrected."""
SPARE_SHARE = 0.03
"""Share of the time limit that is kept for a machine that slows down at the end."""
SLOWING_SHARE = 0.05
"""Share of the remaining time that the goal leaves unused: the machine may slow down."""
EVALUATION_SPEED = 1.0
"""How many times as fast as training held-out text is read, until that is known: 0.9-1.6 by the base, 1.7-2 by a
smaller network with AVX2, about 3 with AVX-512; less on a very busy machine."""
UNSURE = 1.5
"""How many times as long as that the first evaluation may take."""
LEAD_IN_PER_ROOT = 20
"""Characters that are read without being measured, per square root of the number of those that are: the parallel
streams of an evaluation grow in number with that root, and each has a lead-in."""
FEWEST_CONCLUSIVE = 1_500
"""Fewest characters that still tell a better network from a worse one; fewer only when time has run out."""
MEASURING_SHARE = 0.05
"""Of the limit, that an evaluation may take at most."""


@dataclass
class Pace:
    """The time that updates alone have taken since the goal was last looked at."""

    characters: int = 0
    seconds: float = 0.0

    last_characters: int = 0
    """Of the last update."""
    last_seconds: float = 0.0

    def add(self, characters: int, seconds: float) -> None:
        """Count an update."""
        self.characters += characters
        self.seconds += seconds
        self.last_characters, self.last_seconds = characters, seconds

    @property
    def characters_per_second(self) -> float:
        """0 if nothing was counted."""
        return self.characters / self.seconds if self.seconds > 0 else 0.0


class TimeBudget:
    """Turns a limit in seconds into a number of characters to read, and corrects it by the recent pace.

    ``goal`` is the number of characters to read in all.
    """

    def __init__(
        self, limit_seconds: float | None, goal: int, measured_characters: int, evaluations_in: Callable[[float], int]
    ) -> None:
        """``goal`` is what would be read without a limit (None).

        ``evaluations_in`` gives the number of evaluations on the way to a goal, each of ``measured_characters``.
        """
        self.limit_seconds, self.goal, self._whole_goal = limit_seconds, goal, goal
        self.measured_characters, self._evaluations_in = measured_characters, evaluations_in
        self._evaluation_seconds: float | None = None
        self.is_made = limit_seconds is None
        """Whether the goal takes the limit into account."""
        self._checks = 0
        self.pace = Pace()
        self._speed = 0.0
        """Characters per second when the pace was last known."""

    def after_update(self, seen: int, spent: float) -> None:
        """Set or correct the goal, if that is due, ``seen`` characters and ``spent`` seconds after the start."""
        if self.limit_seconds is None:
            return
        if self._knows_pace:
            self._speed = self.pace.characters_per_second
        if not self._speed:
            # The first updates are slow, and where there is no time to know better they are all.
            if spent >= (1 - MEASURING_SHARE - SPARE_SHARE) * self.limit_seconds:
                self.goal = min(self.goal, seen)
            return
        # There must be time for another update.
        if spent + self.pace.last_seconds + self._evaluation(self._speed) + self._spare >= self.limit_seconds:
            self.goal = min(self.goal, seen)
        elif self._knows_pace and self._is_due(seen):
            if self.is_made:
                self._checks += 1
            self.is_made = True
            self.goal = min(self._whole_goal, max(seen + 1, self._affordable(seen, spent)))
            self.pace = Pace()

    def after_evaluation(self, seconds: float) -> None:
        """Take note of how long an evaluation has taken."""
        self._evaluation_seconds = seconds

    def measurable_characters(self, spent: float, characters_per_second: float) -> float | None:
        """How much held-out text can be measured in the time; None but just before the goal is set, or lowered.

        ``spent`` seconds have passed, and ``characters_per_second`` is the speed as far as it is known.
        """
        if self.limit_seconds is None or self.is_made:
            return None
        if self._knows_pace:
            characters_per_second = self.pace.characters_per_second
        elif spent < (1 - MEASURING_SHARE - SPARE_SHARE) * self.limit_seconds:
            return None
        readable = MEASURING_SHARE * self.limit_seconds * EVALUATION_SPEED * characters_per_second
        measurable = (math.sqrt(LEAD_IN_PER_ROOT**2 + 4 * readable) - LEAD_IN_PER_ROOT) ** 2 / 4
        return max(FEWEST_CONCLUSIVE, measurable) if self._knows_pace else measurable

    @property
    def _knows_pace(self) -> bool:
        return self.pace.seconds >= min(SPEED_SECONDS, SHORT_SHARE * (self.limit_seconds or math.inf))

    @property
    def is_shortened(self) -> bool:
        """Whether the limit, not the goal, ends the training."""
        return self.goal < self._whole_goal

    def seconds_left(self, seen: int, spent: float, characters_per_second: float) -> float:
        """Until the goal is reached; never more than what is left of the limit."""
        left = max(0, self.goal - seen) / characters_per_second if characters_per_second > 0 else math.inf
        return left if self.limit_seconds is None else min(left, max(0.0, self.limit_seconds - spent))

    def state(self) -> dict[str, Any]:
        """For a checkpoint; the goal is stored with the training loop."""
        return {"limit_seconds": self.limit_seconds, "is_made": self.is_made, "checks": self._checks}

    def restore(self, state: dict[str, Any], goal: int) -> None:
        """Continue from a checkpoint; a goal for another limit is set again.

        Raises:
            KeyError, TypeError: it is no state of a budget.
        """
        if state["limit_seconds"] == self.limit_seconds:
            self.is_made, self._checks, self.goal = bool(state["is_made"]), int(state["checks"]), goal

    def _is_due(self, seen: int) -> bool:
        if not self.is_made:
            return True
        return self.is_shortened and self._checks < len(CHECKS) and seen >= CHECKS[self._checks] * self.goal

    @property
    def _spare(self) -> float:
        """Seconds that are not planned with."""
        return SPARE_SHARE * (self.limit_seconds or 0.0)

    def _evaluation(self, speed: float) -> float:
        """Seconds of an evaluation, as the last one took or as the speed of training suggests."""
        if self._evaluation_seconds is not None:
            return self._evaluation_seconds
        lead_ins = LEAD_IN_PER_ROOT * math.sqrt(self.measured_characters)
        return UNSURE * (self.measured_characters + lead_ins) / (EVALUATION_SPEED * speed)

    def _affordable(self, seen: int, spent: float) -> int:
        """Characters in all that fit into the limit at the recent pace."""
        assert self.limit_seconds is not None
        speed = self.pace.characters_per_second
        left = (1 - SLOWING_SHARE) * (self.limit_seconds - spent) - self._spare
        readable = max(0.0, left) * speed
        # What an evaluation costs, in characters; a higher goal has more evaluations.
        evaluation = self._evaluation(speed) * speed
        done = self._evaluations_in(self.goal) * min(1.0, seen / self.goal)
        affordable = readable
        for _ in range(3):
            ahead = max(1.0, self._evaluations_in(seen + affordable) - done)
            affordable = max(0.0, readable - ahead * evaluation)
        # The goal is reached within an update, which is done to its end.
        return seen + max(0, round(affordable) - self.pace.last_characters)
