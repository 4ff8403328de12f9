"""The training curve as a picture."""

from __future__ import annotations

import io
from typing import Any


def draw_curve(record: dict[str, Any]) -> bytes:
    """A PNG of bits per character against characters seen, from a training record.

    Shows the loss on the songs learned from, on the held-out songs, and the n-gram rival as a line.
    """
    import matplotlib  # heavy, and needed only here

    matplotlib.use("agg")
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=110, layout="constrained")
    axes = figure.subplots()
    curve = record.get("curve", [])
    seen = [point["characters"] / 1e6 for point in curve]
    axes.plot(seen, [p["train_bits_per_character"] for p in curve], color="#9aa5b1", label="songs learned from")
    held_out = [p["validation_bits_per_character"] for p in curve]
    axes.plot(seen, held_out, color="#1f6feb", linewidth=2, marker="o", markersize=3, label="held-out songs")
    rival = record.get("rival_bits_per_character")
    if rival:
        axes.axhline(rival, color="#d1495b", linestyle="--", label=f"n-gram rival, {rival:.2f}")
    best = record.get("validation_bits_per_character")
    # Matplotlib's own font lacks some scripts, and warns of each such letter on standard error.
    drawable = font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap()
    title = "".join(c if ord(c) in drawable else "\u25a1" for c in str(record.get("artist") or "base model"))
    # Matplotlib would read a dollar sign in a name as mathematics.
    axes.set_title(title.replace("$", r"\$") + (f": {best:.2f} bits per character" if best else ""))
    axes.set_xlabel("characters seen, millions")
    axes.set_ylabel("bits per character")
    axes.grid(alpha=0.25)
    if curve:
        axes.legend(frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
