"""Where bad language is filtered, and what remains there of lines that were sung before or elsewhere."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from bot.services.asking import Asker
from bot.store import guilds
from bot.store.guilds import GuildSettings


def is_kept_out(asker: Asker, chosen: GuildSettings) -> bool:
    """Return whether bad language is filtered: as the guild has set, else outside of age-restricted channels."""
    if chosen.language_filter is not None:
        return chosen.language_filter
    return not asker.in_age_restricted_channel and not asker.is_at_console


@dataclass(frozen=True)
class LanguagePolicy:
    """Decides which stored lines an asker is shown: a guild may turn the filter on after they were sung."""

    has_bad_language: Callable[[str], bool]

    def rule_for(self, connection: sqlite3.Connection, asker: Asker) -> Callable[[str], bool]:
        """Return a predicate for text that this asker must not be shown; call it within a transaction."""
        chosen = GuildSettings() if asker.guild_id is None else guilds.settings_of(connection, asker.guild_id)
        return self.has_bad_language if is_kept_out(asker, chosen) else _nothing_is_bad


def good_lines(text: str, is_bad: Callable[[str], bool]) -> str | None:
    """Return the lines of a text that are not bad; None if none is left, or if they are bad when joined."""
    if not is_bad(text):
        return text
    rest = "\n".join(line for line in text.split("\n") if not is_bad(line))
    return rest if rest.strip() and not is_bad(rest) else None


def _nothing_is_bad(_text: str) -> bool:
    return False
