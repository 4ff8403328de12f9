"""What Discord offers while a member types."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar

from discord import app_commands

from bot import unexpected, wording
from bot.discord_app import markdown
from bot.discord_app.client import Interaction
from bot.discord_app.permissions import asker_of
from bot.language import tr
from bot.services import Refusal, Version

MOST_CHOICES = 25
LONGEST_NAME = 100
_MINUTES = (1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 480)

Value = TypeVar("Value", int, str)
Completion = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[Value]]]]


def _offering_nothing_on_failure(complete: Completion[Value]) -> Completion[Value]:
    """Discord cannot show an error while somebody types, and discord.py would only log it."""

    @wraps(complete)
    async def safely(interaction: Interaction, typed: str) -> list[app_commands.Choice[Value]]:
        try:
            return await complete(interaction, typed)
        except Refusal:
            return []
        except Exception as error:
            unexpected.note(error, "autocompletion")
            return []

    return safely


@_offering_nothing_on_failure
async def artist_names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the artists that can sing here."""
    return _choices(await interaction.client.services.artists.suggest(asker_of(interaction), typed, MOST_CHOICES))


@_offering_nothing_on_failure
async def changeable_artists(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the artists that the member may change, whether they can sing or not."""
    artists = interaction.client.services.artists
    return _choices(await artists.suggest_changeable(asker_of(interaction), typed, MOST_CHOICES))


@_offering_nothing_on_failure
async def kept_versions(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the kept versions of the artist chosen in the other option."""
    artist = interaction.namespace.artist
    if not isinstance(artist, str):
        return []
    known = await interaction.client.services.artists.suggest_versions(asker_of(interaction), artist, MOST_CHOICES)
    # Discord sends text for a number option while it is not yet a number.
    return [
        app_commands.Choice(name=_version_name(version), value=version.number)
        for version in known
        if str(version.number).startswith(str(typed))
    ]


@_offering_nothing_on_failure
async def cancellable_jobs(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the jobs that can be cancelled, with their artists."""
    # Discord sends text for a number option while it is not yet a number, and discord.py passes on either.
    asker = asker_of(interaction)
    jobs = await interaction.client.services.training.suggest_cancellable(asker, str(typed), MOST_CHOICES)
    return [
        app_commands.Choice(
            name=markdown.one_line(f"{job.id} · {job.artist} · {tr(job.state.value)}", LONGEST_NAME), value=job.id
        )
        for job in jobs
    ]


@_offering_nothing_on_failure
async def allowed_minutes(interaction: Interaction, typed: str) -> list[app_commands.Choice[int]]:
    """Offer the durations that this bot allows."""
    most = interaction.client.services.settings.train_minutes
    offered = [minutes for minutes in _MINUTES if minutes < int(most)] + [int(most)] * (most >= 1)
    typed = str(typed).strip()
    return [app_commands.Choice(name=f"{m} min", value=m) for m in offered if str(m).startswith(typed)]


def _choices(names: list[str]) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=name, value=name) for name in names]


def _version_name(version: Version) -> str:
    parts = [str(version.number)]
    if version.trained_at is not None:
        parts.append(f"{version.trained_at:%Y-%m-%d}")
    return markdown.one_line(" · ".join([*parts, *wording.standing(version)]), LONGEST_NAME)
