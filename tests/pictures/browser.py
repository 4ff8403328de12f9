"""Chromium without a window, which makes a picture of a page."""

import asyncio
import io
import os
import shutil
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TALLEST = 2600
_MARGIN = 14
_MIXED_COLOURS = 96
"""Of the 256 of a picture, which loses nothing that can be seen by them, and two thirds of its bytes."""


class NoBrowserError(Exception):
    """There is no Chromium on this machine."""


def find() -> str:
    """Return the path of the browser."""
    for name in _NAMES:
        if (path := shutil.which(name)) is not None:
            return path
    raise NoBrowserError("Chromium is needed for this: apt-get install chromium fonts-noto-core fonts-noto-color-emoji")


async def photograph(html: str, width: int, scale: float) -> bytes:
    """Return a PNG of a page of that width in CSS pixels, cut off below its content."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.png"
        source.write_text(html, encoding="utf-8")
        arguments = [
            "--headless",
            "--disable-gpu",
            "--hide-scrollbars",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            f"--user-data-dir={folder}/profile",
            f"--force-device-scale-factor={scale:g}",
            f"--window-size={max(width, 500)},{_TALLEST}",  # Chromium has no narrower windows
            f"--screenshot={target}",
            source.as_uri(),
        ]
        process = await asyncio.create_subprocess_exec(
            find(), *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        await process.wait()
        return _trimmed(target.read_bytes(), round(width * scale), round(_MARGIN * scale))


def _trimmed(png: bytes, width: int, margin: int) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.crop((0, 0, width, picture.height))
    background = Image.new("RGB", picture.size, picture.getpixel((0, picture.height - 1)))
    box = ImageChops.difference(picture, background).getbbox()
    assert box is not None, "the page shows nothing"
    picture = picture.crop((0, 0, width, min(picture.height, box[3] + margin)))
    file = io.BytesIO()
    picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _palette(picture: Image.Image) -> Image.Image:
    """Choose 256 colours: the commonest as they are, so that no area is tinted, and the rest for edges and emoji."""
    counted = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    exact = [colour for _, colour in counted[: 256 - _MIXED_COLOURS]]
    mixed = picture.quantize(_MIXED_COLOURS, Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in exact for part in colour), *mixed])
    return palette
