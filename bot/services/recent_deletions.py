"""What is being made for people and is not stored yet: a deletion reaches it all the same."""

from dataclasses import dataclass

from bot.services.asking import Asker

_REMEMBERED = 10_000
"""Persons, and guilds, whose data was deleted last. Only what was asked for before is compared with them."""


class RecentDeletions:
    """Knows whose data was deleted lately, in memory."""

    def __init__(self) -> None:
        self.count = 0
        """How many deletions there were, to compare what was asked for before one of them and after it."""
        self._persons: dict[int, int] = {}
        self._guilds: dict[int, int] = {}

    def pending_write(self, asker: Asker) -> "PendingWrite":
        """Describe something that is made for an asker, counting from the moment they asked."""
        before = self.count if asker.deletions_before is None else asker.deletions_before
        return PendingWrite(self, asker.user_id, asker.guild_id, before)

    def forget_person(self, user_id: int) -> None:
        """Let nothing be stored that this person has asked for until now."""
        self._note(self._persons, user_id)

    def forget_guild(self, guild_id: int) -> None:
        """Let nothing be stored that was asked for in this guild until now."""
        self._note(self._guilds, guild_id)

    def _note(self, deletions: dict[int, int], who: int) -> None:
        self.count += 1
        deletions.pop(who, None)  # so that the oldest deletion stays first
        deletions[who] = self.count
        if len(deletions) > _REMEMBERED:
            del deletions[next(iter(deletions))]

    def is_person_forgotten(self, pending: "PendingWrite") -> bool:
        """Return whether the asker of something has had their data deleted since they asked."""
        return self._persons.get(pending.user_id, 0) > pending.deletions_before

    def is_guild_forgotten(self, pending: "PendingWrite") -> bool:
        """Return whether a guild's data was deleted since something was asked for in it."""
        return pending.guild_id is not None and self._guilds.get(pending.guild_id, 0) > pending.deletions_before


@dataclass(frozen=True)
class PendingWrite:
    """A song, a vote or a training in the making; made by `RecentDeletions.pending_write`.

    To be looked at within the transaction that stores the thing: a deletion that is asked for later comes after it.
    """

    deletions: RecentDeletions
    user_id: int
    guild_id: int | None
    deletions_before: int
    """`RecentDeletions.count` when it was asked for."""

    @property
    def is_asker_forgotten(self) -> bool:
        """Whether the person's data was deleted meanwhile: nothing that names them may be stored."""
        return self.deletions.is_person_forgotten(self)

    @property
    def is_guild_forgotten(self) -> bool:
        """Whether the guild's data was deleted meanwhile."""
        return self.deletions.is_guild_forgotten(self)

    @property
    def is_wanted(self) -> bool:
        """Whether neither has happened."""
        return not self.is_asker_forgotten and not self.is_guild_forgotten
