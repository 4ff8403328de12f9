"""What is being made for people and is not stored yet: a deletion reaches it all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.services.asking import Asker


@dataclass(eq=False)
class Draft:
    """A song or a training in the making; made by `Drafts.of`.

    To be looked at within the transaction that stores the thing: a deletion that is asked for later comes after it.
    """

    user_id: int
    guild_id: int | None
    is_asker_forgotten: bool = False
    """The person's data is deleted: nothing that names them may be stored."""
    is_guild_forgotten: bool = False

    @property
    def is_wanted(self) -> bool:
        """Tell whether neither the person's nor the guild's data was deleted meanwhile."""
        return not self.is_asker_forgotten and not self.is_guild_forgotten


class Drafts:
    """Knows of all of them."""

    def __init__(self) -> None:
        self._open: set[Draft] = set()

    @contextmanager
    def of(self, asker: Asker) -> Iterator[Draft]:
        """Know of something that is made for an asker, from the moment they asked until it is stored."""
        draft = Draft(asker.user_id, asker.guild_id)
        self._open.add(draft)
        try:
            yield draft
        finally:
            self._open.discard(draft)

    def forget_person(self, user_id: int) -> None:
        """Let nothing of a person's be stored that is in the making."""
        for draft in self._open:
            draft.is_asker_forgotten |= draft.user_id == user_id

    def forget_guild(self, guild_id: int) -> None:
        """Let nothing of a guild's be stored that is in the making."""
        for draft in self._open:
            draft.is_guild_forgotten |= draft.guild_id == guild_id
