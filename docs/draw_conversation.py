"""Draw `conversation.png`: a real conversation in the console chat, as a terminal shows it.

    python docs/draw_conversation.py

Starts `python -m bot` in a pseudo-terminal on a fresh data folder, types a few lines, and paints the screen.
"""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

import matplotlib
import pyte
from PIL import Image, ImageDraw, ImageFont

COLUMNS, ROWS = 98, 90
TYPED = ("I walk alone", "/lyrics seed:The last bus home artist:neon-static rhyme:AABB lines:8", "/artists")
SIZE, LINE = 15, 20
COLOURS = {
    "default": "#d8dee9", "black": "#4c566a", "red": "#bf616a", "green": "#a3be8c", "brown": "#ebcb8b",
    "blue": "#81a1c1", "magenta": "#b48ead", "cyan": "#88c0d0", "white": "#e5e9f0",
}  # fmt: skip


def converse() -> pyte.Screen:
    """The screen after everything was typed and answered."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"LYRICS_DATA_DIR": folder, "TERM": "xterm-256color", "LYRICS_LOG_LEVEL": "WARNING"}
        process = subprocess.Popen(
            [sys.executable, "-m", "bot"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
            cwd=Path(__file__).parents[1], start_new_session=True,
        )  # fmt: skip

        def read(seconds: float) -> None:
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                if select.select([ours], [], [], left)[0]:
                    data = os.read(ours, 65536)
                    stream.feed(data)
                    if b"\x1b[6n" in data:  # the prompt asks where the cursor stands
                        os.write(ours, f"\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}R".encode())

        read(8)
        for line in TYPED:
            os.write(ours, line.encode() + b"\r")
            read(4)
        process.terminate()
        process.wait(15)
    return screen


def paint(screen: pyte.Screen, path: Path) -> None:
    """The screen as a picture, without the blank rows at its end."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    font = ImageFont.truetype(fonts / "DejaVuSansMono.ttf", SIZE)
    bold = ImageFont.truetype(fonts / "DejaVuSansMono-Bold.ttf", SIZE)
    width = font.getlength("m")
    used = max(k for k, row in enumerate(screen.display) if row.strip()) + 1
    image = Image.new("RGB", (int(COLUMNS * width) + 32, used * LINE + 32), "#2e3440")
    draw = ImageDraw.Draw(image)
    for y in range(used):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            if cell.data.strip():
                colour = COLOURS.get(cell.fg, f"#{cell.fg}" if len(cell.fg) == 6 else COLOURS["default"])
                draw.text((16 + x * width, 16 + y * LINE), cell.data, colour, bold if cell.bold else font)
    image.save(path, optimize=True)


if __name__ == "__main__":
    paint(converse(), Path(__file__).with_name("conversation.png"))
