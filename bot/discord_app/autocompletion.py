"""What Discord offers while a member types."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

from discord import app_commands

from bot.discord_app import failures, markdown
from bot.discord_app.asking import asker_of
from bot.discord_app.client import Interaction
from bot.services import Refusal

MOST_CHOICES = 25
LONGEST_NAME = 100

Value = TypeVar("Value", int, str)
Completion = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[Value]]]]


def _offering_nothing_on_failure(complete: Completion[Value]) -> Completion[Value]:
    """Discord has no way to show an error while somebody types, and discord.py would only log it."""

    @wraps(complete)
    async def safely(interaction: Interaction, typed: str) -> list[app_commands.Choice[Value]]:
        try:
            return await complete(interaction, typed)
        except Refusal:
            return []
        except Exception as error:
            failures.note(error, "autocompletion")
            return []

    return safely


@_offering_nothing_on_failure
async def artist_names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the artists that can be asked for here."""
    names = await interaction.client.services.artists.suggest(asker_of(interaction), typed, MOST_CHOICES)
    return [app_commands.Choice(name=name, value=name) for name in names]


@_offering_nothing_on_failure
async def cancellable_jobs(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the jobs that can be cancelled, with what they train."""
    # Discord sends what is typed into a number as text while it is not one yet, and discord.py passes both on.
    asker = asker_of(interaction)
    jobs = await interaction.client.services.training.suggest_cancellable(asker, str(typed), MOST_CHOICES)
    return [
        app_commands.Choice(
            name=markdown.one_line(f"{job.id} · {job.artist} · {job.state}", LONGEST_NAME), value=job.id
        )
        for job in jobs
    ]
