"""What is being made for people but is not stored yet; deletions must reach it all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.services.asking import Asker


@dataclass(eq=False)
class Draft:
    """A song or a training job that is not stored yet; made by `Drafts.of`.

    Check it within the transaction that stores the result: a deletion that is asked for later then runs after it.
    """

    user_id: int
    guild_id: int | None
    is_asker_forgotten: bool = False
    """The person's data has been deleted: nothing that names them may be stored."""
    is_guild_forgotten: bool = False

    @property
    def is_wanted(self) -> bool:
        """Return whether neither the person's nor the guild's data has been deleted meanwhile."""
        return not self.is_asker_forgotten and not self.is_guild_forgotten


class Drafts:
    """Keeps track of all drafts."""

    def __init__(self) -> None:
        self._open: set[Draft] = set()

    @contextmanager
    def of(self, asker: Asker) -> Iterator[Draft]:
        """Keep track of something that is made for an asker, from the moment they ask until it is stored."""
        draft = Draft(asker.user_id, asker.guild_id)
        self._open.add(draft)
        try:
            yield draft
        finally:
            self._open.discard(draft)

    def forget_person(self, user_id: int) -> None:
        """Prevent a person's drafts from being stored under their name."""
        for draft in self._open:
            draft.is_asker_forgotten |= draft.user_id == user_id

    def forget_guild(self, guild_id: int) -> None:
        """Prevent a guild's drafts from being stored."""
        for draft in self._open:
            draft.is_guild_forgotten |= draft.guild_id == guild_id
