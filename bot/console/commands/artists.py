"""Commands about artists and their versions."""

from bot import wording
from bot.console.command_line import CommandLine
from bot.console.context import Context
from bot.services import Artist, Version
from lstm.shipped import ARTISTS
from lstm.text.phrases import size


async def artists(context: Context, _line: CommandLine) -> None:
    """List who can sing."""
    found = await context.services.artists.visible(context.asker)
    if not found:
        context.screen.say("No artist can sing yet. Train one: /train artist:NAME corpus:PATH")
        return
    context.screen.table(
        ("artist", "corpus", "bits per character", "n-gram baseline", "trained"), [_row(artist) for artist in found]
    )


async def artist(context: Context, line: CommandLine) -> None:
    """Describe an artist's model and its versions."""
    details = await context.services.artists.details(context.asker, line.required("name"))
    context.screen.say(details.artist.name, "bold")
    if details.artist.of_everyone and (sings := ARTISTS.get(details.artist.name)) is not None:
        context.screen.say(sings)
    for version in details.versions:
        standing = " · sings" if version.sings else " · held back" if version.held_back else ""
        trained = "" if version.trained_at is None else f" · trained {version.trained_at:%Y-%m-%d %H:%M} UTC"
        context.screen.say(f"version {version.number}{trained}{standing}")
        context.screen.aside(f"  {_figures(version)}")


async def forget(context: Context, line: CommandLine) -> None:
    """Remove an artist after confirmation."""
    found = await context.services.artists.may_forget(context.asker, line.required("artist"))
    if not await context.confirms(
        line, f"This deletes “{found.name}”, with its text, models and training jobs. {wording.forget_warning(found)}"
    ):
        context.screen.say("Nothing was deleted.")
        return
    before = await context.services.lyrics.default_artist(context.asker)
    name = await context.services.artists.forget(context.asker, found.id)
    context.screen.say(f"“{name}” has been deleted.")
    if (staying := wording.files_stay(found)) is not None:
        context.screen.say(staying)
    default = await context.services.lyrics.default_artist(context.asker)
    if default is not None and default != before:
        context.screen.say(f"“{default}” is now the default artist.")


async def rollback(context: Context, line: CommandLine) -> None:
    """Switch to the previous version, or any other that is kept."""
    number = line.whole_number("version")
    version = await context.services.artists.rollback(context.asker, line.required("artist"), number)
    context.screen.say(f"Version {version.number} sings from now on.")


def _row(artist: Artist) -> tuple[str, ...]:
    return (
        artist.name,
        "unknown" if artist.corpus_bytes is None else size(artist.corpus_bytes),
        _bits(artist.bits_per_character),
        _bits(artist.baseline_bits_per_character),
        "unknown" if artist.trained_at is None else f"{artist.trained_at:%Y-%m-%d}",
    )


def _figures(version: Version) -> str:
    figures = []
    if version.bits_per_character is not None:
        figures.append(f"{version.bits_per_character:.3f} bits per character on held-out songs")
    if version.baseline_bits_per_character is not None:
        figures.append(f"n-gram baseline {version.baseline_bits_per_character:.3f}")
    figures.append(f"{version.parameters:,} parameters, {size(version.weights_bytes)}")
    return " · ".join(figures)


def _bits(bits: float | None) -> str:
    return "" if bits is None else f"{bits:.3f}"
