"""The training curve as a picture."""

import io
import math
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

from lstm.model.record import TrainingRecord

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 770, 440
LEFT, TOP, RIGHT, BOTTOM = 66, 64, WIDTH - 18, HEIGHT - 54
"""The box that the curve is drawn in, pixels."""
FINER = 4
"""Lines are drawn this many times larger and scaled down, which smooths their edges."""
LEARNED, HELD_OUT, BASELINE = "#9aa5b1", "#1f6feb", "#d1495b"
INK, GRID = "#24292f", "#e6e8eb"

Points = Sequence[tuple[float, float]]


def draw_curve(record: TrainingRecord) -> bytes:
    """A PNG of bits per character against characters seen, from a training record.

    Shows the loss on the songs learned from, on the held-out songs, and the n-gram baseline as a line.
    """
    from PIL import Image, ImageDraw  # needed only here

    curve = record.curve
    seen = [point.characters / 1e6 for point in curve]
    learned = list(zip(seen, (point.train_bits_per_character for point in curve), strict=True))
    held_out = list(zip(seen, (point.validation_bits_per_character for point in curve), strict=True))
    baseline, best = record.baseline_bits_per_character, record.validation_bits_per_character
    across = _Axis([x for x, _ in learned], LEFT, RIGHT)
    up = _Axis([y for _, y in [*learned, *held_out]] + ([baseline] if baseline else []), BOTTOM, TOP)

    large = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), "white")
    pen = ImageDraw.Draw(large)

    def line(points: Points, colour: str, width: float) -> None:
        if len(points) > 1:
            pen.line([(x * FINER, y * FINER) for x, y in points], colour, round(width * FINER), joint="curve")

    for x in map(across.place, across.ticks):
        line([(x, TOP), (x, BOTTOM)], GRID, 1)
    for y in map(up.place, up.ticks):
        line([(LEFT, y), (RIGHT, y)], GRID, 1)
    placed = [(across.place(x), up.place(y)) for x, y in held_out]
    line([(across.place(x), up.place(y)) for x, y in learned], LEARNED, 2)
    line(placed, HELD_OUT, 2.5)
    for x, y in placed:
        pen.ellipse([((x - 2.5) * FINER, (y - 2.5) * FINER), ((x + 2.5) * FINER, (y + 2.5) * FINER)], HELD_OUT)
    legend = [(LEARNED, "songs learned from"), (HELD_OUT, "held-out songs")] if curve else []
    if baseline:
        for dash in range(LEFT, RIGHT, 9):
            line([(dash, up.place(baseline)), (min(dash + 6, RIGHT), up.place(baseline))], BASELINE, 2)
        legend.append((BASELINE, f"n-gram baseline, {baseline:.2f}"))
    line([(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM), (LEFT, TOP)], INK, 1)
    small = _font(14)
    widths = [small.getlength(label) + 58 for _, label in legend]
    starts = [(LEFT + RIGHT - sum(widths)) / 2 + sum(widths[:k]) for k in range(len(legend))]
    for start, (colour, _) in zip(starts, legend, strict=True):
        line([(start, TOP - 16), (start + 26, TOP - 16)], colour, 2.5)

    picture = large.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    pen = ImageDraw.Draw(picture)
    for start, (_, label) in zip(starts, legend, strict=True):
        pen.text((start + 34, TOP - 16), label, INK, small, anchor="lm")
    title = (record.artist or "base model").replace("\n", " ")
    title += f": {best:.2f} bits per character" if best else ""
    pen.text((WIDTH / 2, TOP - 36), title, INK, _font(17), anchor="ms")
    _write_axes(picture, across, up)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _write_axes(picture: "Image", across: "_Axis", up: "_Axis") -> None:
    from PIL import Image, ImageDraw

    pen, small = ImageDraw.Draw(picture), _font(14)
    for tick in across.ticks:
        pen.text((across.place(tick), BOTTOM + 7), across.text(tick), INK, small, anchor="ma")
    for tick in up.ticks:
        pen.text((LEFT - 7, up.place(tick)), up.text(tick), INK, small, anchor="rm")
    pen.text(((LEFT + RIGHT) / 2, HEIGHT - 8), "characters seen, millions", INK, small, anchor="ms")
    upwards = "bits per character"
    aside = Image.new("RGB", (round(small.getlength(upwards)) + 2, 20), "white")
    ImageDraw.Draw(aside).text((1, 15), upwards, INK, small, anchor="ls")
    aside = aside.rotate(90, expand=True)
    picture.paste(aside, (4, (TOP + BOTTOM - aside.height) // 2))


class _Axis:
    """Maps values to pixels between two ends, and picks round values for ticks."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        least, most = (min(values), max(values)) if values else (0.0, 1.0)
        margin = 0.05 * (most - least) or 0.5 * abs(most) or 0.5
        self._least, self._range = least - margin, most - least + 2 * margin
        self._start, self._length = start, end - start
        step = 10.0 ** math.floor(math.log10(self._range / 4))
        step *= next(factor for factor in (1, 2, 5, 10) if self._range / (step * factor) <= 8)
        first, last = math.ceil(self._least / step), math.floor((self._least + self._range) / step)
        self.ticks = [k * step for k in range(first, last + 1)]
        self._decimals = max(0, -math.floor(math.log10(step)))

    def text(self, tick: float) -> str:
        """A tick, with as many decimals as all have."""
        return f"{tick:.{self._decimals}f}"

    def place(self, value: float) -> float:
        return self._start + (value - self._least) / self._range * self._length


def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    data = (resources.files("lstm") / "data" / "DejaVuSans.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
