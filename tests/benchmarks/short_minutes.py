"""How much of short minutes goes into learning: ``python -m tests.benchmarks.short_minutes FILE...``.

Trains on each file for each limit, from the base and from scratch (H 512), each in a process of its own, and prints the
seconds that went into updates and into everything, reading included: by the wall clock, and of the processor.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

MINUTES = (0.25, 0.5, 1.0)
HIDDEN = 512


@dataclass(frozen=True)
class Spent:
    """Where the time of a training went, in seconds; of the processor where the name says so."""

    preparation: float
    learning: float
    whole: float
    learning_processor: float
    whole_processor: float
    peak_mb: float
    characters_seen: int
    left_out_characters: int
    measured_characters: int


def train(file: Path, minutes: float, start: str) -> Spent:
    """Train as `lstm.train` does, with the updates timed."""
    from lstm.text.bounds import check_bounds
    from lstm.text.corpus import read_corpus
    from lstm.training.base_model import load_base
    from lstm.training.preparation import readable_characters
    from lstm.training.settings import TrainingSettings
    from lstm.training.start import Start
    from lstm.training.trainer import Trainer

    began, began_processor = time.perf_counter(), time.process_time()
    understood = read_corpus([file], readable_characters(minutes))
    check_bounds(understood.text)
    settings = TrainingSettings(minutes=minutes, hidden=HIDDEN if start == "scratch" else None)
    how = Start.auto(load_base()) if start == "base" else Start.from_scratch()
    trainer = Trainer(understood.text, settings, file.stem, how, started=began, unread_characters=understood.left_out)
    preparation = time.perf_counter() - began
    learning = learning_processor = 0.0
    update = trainer.loop.update

    def timed() -> float:
        nonlocal learning, learning_processor
        wall, processor = time.perf_counter(), time.process_time()
        nats = update()
        learning += time.perf_counter() - wall
        learning_processor += time.process_time() - processor
        return nats

    trainer.loop.update = timed  # type: ignore[method-assign]
    for _ in trainer.run():
        pass
    record = trainer.result().training
    return Spent(
        preparation,
        learning,
        time.perf_counter() - began,
        learning_processor,
        time.process_time() - began_processor,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        record.characters_seen or 0,
        record.left_out_characters or 0,
        record.measured_characters or 0,
    )


def row(file: Path, minutes: float, start: str, spent: Spent) -> str:
    """A row of the table."""
    kilobytes, limit = file.stat().st_size / 1000, 60 * minutes
    return (
        f"| {kilobytes:,.0f} KB | {minutes:g} | {start} | {spent.preparation:.1f} | {spent.whole:.1f} of {limit:.0f} "
        f"| {spent.learning / spent.whole:.0%} | {spent.learning_processor / spent.whole_processor:.0%} "
        f"| {spent.characters_seen:,} | {spent.measured_characters:,} | {spent.left_out_characters:,} "
        f"| {spent.peak_mb:.0f} |"
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, nargs="+", default=MINUTES)
    parser.add_argument("--start", nargs="+", choices=("base", "scratch"), default=("base", "scratch"))
    parser.add_argument("--once", action="store_true", help="one training, as JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(asdict(train(options.files[0], options.minutes[0], options.start[0]))))
        return 0
    print(
        "| corpus | minutes | start | prepared after, s | whole, s | learning | learning, processor "
        "| characters learned | measured | left out | peak MB |"
    )
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for start in options.start:
        for file in options.files:
            for minutes in options.minutes:
                command = [sys.executable, "-m", __spec__.name, str(file), "--once"]
                command += ["--minutes", str(minutes), "--start", start]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                print(row(file, minutes, start, Spent(**json.loads(done.stdout))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
