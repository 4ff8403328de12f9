"""``python -m lstm.pretrain``: train a base model by a recipe, for hours or days, in the background.

RECIPE is a TOML file with the texts, mixtures, sizes, schedules and seeds, such as ``lstm/pretrained/base.toml``. The
run writes a checkpoint every minute beside the model, from which ``--resume`` continues bit for bit after a kill, and a
plain log.
"""

import argparse
import datetime
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from lstm import blas, cli
from lstm.display import Display, display

if TYPE_CHECKING:
    from lstm.model.model_file import Model
    from lstm.model.record import CurvePoint, TrainingRecord
    from lstm.training.pretraining.training import Pretraining

PROG = cli.program("lstm.pretrain")
CHECKPOINT_SECONDS = 60.0
LOG_SECONDS = 60.0
"""Longest time between two lines of the log; every evaluation gets a line too."""


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(prog=PROG, description="Train a base model from a recipe; this takes hours.")
    parser.add_argument("recipe", type=Path, metavar="RECIPE", help="TOML file of texts, sizes and schedules")
    parser.add_argument(
        "--corpora",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder that the recipe's file patterns are relative to",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="model file; checkpoint and log are put beside it"
    )
    parser.add_argument(
        "--start", type=Path, metavar="MODEL", help="continue this model, with its units, instead of a new network"
    )
    parser.add_argument("--from", dest="first_run", metavar="RUN", help="skip the runs of the recipe before this one")
    parser.add_argument(
        "--share",
        type=cli.number(float, 1e-6, 1),
        default=1.0,
        help="do only this share of each run, to try out a recipe",
    )
    parser.add_argument("--threads", type=cli.number(int, 1, 256), default=1, help="BLAS threads (default 1)")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint of an interrupted run")
    cli.add_gemm(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if options.out.is_dir() or options.out.suffix in (".checkpoint", ".log"):
        parser.error(
            f"--out {options.out} cannot be the model file: it is a folder, or has the suffix of another kind of file"
        )
    checkpoint = options.out.with_suffix(".checkpoint")
    if checkpoint.exists() and not options.resume:
        parser.error(f"{checkpoint} belongs to an interrupted run: continue it with --resume, or delete it")
    blas.use_threads(options.threads)
    cli.use_gemm(options.gemm)
    return cli.run(lambda: _pretrain(options, checkpoint), PROG, cli.expected_errors)


def _pretrain(options: argparse.Namespace, checkpoint: Path) -> int:
    import numpy as np

    from lstm.model.atomic_write import write_atomically
    from lstm.model.model_file import Model, dump_model, load_model
    from lstm.network.gemm import layout
    from lstm.training.errors import CheckpointError
    from lstm.training.pretraining.reading import Reading, initial_weights
    from lstm.training.pretraining.recipe import read_recipe
    from lstm.training.pretraining.training import Pretraining

    recipe = read_recipe(options.recipe)
    if options.first_run is not None:
        recipe = recipe.from_run(options.first_run)
    start = load_model(options.start) if options.start is not None else None
    out: Path = options.out
    with _log(out.with_suffix(".log")) as log:
        log.line("reading the texts")
        reading = Reading(recipe, options.corpora, start.vocabulary if start else None)
        weights = start.parameters.copy() if start else initial_weights(recipe, reading)
        pretraining = Pretraining(reading, weights, options.share)
        settings = {**recipe.settings, "start": start and start.sha256, "from": options.first_run}
        rates = [run.schedule.rates() for run in recipe.runs]
        identity = {"recipe": settings, "learning_rates": rates, "share": options.share, "data": reading.hashes}
        log.line(
            f"{reading.training_characters:,} characters from {len(reading.hashes)} files, "
            f"{len(reading.vocabulary):,} units, {len(weights.flat):,} parameters, matrix products: {layout()}"
        )
        if options.resume and checkpoint.exists():
            try:
                pretraining.restore(checkpoint.read_bytes(), identity)
            except CheckpointError as error:
                raise CheckpointError(f"{checkpoint}: {error}") from None
            log.line(f"continuing from {checkpoint}, after {pretraining.updates:,} updates")
        elif options.resume:
            log.line(f"there is no checkpoint {checkpoint}; starting from the beginning")

        def save() -> None:
            write_atomically(checkpoint, pretraining.checkpoint(identity))

        with cli.interruptions() as interrupted:
            _run(pretraining, save, interrupted, log)
            save()
        if interrupted():
            log.line(f"interrupted; --resume continues from {checkpoint}")
            return cli.INTERRUPTED
        record = _record(pretraining, reading.hashes, settings, options.threads)
        model = Model(weights, reading.vocabulary, training=record)
        write_atomically(out, dump_model(model, np.float16))
        checkpoint.unlink(missing_ok=True)
        log.line(f"done: {out}")
    _report(model, out, pretraining.updates, options.json)
    return 0


def _record(
    pretraining: "Pretraining", hashes: Mapping[str, str], settings: Mapping[str, Any], threads: int
) -> "TrainingRecord":
    """What the model says about its training."""
    from lstm.model.record import TrainingRecord
    from lstm.network.gemm import layout

    seen, last = pretraining.seen, pretraining.curve[-1]
    return TrainingRecord(
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        data=hashes,
        settings=settings,
        threads=threads,
        products=layout(),
        characters_seen=round(seen.characters),
        seconds=round(seen.seconds, 1),
        characters_per_second=round(seen.characters / max(1e-9, seen.seconds)),
        train_bits_per_character=last.train_bits_per_character,
        validation_bits_per_character=last.validation_bits_per_character,
        curve=tuple(pretraining.curve),
    )


class _Log:
    """Writes lines with the time to a file, and without it to standard error, where a terminal shows a bar instead."""

    def __init__(self, file: TextIO, shown: Display) -> None:
        self._file, self._display = file, shown

    def line(self, text: str) -> None:
        self._write(text)
        self._display.say(text)

    def progress(self, share: float, figures: str, is_line: bool) -> None:
        if is_line:
            self._write(f"{share:6.1%}  {figures}")
        self._display.show(share, figures, is_line)

    def _write(self, text: str) -> None:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._file.write(f"{now}  {text}\n")
        self._file.flush()


@contextmanager
def _log(path: Path) -> Iterator[_Log]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file, display("reading the texts") as shown:
        yield _Log(file, shown)


def _run(pretraining: "Pretraining", save: Callable[[], None], interrupted: Callable[[], bool], log: _Log) -> None:
    saved = written = began = time.monotonic()
    progress_before = pretraining.progress
    for point in pretraining.run():
        now = time.monotonic()
        pace = (pretraining.progress - progress_before) / max(1e-9, now - began)
        is_line = point is not None or now - written >= LOG_SECONDS
        log.progress(pretraining.progress, _figures(pretraining, point, pace), is_line)
        if is_line:
            written = now
        if interrupted():
            return
        if now - saved >= CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()


def _figures(pretraining: "Pretraining", point: "CurvePoint | None", pace: float) -> str:
    """Stage, characters read, bits per character, speed, and time left at a pace in shares per second."""
    seen, curve = pretraining.seen, pretraining.curve
    bits = point.train_bits_per_character if point else seen.nats / math.log(2) / max(1.0, seen.characters_measured)
    figures = [pretraining.stage, f"{seen.characters:,.0f} characters read", f"loss {bits:.3f}"]
    if curve:
        figures.append(f"held out {curve[-1].validation_bits_per_character:.3f}")
    figures.append(f"{seen.characters / max(1e-9, seen.seconds):,.0f} characters/s")
    minutes, seconds = divmod(round((1 - pretraining.progress) / max(1e-12, pace)), 60)
    hours, minutes = divmod(minutes, 60)
    left = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"
    return "  ".join([*figures, f"{left} left"])


def _report(model: "Model", out: Path, updates: int, as_json: bool) -> None:
    record = model.training
    if as_json:
        keys = (
            "characters_seen", "seconds", "characters_per_second", "train_bits_per_character",
            "validation_bits_per_character",
        )  # fmt: skip
        stored = record.to_json()
        summary = {"model": str(out), "parameters": model.size, "updates": updates}
        print(json.dumps(summary | {key: stored[key] for key in keys}))
        return
    print(
        f"{out}: {record.validation_bits_per_character:.3f} bits per character on songs that it has not read\n"
        f"{record.characters_seen:,} characters in {updates:,} updates and {record.seconds:,.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
