"""How many songs may be asked for: requests over a limit are refused at once, with the time to try again.

Songs in progress are limited per member, per guild and in total, so that nobody waits long for an accepted song and no
guild's crowd shuts out the others; how often one may ask is limited by `Pace`. All of it is in memory: what must
survive a restart is in `quotas.py`. The person at the console may always ask.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.services.asking import Asker, Refusal
from bot.services.pace import Pace

MOST_SONGS = 256
"""In progress and waiting: as many as two cores can sing in about ten seconds."""
MOST_OF_A_GUILD = 128
MOST_OF_A_MEMBER = 2
GUILD_IN_A_ROW, GUILD_SECONDS = 200, 0.1


class RateLimits:
    """Counts the songs in progress, and who has asked for how many recently."""

    def __init__(self, seconds: Callable[[], float], *, in_a_row: int, seconds_each: float) -> None:
        """Allow a member `in_a_row` songs at once, then one every `seconds_each`.

        The time comes from `seconds`, a monotonic clock.
        """
        self._seconds = seconds
        self._member_pace = Pace(in_a_row, seconds_each)
        self._guild_pace = Pace(GUILD_IN_A_ROW, GUILD_SECONDS)
        self._of_members: Counter[int] = Counter()
        self._of_guilds: Counter[int] = Counter()
        self.songs = 0
        """In progress and waiting."""

    @contextmanager
    def song_of(self, asker: Asker) -> Iterator[None]:
        """Count a song of this asker while the context lasts.

        Raises:
            Refusal: if a limit is reached.
        """
        if not asker.is_at_console:
            self._check(asker)
            self._note(asker)
        self.songs += 1
        keys = [(self._of_members, asker.user_id)]
        if asker.guild_id is not None:
            keys.append((self._of_guilds, asker.guild_id))
        for counter, key in keys:
            counter[key] += 1
        try:
            yield
        finally:
            self.songs -= 1
            for counter, key in keys:
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]

    def _check(self, asker: Asker) -> None:
        now, guild_id = self._seconds(), asker.guild_id
        if self._of_members[asker.user_id] >= MOST_OF_A_MEMBER:
            raise Refusal(f"{MOST_OF_A_MEMBER} of your songs are still being composed; try again when one is finished.")
        if left := self._member_pace.seconds_left(asker.user_id, now):
            raise Refusal(f"You have asked for many songs in a row; try again in {_whole(left)} s.")
        if guild_id is not None:
            if self._of_guilds[guild_id] >= MOST_OF_A_GUILD:
                raise Refusal("Many songs are still being composed for this server; try again in a few seconds.")
            if left := self._guild_pace.seconds_left(guild_id, now):
                raise Refusal(f"This server has asked for many songs in a row; try again in {_whole(left)} s.")
        if self.songs >= MOST_SONGS:
            raise Refusal("Too many people want a song right now; try again in a few seconds.")

    def _note(self, asker: Asker) -> None:
        now = self._seconds()
        self._member_pace.use(asker.user_id, now)
        if asker.guild_id is not None:
            self._guild_pace.use(asker.guild_id, now)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
