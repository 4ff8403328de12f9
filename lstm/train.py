"""``python -m lstm.train``: train an artist offline, from a corpus to a model file and its curve."""

import argparse
import json
import math
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lstm import blas, cli, shipped
from lstm.display import display

if TYPE_CHECKING:
    from lstm.model.model_file import Model
    from lstm.training.start import Start
    from lstm.training.trainer import Progress, Trainer

PROG = cli.program("lstm.train")
CHECKPOINT_SECONDS = 15.0
QUICK_SECONDS = 2.0
"""Preparation that takes less is not reported."""


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    number = cli.number
    parser = cli.Parser(prog=PROG, description="Train an artist offline, from a corpus to a model file.")
    parser.add_argument("--artist", required=True, metavar="NAME", help="name of the corpus, the model and the curve")
    parser.add_argument(
        "--corpus", type=Path, nargs="+", metavar="FILE_OR_FOLDER", help="songs (default: DIR/corpora/NAME.txt)"
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), metavar="DIR", help="data folder (default data)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="model file (default: DIR/models/NAME.safetensors)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=number(float, 0.01, 100_000), help="time limit in minutes")
    length.add_argument("--epochs", type=number(float, 0.01, 10_000), help="passes over the corpus")
    scratch = parser.add_argument_group("sizes (imply --start scratch)")
    scratch.add_argument("--hidden", type=number(int, 1, 4096), help="hidden units per layer")
    scratch.add_argument("--layers", type=number(int, 1, 8), help="LSTM layers")
    scratch.add_argument("--embedding", type=number(int, 1, 2048), help="size of the embedding")
    parser.add_argument("--batch", type=number(int, 1, 1024), help="parallel streams of text")
    parser.add_argument("--unroll", type=number(int, 1, 4096), help="length of truncated backpropagation through time")
    parser.add_argument("--optimiser", default="adam", metavar="adam|rmsprop", help="optimiser (default adam)")
    parser.add_argument(
        "--start",
        default="auto",
        metavar="auto|base|scratch|FILE",
        help="what to start from (default auto: the base if it knows the alphabet, unless a trial prefers scratch)",
    )
    parser.add_argument(
        "--random-seed", type=number(int, 0, 2**63), default=0, help="seed of all random choices (default 0)"
    )
    parser.add_argument("--threads", type=number(int, 1, 256), default=1, help="BLAS threads (default 1)")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint of an interrupted run")
    cli.add_gemm(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if options.hidden or options.layers or options.embedding:
        if options.start not in ("auto", "scratch"):
            parser.error("--hidden, --layers and --embedding need --start scratch: other starts have their own sizes")
        options.start = "scratch"
    _check_name(parser, options.artist.strip())
    if options.out is not None and (options.out.is_dir() or options.out.suffix in (".png", ".checkpoint")):
        parser.error(
            f"--out {options.out} cannot be the model file: it is a folder, or has the suffix of another kind of file"
        )
    if options.out is None and _is_shipped(options.data_dir, options.artist.strip()):
        parser.error(
            f"{options.artist.strip()} comes with the bot; choose another name, or name a model file with --out"
        )
    blas.use_threads(options.threads)
    _check_optimiser(parser, options.optimiser)
    cli.use_gemm(options.gemm)
    return cli.run(lambda: _train(options), PROG, cli.expected_errors)


def _check_optimiser(parser: cli.Parser, name: str) -> None:
    from lstm.network.optimiser import OPTIMISERS  # with NumPy, whose threads are limited by then

    if name not in OPTIMISERS:
        parser.error(f"--optimiser {name!r} is not one of {', '.join(OPTIMISERS)}")


def _check_name(parser: cli.Parser, name: str) -> None:
    if not 1 <= len(name) <= 40 or any(c in "/\\:\0" or not c.isprintable() for c in name) or name[0] == ".":
        parser.error(
            f"--artist {name!r} is not an artist name: use 1 to 40 characters without slash, backslash or colon"
        )


def _is_shipped(data_dir: Path, name: str) -> bool:
    """Whether the model would replace one of those in the checkout, which are under version control."""
    return name.casefold() in shipped.ARTISTS and data_dir.resolve() == shipped.CHECKOUT_DATA.resolve()


def _start(choice: str) -> "Start":
    from lstm.model.model_file import load_model
    from lstm.text.errors import CorpusError
    from lstm.training.base_model import load_base
    from lstm.training.start import Start

    if choice == "scratch":
        return Start.from_scratch()
    if choice not in ("auto", "base"):
        return Start(load_model(Path(choice)), choice)
    base = load_base()
    if choice == "auto":
        return Start.auto(base)
    if base is None:
        raise CorpusError("This installation has no base model; use --start scratch.")
    return Start(base)


def _train(options: argparse.Namespace) -> int:
    import numpy as np

    from lstm.model.atomic_write import write_atomically
    from lstm.model.model_file import dump_model
    from lstm.text.amount import check_amount
    from lstm.text.bounds import check_bounds
    from lstm.text.corpus import read_corpus
    from lstm.training.curve import draw_curve
    from lstm.training.preparation import readable_characters
    from lstm.training.settings import TrainingSettings
    from lstm.training.trainer import Trainer, minutes_when_begun

    name = options.artist.strip()
    corpus = options.corpus or [options.data_dir / "corpora" / f"{name}.txt"]
    out: Path = options.out or options.data_dir / "models" / f"{name}.safetensors"
    checkpoint = out.with_suffix(".checkpoint")
    settings = TrainingSettings(
        minutes=options.minutes,
        epochs=options.epochs,
        hidden=options.hidden,
        layers=options.layers,
        embedding=options.embedding,
        batch=options.batch,
        unroll=options.unroll,
        optimiser=options.optimiser,
        random_seed=options.random_seed,
        samples=not options.json,
    )
    began = time.perf_counter()
    saved = checkpoint.read_bytes() if options.resume and checkpoint.exists() else None
    if options.resume and saved is None:
        _say(f"There is no checkpoint {checkpoint}; starting from the beginning.")
    elif not options.resume and checkpoint.exists():
        _say(f"Starting from the beginning; --resume would have gone on from {checkpoint}.")
    with _naming(checkpoint):
        minutes = settings.minutes if saved is None else minutes_when_begun(saved)
    understood, start = read_corpus(corpus, readable_characters(minutes)), _start(options.start)
    check_bounds(understood.text)
    check_amount(understood.text)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _progress() as show:
        with _naming(checkpoint):
            trainer = Trainer(
                understood.text,
                settings,
                name,
                start,
                saved,
                on_preparation=show,
                started=began,
                unread_characters=understood.left_out,
                kinds=understood.kinds,
            )
        _say(understood.report())

        def save() -> None:
            write_atomically(checkpoint, trainer.checkpoint())

        with cli.interruptions() as interrupted:
            _run(trainer, save, interrupted, show)
    save()
    if interrupted():
        _say(f"Interrupted; --resume continues from {checkpoint}.")
        return cli.INTERRUPTED
    model = trainer.result()
    write_atomically(out, dump_model(model, np.float16))
    write_atomically(out.with_suffix(".png"), draw_curve(model.training))
    checkpoint.unlink(missing_ok=True)
    _report(model, out, options.json)
    return 0


@contextmanager
def _naming(checkpoint: Path) -> Iterator[None]:
    """Say which file it was, if a checkpoint cannot be used: a trainer only knows its bytes."""
    from lstm.training.errors import CheckpointError

    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"{checkpoint}: {error}") from None


