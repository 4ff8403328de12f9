"""``python -m lstm.compare``: models side by side, with their figures and one song each from the same seed."""

import argparse
import json
import math
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from lstm import blas, cli
from lstm.model.record import stored_name

PROG = cli.program("lstm.compare")
NARROWEST_COLUMN = 32
"""Characters per song; with less room than that, songs are printed one below the other."""


@dataclass(frozen=True)
class Compared:
    """One model: what its file says about it, what was measured, and a song."""

    model: str
    """The path as it was given."""
    artist: str | None
    parameters: int
    file_bytes: int
    start: str | None
    """``base``, ``scratch``, or the file that the training started from."""
    songs: int | None
    """Songs that it was trained on and measured with."""
    seconds: float | None
    """Of the training."""
    validation_bits_per_character: float | None
    """On its own held-out songs: comparable only between models of the same corpus."""
    baseline_bits_per_character: float | None
    """Of the n-gram baseline on the same songs."""
    text_bits_per_character: float | None
    """On ``--text``: comparable between all models."""
    verdict: str | None
    lyrics: str


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(
        prog=PROG, description="Compare models side by side: their figures, and one song each from the same seed."
    )
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL", help="model files")
    parser.add_argument(
        "--text", type=Path, metavar="FILE", help="songs that none of the models has seen, to measure them on"
    )
    parser.add_argument(
        "--seed", default="I walk alone", metavar="TEXT", help="how each song begins (default: I walk alone)"
    )
    parser.add_argument("--lines", type=cli.number(int, 1, 200), help="lines of each song (default 12)")
    parser.add_argument(
        "--random-seed", type=cli.number(int, 0, 2**63), default=0, help="seed of all random choices (default 0)"
    )
    cli.add_gemm(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if len(options.seed) > 200:
        parser.error("--seed is longer than 200 characters")
    blas.use_threads()
    cli.use_gemm(options.gemm)
    return cli.run(lambda: _compare(options), PROG, cli.expected_errors)


def _compare(options: argparse.Namespace) -> int:
    from lstm.text.corpus import read_plainly
    from lstm.text.songs import join, songs_of

    text = None if options.text is None else join(songs_of(read_plainly([options.text])))
    compared = []
    for path in options.models:
        if sys.stderr.isatty():
            sys.stderr.write(f"{path} ...\n")
        compared.append(_look_at(path, text, options))
    if options.json:
        models = [{stored_name(name): value for name, value in asdict(one).items()} for one in compared]
        print(json.dumps({"seed": options.seed, "text": options.text and str(options.text), "models": models}))
    else:
        _show(compared)
    return 0


def _look_at(path: Path, text: str | None, options: argparse.Namespace) -> Compared:
    from lstm.model.model_file import load_model
    from lstm.network.likelihood import Likelihood
    from lstm.song.composing import SongSettings, compose

    model = load_model(path)
    bits = None
    if text is not None:
        ids = model.vocabulary.encode(text)
        bits = Likelihood(model.parameters, lengths=model.vocabulary.lengths).bits_per_character(ids)
    lines = SongSettings.lines if options.lines is None else options.lines
    settings = SongSettings(lines=lines, random_seed=options.random_seed)
    lyrics = "".join(compose(model, options.seed, settings))
    record = model.training
    return Compared(
        model=str(path),
        artist=record.artist,
        parameters=model.size,
        file_bytes=path.stat().st_size,
        start=record.start,
        songs=record.songs,
        seconds=record.seconds,
        validation_bits_per_character=record.validation_bits_per_character,
        baseline_bits_per_character=record.baseline_bits_per_character,
        text_bits_per_character=bits,
        verdict=record.verdict,
        lyrics=lyrics,
    )


def _show(compared: list[Compared]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=shutil.get_terminal_size((100, 24)).columns, highlight=False, markup=False)
    figures = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    figures.add_column("model", overflow="fold")
    for column in ("parameters", "file", "trained", "held out", "baseline", "on the text"):
        figures.add_column(column, justify="right")
    for name, one in zip(_names(compared), compared, strict=True):
        figures.add_row(
            Text(name),
            f"{one.parameters:,}",
            f"{one.file_bytes / 1e6:.1f} MB",
            "" if one.seconds is None else f"{one.seconds:.0f} s",
            _bits(one.validation_bits_per_character),
            _bits(one.baseline_bits_per_character),
            _bits(one.text_bits_per_character),
        )
    console.print(figures)
    console.print(
        "\nIn bits per character; lower is better. Held out: on the artist's own songs that were kept from training;"
        " baseline: the n-gram baseline on the same songs.\n"
    )
    side_by_side = console.width // len(compared) >= NARROWEST_COLUMN
    songs = Table(box=None, pad_edge=False, padding=(0, 3, 1, 0), header_style="bold", show_header=side_by_side)
    if side_by_side:
        for name in _names(compared):
            songs.add_column(Text(name), overflow="fold", ratio=1)
        songs.add_row(*(Text(one.lyrics) for one in compared))
    else:
        for name, one in zip(_names(compared), compared, strict=True):
            songs.add_row(Text.assemble((name, "bold"), "\n", one.lyrics))
    console.print(songs)
    for name, one in zip(_names(compared), compared, strict=True):
        if one.verdict:
            console.print(Text(f"{name}: {one.verdict}"))


def _names(compared: list[Compared]) -> list[str]:
    """The shortest path endings that distinguish the models."""
    parts = [Path(one.model).with_suffix("").parts for one in compared]
    longest = max(len(path) for path in parts)
    for count in range(1, longest + 1):
        names = ["/".join(path[-count:]) for path in parts]
        if len(set(names)) == len(set(parts)):
            return names
    return [one.model for one in compared]


def _bits(bits: float | None) -> str:
    return "" if bits is None or math.isnan(bits) else f"{bits:.3f}"


if __name__ == "__main__":
    sys.exit(main())
