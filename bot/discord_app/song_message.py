"""How a song looks on Discord."""

from collections.abc import Iterable, Iterator, Sequence

import discord

from bot import wording
from bot.discord_app import markdown
from bot.discord_app.colours import colour_of
from bot.discord_app.message_body import (
    MOST_TEXT,
    Block,
    Button,
    Buttons,
    Download,
    MessageBody,
    NamedFile,
    Rule,
    Text,
    text_length,
)
from bot.language import tr
from bot.services import Song, SongSoFar

_FILE_NAME = "song.txt"
_LONGER_THAN_EXPECTED = 1.3
_SONG_BUTTONS = ("song:again:", "song:interrupted:")
"""How the custom ids of buttons begin that only messages with a song have."""


def in_progress(part: SongSoFar, grows: Song | None = None) -> MessageBody:
    """Show the song so far; its heading is known if a finished song is being continued (`grows`)."""
    above = [] if grows is None else _heading(grows)
    if part.partner is None:
        below = Text("-# " + tr("{artist} is singing …", artist=_name(part.artist)))
    else:
        below = Text("-# " + tr("{artists} are singing …", artists=singers(part.artist, part.partner)))
    lyrics = markdown.split(_lyrics(part.text, part.seed), MOST_TEXT - text_length([*above, below]))[-1]
    return MessageBody(blocks=[*above, Text(lyrics if lyrics.strip() else "…"), below], colour=colour_of(part.artist))


def finished(song: Song, buttons: Sequence[Sequence[Button]] = ()) -> MessageBody:
    """Show a finished song and how it was made, with rows of buttons below.

    A song that is too long for a message is cut between lines, and attached in full as a file.
    """
    above, below = _heading(song), _footer(song)
    pieces = markdown.split(_lyrics(song.text, song.seed), MOST_TEXT - text_length([*above, *below]))
    blocks: list[Block] = [*above, Text(pieces[0])]
    files = []
    if len(pieces) > 1:
        files.append(text_file(song.text))
        blocks.append(Download(_FILE_NAME))
    blocks += [Rule(), *below, *(Buttons(row) for row in buttons)]
    return MessageBody(blocks=blocks, colour=colour_of(song.artist), files=files)


def interrupted(part: SongSoFar | Song, buttons: Sequence[Button] = ()) -> MessageBody:
    """Show what there is of a song, and that it was interrupted."""
    if part.partner is None:
        below = Text("-# " + tr("{artist} was interrupted.", artist=_name(part.artist)))
    else:
        below = Text("-# " + tr("{artists} were interrupted.", artists=singers(part.artist, part.partner)))
    lyrics = markdown.split(_lyrics(part.text, part.seed), MOST_TEXT - text_length([below]))[-1]
    blocks: list[Block] = [Text(lyrics if lyrics.strip() else "…"), below]
    if buttons:
        blocks.append(Buttons(buttons))
    return MessageBody(blocks=blocks, colour=colour_of(part.artist))


def lyrics_in(message: discord.Message) -> str | None:
    """Return the song that a message of the bot shows, as it is escaped there; None if it shows none."""
    parts = list(_parts(message.components))
    if not any((getattr(part, "custom_id", None) or "").startswith(_SONG_BUTTONS) for part in parts):
        return None
    texts = [part.content for part in parts if isinstance(part, discord.TextDisplay)]
    # A line of a song that begins like this is escaped.
    return next((text for text in texts if not text.startswith(("### ", "-# "))), None)


def has_room(song: Song) -> bool:
    """Return whether the message has room for as many more lines as were asked for."""
    text = _lyrics(song.text, song.seed)
    taken = text_length([*_heading(song), Text(text), *_footer(song)])
    more = len(text) / max(1, song.line_count) * song.lines * _LONGER_THAN_EXPECTED
    return taken + more <= MOST_TEXT


def text_file(text: str) -> NamedFile:
    """Return the song as a plain text file."""
    return NamedFile(_FILE_NAME, (text.strip("\n") + "\n").encode("utf-8", "replace"))


def singers(artist: str, partner: str | None) -> str:
    """Name who sings a song: one artist, or two."""
    if partner is None:
        return _name(artist)
    return tr("{artist} and {partner}", artist=_name(artist), partner=_name(partner))


def _parts(components: Iterable[object]) -> Iterator[object]:
    for component in components:
        yield component
        yield from _parts(getattr(component, "children", ()))


def _heading(song: Song) -> list[Text]:
    notes = []
    if song.take > 1:
        notes.append(tr("another take"))
    if song.part > 1:
        notes.append(tr("part {number}", number=song.part))
    title = markdown.shortened(song.heading)
    heading = f"### {title}" if title else ""
    if notes:
        heading += f"\n-# {' · '.join(notes)}"
    heading = heading.strip()
    return [Text(heading)] if heading else []


def _footer(song: Song) -> list[Text]:
    parts = [_style(song)]
    if song.asked_by:
        parts.append(tr("for <@{user}>", user=song.asked_by))
    return [Text(f"-# {' · '.join(parts)}\n-# {wording.made_how(song)}")]


def _style(song: Song) -> str:
    artist = f"**{_name(song.artist)}**"
    if song.partner is None:
        return wording.generated(artist, None)
    return tr("{generated}, taking turns", generated=wording.generated(artist, f"**{_name(song.partner)}**"))


def _lyrics(text: str, seed: str) -> str:
    """Escape a song, with the seed in bold."""
    if not seed.strip() or not text.startswith(seed):
        return markdown.escape(text)
    words = seed.strip()
    before, after = seed[: seed.index(words)], seed[seed.index(words) + len(words) :]
    return f"{before}**{markdown.escape(words)}**{markdown.escape(after + text[len(seed) :])}"


def _name(artist: str) -> str:
    return markdown.shortened(artist, 100)
