"""A song as a picture to share: title and text on the artist's colour, readable on a phone."""

import colorsys
import io
from functools import cache, lru_cache
from importlib import resources

from PIL import Image, ImageDraw, ImageFont

WIDTH = 1080
"""Pixels; a phone shows the picture at about a third of that width."""
LEAST_HEIGHT, MOST_HEIGHT = 1080, 3240
MARGIN = 88
LARGEST_LINE, SMALLEST_LINE = 46, 26
"""Text sizes in pixels; the text is as large as the song allows."""
COMFORTABLE_LINE, COMFORTABLE_HEIGHT = 34, 1100
"""Down to this size, the text shrinks so that no line wraps and the picture stays almost square."""
TITLE, SMALLEST_TITLE, SMALL = 62, 44, 28
LINE_SPACING, STANZA_SPACING = 1.42, 0.75
_WHITE, _FAINT = (255, 255, 255), (255, 255, 255, 175)
_LETTERS_THAT_MAY_MISS = 0.02
"""Share of letters that the font may lack; they are left out."""

RGB = tuple[int, int, int]


class CannotBeDrawnError(Exception):
    """The font lacks the song's letters."""


def draw_card(title: str, text: str, signature: str, colour: RGB) -> bytes:
    """Draw a song and return the picture as PNG.

    Args:
        title: the song's name.
        text: its lines, with blank lines between stanzas.
        signature: the line at the bottom.
        colour: of the artist.

    Raises:
        CannotBeDrawnError: if the font lacks too many of the letters.
    """
    text, title, signature = (_drawable(part) for part in (text, title, signature))
    if not text.strip():
        raise CannotBeDrawnError
    title_size = _title_size(title)
    heading = _wrapped(title, title_size)
    size, body = _fitted(text.strip("\n").split("\n"), room=MOST_HEIGHT - _frame(heading))
    height = min(MOST_HEIGHT, max(LEAST_HEIGHT, round(_frame(heading) + _height(body, size))))

    picture = _background(height, colour)
    pen = ImageDraw.Draw(picture, "RGBA")
    y = float(MARGIN)
    for line in heading:
        pen.text((MARGIN, y), line, _WHITE, _font(title_size), stroke_width=1)
        y += TITLE * 1.25
    y += TITLE * 0.2
    pen.line([(MARGIN, y), (MARGIN + 120, y)], _FAINT, 5)
    y += TITLE * 0.7
    room = height - _frame(heading)
    y += max(0.0, (room - _height(body, size)) / 2)
    for line in body:
        if line:
            pen.text((MARGIN, y), line, _WHITE, _font(size))
        y += size * (LINE_SPACING if line else STANZA_SPACING)
    pen.text((MARGIN, height - MARGIN), signature, _FAINT, _font(SMALL), anchor="ls")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _title_size(title: str) -> int:
    """Choose the largest size at which a title has one row; the largest of all where it has more at every size."""
    return next((size for size in range(TITLE, SMALLEST_TITLE - 1, -2) if len(_wrapped(title, size)) == 1), TITLE)


def _frame(heading: list[str]) -> int:
    """Return the height of everything but the song's lines."""
    return round(2 * MARGIN + TITLE * (1.25 * len(heading) + 0.9) + SMALL * 2.5)


def _fitted(lines: list[str], room: float) -> tuple[int, list[str]]:
    """Choose the largest size at which the lines fit; at the smallest, what does not fit is cut off."""
    size = LARGEST_LINE
    while True:
        body = [part for line in lines for part in (_wrapped(line, size) or [""])]
        is_unbroken = len(body) == len(lines)
        most = COMFORTABLE_HEIGHT if size > COMFORTABLE_LINE else room
        if size <= SMALLEST_LINE or (_height(body, size) <= most and (is_unbroken or size <= COMFORTABLE_LINE)):
            break
        size -= 2
    while _height(body, size) > room:
        body = [*body[:-2], "…"]
    return size, body


def _height(lines: list[str], size: int) -> float:
    return sum(size * (LINE_SPACING if line else STANZA_SPACING) for line in lines)


def _wrapped(line: str, size: int) -> list[str]:
    """Wrap a line that is too wide between words, or within a word that is too wide itself."""
    font, most = _font(size), WIDTH - 2 * MARGIN
    rows: list[str] = []
    row = ""
    for word in line.split():
        longer = f"{row} {word}" if row else word
        if font.getlength(longer) <= most:
            row = longer
            continue
        if row:
            rows.append(row)
        while font.getlength(word) > most:
            cut = next(n for n in range(len(word) - 1, 0, -1) if font.getlength(word[:n]) <= most)
            rows.append(word[:cut])
            word = word[cut:]
        row = word
    return [*rows, row] if row else rows


def _background(height: int, colour: RGB) -> Image.Image:
    """Fade from the colour to a darker one, dark enough for white letters."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    ends = [
        tuple(round(255 * part) for part in colorsys.hls_to_rgb((hue + turn) % 1, light, saturation * 0.8))
        for turn, light in ((0.0, min(lightness, 0.36)), (0.06, 0.17))
    ]
    ramp = Image.linear_gradient("L").resize((WIDTH, height))
    return Image.composite(Image.new("RGB", (WIDTH, height), ends[1]), Image.new("RGB", (WIDTH, height), ends[0]), ramp)


def _drawable(text: str) -> str:
    """Leave out the characters that the font lacks."""
    kept = "".join(character for character in text if character == "\n" or _has(character))
    letters = sum(character.isalpha() for character in text)
    lost = letters - sum(character.isalpha() for character in kept)
    if lost > _LETTERS_THAT_MAY_MISS * letters:
        raise CannotBeDrawnError
    return kept


@cache
def _font_file() -> bytes:
    return resources.files("lstm").joinpath("data/DejaVuSans.ttf").read_bytes()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_font_file()), size)


@cache
def _missing() -> bytes:
    return bytes(_font(SMALL).getmask("\U0010fffe"))


@lru_cache(maxsize=10_000)
def _has(character: str) -> bool:
    return character.isspace() or (character.isprintable() and bytes(_font(SMALL).getmask(character)) != _missing())
