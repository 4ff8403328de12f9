"""What is wrong with the bot's answers to an attack."""

import re
import unicodedata
from collections.abc import Iterator

from tests.discord_stand_in import DiscordStandIn, Interaction
from tests.security.neighbours import MOST_WAIT_SECONDS

_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MENTION = re.compile(r"(?<!\\)<[@#/:t]|@(?:everyone|here)")
_UNFINISHED = re.compile(r"^-# .* is singing …\Z", re.MULTILINE)
"""Below a song in progress; lyrics may say that somebody is singing, too."""
ANSWERED_UNKNOWN = "The bot has answered a button that it does not know."


def is_over(interaction: Interaction) -> bool:
    """Whether an interaction has been answered, and its song, if it asked for one, is finished."""
    if interaction.followups or interaction.choices is not None:
        return True
    original = interaction.original
    if interaction.answer is None or (original is not None and original.loading):
        return False
    return not _UNFINISHED.search(text_of(interaction))


def text_of(interaction: Interaction) -> str:
    """Everything that an interaction has been answered with so far."""
    messages = [*([interaction.original] if interaction.original else []), *interaction.followups]
    return "\n".join(message.text for message in messages if not message.deleted)


def faults_of(interaction: Interaction, shown: str) -> Iterator[str]:
    """What is wrong with an answer."""
    if interaction.answered_at is None:
        yield "no answer"
    elif interaction.latency > MOST_WAIT_SECONDS:
        yield f"answered after {interaction.latency:.1f} s"
    if interaction.answer is not None and not is_over(interaction):
        yield "not finished"
    if "Something went wrong" in shown:
        yield "an error"
    if shown == ANSWERED_UNKNOWN:
        yield "answered although unknown"
    if _OVERRIDES.search(shown):
        yield "shows an override"
    if longest_stack(shown) > 4:
        yield f"shows {longest_stack(shown)} marks on a letter"
    if _MENTION.search(re.sub(r"for <@\d+>|<t:\d+:[a-zA-Z]>", "", shown)):
        yield "shows a mention"


def faults_seen_by(discord: DiscordStandIn) -> Iterator[str]:
    """What Discord had to refuse, and whom it would have notified."""
    if discord.messages.pings:
        yield f"pings {discord.messages.pings[0].mention}"
    discord.messages.pings.clear()
    for refusal in discord.refusals:
        if refusal.error.status == 400:
            yield f"Discord refuses the answer: {refusal.error}"
    discord.refusals.clear()


def longest_stack(text: str) -> int:
    """The most combining marks in a row."""
    longest = stacked = 0
    for character in unicodedata.normalize("NFD", text):
        stacked = stacked + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, stacked)
    return longest


def is_a_sentence(said: str) -> bool:
    """Whether it tells somebody what is the matter, and no more than that."""
    return 10 < len(said) < 400 and "\n" not in said and said.rstrip("“”\"'").endswith(".") and "error" not in said
