"""Who asks, and how requests are refused."""

import re
from dataclasses import dataclass


class Refusal(Exception):  # noqa: N818 - a normal answer, not an error
    """A request cannot be fulfilled; the message is one plain sentence for the user that says what to do.

    The only error type that is meant for users: a front end shows ``str(refusal)`` (escaped, and only to
    the asker). Anything else that a service raises is a bug.

    Names, and whatever the asker typed, are in “quotes”.
    """

    @property
    def without_names(self) -> str:
        """The sentence for the log, without the quoted parts."""
        return re.sub("“[^”]*”", "“…”", str(self))


@dataclass(frozen=True)
class Asker:
    """The person behind a request, as a front end knows them; made by `Services.asker`."""

    user_id: int
    guild_id: int | None
    """None in direct messages and in the console."""
    channel_id: int | None
    """None in the console, where nothing can be announced later."""
    parent_channel_id: int | None = None
    """The channel that a thread belongs to; None outside of threads."""
    may_manage_guild: bool = False
    """Has Manage Server in this guild, according to the interaction itself."""
    may_manage_messages: bool = False
    in_age_restricted_channel: bool = False
    is_operator: bool = False
    """May train, forget and roll back the artists that every guild sees (LYRICS_OPERATORS, the console)."""
    deletions_before: int | None = None
    """`RecentDeletions.count` when they asked, so that a later deletion reaches what they asked for; None: the count
    when a service is called."""

    @property
    def may_manage_artists(self) -> bool:
        """Whether they may train and change artists here: their guild's with Manage Server, everyone's as an operator.

        `bot.services.rights` says which ones.
        """
        return self.is_operator or (self.guild_id is not None and self.may_manage_guild)

    @property
    def is_at_console(self) -> bool:
        """Whether this is the person at the console, who shares the bot with nobody."""
        return self.channel_id is None
