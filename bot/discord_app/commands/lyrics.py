"""`/lyrics`: a song that begins with a seed."""

from discord import app_commands

from bot.discord_app import autocompletion, songs
from bot.discord_app.client import Interaction
from bot.discord_app.offering import everywhere
from bot.discord_app.permissions import asker_of
from bot.services import (
    DEFAULT_LINES,
    FEWEST_LINES,
    HIGHEST_TEMPERATURE,
    LOWEST_TEMPERATURE,
    MOST_LINES,
    RHYMES,
    SEED_CHARACTERS,
    SONG_FORMS,
    SongRequest,
)


@everywhere
@app_commands.command(description="Sing a song that begins with your words")
@app_commands.describe(
    seed="How the song begins",
    artist="Who sings; see /artists",
    lines=f"How many lines; {DEFAULT_LINES} by default",
    temperature="How daring: low is safe, high is wild",
    rhyme="Which lines rhyme; auto: as the artist does",
    form="A song with a chorus, only verses, or free",
    partner="A second artist; the two take turns, stanza by stanza",
    private="Show the song only to you",
)
@app_commands.rename(partner="with")
@app_commands.autocomplete(artist=autocompletion.artist_names)
@app_commands.autocomplete(partner=autocompletion.artist_names)
@app_commands.choices(rhyme=[app_commands.Choice(name=scheme, value=scheme) for scheme in RHYMES])
@app_commands.choices(form=[app_commands.Choice(name=form, value=form) for form in SONG_FORMS])
async def lyrics(
    interaction: Interaction,
    seed: app_commands.Range[str, 1, SEED_CHARACTERS],
    artist: str | None = None,
    lines: app_commands.Range[int, FEWEST_LINES, MOST_LINES] = DEFAULT_LINES,
    temperature: app_commands.Range[float, LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE] | None = None,
    rhyme: str = "auto",
    form: str = "song",
    partner: str | None = None,
    private: bool = False,
) -> None:
    """Sing, line by line."""
    asker, service = asker_of(interaction), interaction.client.services.lyrics
    hidden = await service.is_private(asker, private)
    request = SongRequest(seed, artist, lines, temperature, rhyme, hidden, form, partner)
    await songs.show(interaction, request)