def _run(
    trainer: "Trainer", save: Callable[[], None], interrupted: Callable[[], bool], show: Callable[["Progress"], None]
) -> None:
    saved = time.monotonic()
    for progress in trainer.run():
        show(progress)
        if interrupted():
            return
        if time.monotonic() - saved >= CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()


def _report(model: "Model", out: Path, as_json: bool) -> None:
    record = model.training
    if as_json:
        keys = (
            "artist", "characters_seen", "epochs", "seconds", "characters_per_second", "train_bits_per_character",
            "validation_bits_per_character", "rival_bits_per_character", "stopped", "start", "songs",
            "near_copies_set_aside", "verdict",
        )  # fmt: skip
        stored = record.to_json()
        summary = {key: stored.get(key) for key in keys}
        summary |= {"model": str(out), "parameters": model.size}
        print(json.dumps(summary, ensure_ascii=False))
        return
    print(
        f"{record.artist}: {record.verdict}\n"
        f"{record.characters_seen:,} characters ({record.epochs} epochs) in {record.seconds:.0f} s, "
        f"{record.characters_per_second:,.0f} per second; "
        f"stopped: {record.stopped}\n"
        f"model:  {out}\n"
        f"curve:  {out.with_suffix('.png')}\n"
        f"a song: {cli.other_program(PROG, 'sample')} --model {shlex.quote(str(out))} --seed 'I walk alone'"
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def _progress() -> Iterator[Callable[["Progress"], None]]:
    """Show progress on standard error, once the preparation has taken a while."""
    with display("reading the corpus") as shown:
        stage = ""

        def show(progress: "Progress") -> None:
            if not progress.characters_planned and progress.seconds < QUICK_SECONDS:
                return
            nonlocal stage
            is_new = progress.evaluated or progress.share == 1 or progress.stage != stage
            stage = progress.stage
            shown.show(progress.share, _figures(progress), is_new)
            if progress.sample:
                shown.say("\n" + _indented(progress.sample) + "\n")

        yield show


def _figures(progress: "Progress") -> str:
    if not progress.characters_planned:
        return progress.stage
    figures = [] if math.isnan(progress.train_bits_per_character) else [f"loss {progress.train_bits_per_character:.3f}"]
    if progress.validation_bits_per_character is not None:
        figures.append(f"held out {progress.validation_bits_per_character:.3f}")
    if progress.baseline_bits_per_character is not None:
        figures.append(f"n-gram {progress.baseline_bits_per_character:.3f}")
    figures.append(f"{progress.characters_per_second:,.0f} characters/s")
    if progress.seconds_left < 1e7:
        figures.append(f"{progress.seconds_left:,.0f} s left")
    return "  ".join(figures)


def _indented(verse: str) -> str:
    return "\n".join(f"    {line}" for line in verse.splitlines())


if __name__ == "__main__":
    sys.exit(main())
