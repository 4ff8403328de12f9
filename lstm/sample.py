"""``python -m lstm.sample``: songs of a model, on standard output."""

import argparse
import json
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lstm import blas, cli
from lstm.rhyme.schemes import RHYMES
from lstm.song.form import FORMS

if TYPE_CHECKING:
    from lstm.song.composing import Report

PROG = cli.program("lstm.sample")


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(prog=PROG, description="Let a model sing; the songs go to standard output.")
    parser.add_argument("--model", type=Path, required=True, metavar="FILE", help="model to sample from")
    parser.add_argument("--seed", default="", metavar="TEXT", help="how the song begins, up to 200 characters")
    parser.add_argument("--lines", type=cli.number(int, 1, 200), help="lines of text (default 12)")
    parser.add_argument(
        "--temperature",
        type=cli.number(float, 0.1, 1.5),
        help="0.1 (safe) to 1.5 (wild); default 0.6, which reads best",
    )
    parser.add_argument(
        "--top-p",
        type=cli.number(float, 0.05, 1.0),
        help="sample from the likeliest units with this total probability (default 0.95)",
    )
    parser.add_argument(
        "--rhyme", choices=RHYMES, default="auto", type=_scheme, help="rhyme scheme (default auto: as the artist does)"
    )
    parser.add_argument(
        "--form",
        choices=FORMS,
        default="song",
        type=str.lower,
        help="song (default): verses and a recurring chorus; verses: no chorus; free: the network ends stanzas",
    )
    parser.add_argument("--count", type=cli.number(int, 1, 1000), default=1, help="how many songs (default 1)")
    parser.add_argument(
        "--random-seed", type=cli.number(int, 0, 2**63), help="the same random seed gives the same songs"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the songs to this file instead")
    cli.add_gemm(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if len(options.seed) > 200:
        parser.error("--seed is longer than 200 characters")
    blas.use_threads()
    cli.use_gemm(options.gemm)
    return cli.run(lambda: _sample(options), PROG, cli.expected_errors)


def _scheme(text: str) -> str:
    return next((scheme for scheme in RHYMES if scheme.casefold() == text.casefold()), text)


def _sample(options: argparse.Namespace) -> int:
    from lstm.model.model_file import load_model
    from lstm.song.composing import Composition, SongSettings, drive
    from lstm.song.singer import Singer

    singer = Singer(load_model(options.model))
    first_seed = secrets.randbits(32) if options.random_seed is None else options.random_seed
    defaults = SongSettings()
    streaming = not options.json and options.out is None
    songs, characters, started = [], 0, time.perf_counter()
    for k in range(options.count):
        settings = SongSettings(
            lines=defaults.lines if options.lines is None else options.lines,
            temperature=defaults.temperature if options.temperature is None else options.temperature,
            top_p=defaults.top_p if options.top_p is None else options.top_p,
            rhyme=options.rhyme,
            form=options.form,
            random_seed=first_seed + k,
        )
        composition = Composition(singer, options.seed, settings)
        pieces = []
        if k and streaming:
            print("\n\n")
        for piece in drive(composition):
            pieces.append(piece)
            if streaming:
                print(piece, end="", flush=True)
        if streaming:
            print(flush=True)
            sys.stderr.write(_told(composition.report()))
        songs.append("".join(pieces))
        characters += composition.sampled_characters
    speed = characters / max(1e-9, time.perf_counter() - started)
    if options.out is not None:
        _write(options.out, "\n\n\n".join(songs) + "\n")
    if options.json:
        print(json.dumps({"lyrics": songs, "characters_per_second": round(speed, 1)}, ensure_ascii=False))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8", "replace")
    except OSError as error:  # a full disk names no file
        raise OSError(error.errno, error.strerror, str(path)) from error


def _told(report: "Report") -> str:
    """How new a song is, in a line."""
    told = f"-- longest run copied from the artist's songs: {report.longest_copied_run} words; "
    told += f"{report.new_4grams:.0%} of the runs of four words are new"
    if report.copied_lines:
        told += "; 1 line is a copy" if report.copied_lines == 1 else f"; {report.copied_lines} lines are copies"
    if report.rhymes_missed:
        told += (
            "; 1 line has no rhyme" if report.rhymes_missed == 1 else f"; {report.rhymes_missed} lines have no rhyme"
        )
    if report.title_lines:
        told += "; the part of the seed that is not in the artist's script or language is the title"
    return told + "\n"


if __name__ == "__main__":
    sys.exit(main())
