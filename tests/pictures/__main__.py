"""Renders docs/pictures/: ``python -m tests.pictures [--out FOLDER] [--only NAME ...]``.

Needs Chromium and Noto's typefaces; takes five minutes.
"""

import argparse
import asyncio
import sys
from collections.abc import Collection
from pathlib import Path

from tests.pictures import browser
from tests.pictures.page import page
from tests.pictures.scenes import stage

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = (660, 1.5), (390, 2.0)
"""Widths in CSS pixels, and pixels per CSS pixel."""


async def render(out: Path, only: Collection[str]) -> None:
    """Play the scenes and write a picture of each, or of some, on dark and light, for a desktop and a phone."""
    browser.find()
    async with stage() as played:
        scenes = await played.scenes()
    for name, messages in scenes.items():
        if only and name not in only:
            continue
        for device, (width, scale) in (("desktop", DESKTOP), ("phone", PHONE)):
            for dark in (True, False):
                target = out / f"{name}-{device}-{'dark' if dark else 'light'}.png"
                target.write_bytes(await browser.photograph(page(messages, dark=dark, width=width), width, scale))
                print(f"{target} {target.stat().st_size:,} bytes", file=sys.stderr)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description="Pictures of the bot's answers.")
    parser.add_argument("--out", type=Path, default=DOCS, help=f"folder (default {DOCS})")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="scenes to write (default all)")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(render(out, options.only))
    except browser.NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
