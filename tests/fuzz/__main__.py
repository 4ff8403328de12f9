"""`python -m tests.fuzz`: odd inputs for everything that reads foreign data, until the time is up; prints how many.

Each target starts from the random seed given, so that a finding can be had again: it is printed with its target, its
number and what went wrong. With `--atheris` the targets that read files are fuzzed by coverage instead (libFuzzer).
"""

import argparse
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence

from tests.fuzz.targets import TARGETS, Target, try_checkpoint, try_corpus, try_model_file

BY_COVERAGE = {"corpora": try_corpus, "model files": try_model_file, "checkpoints": try_checkpoint}
_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; status 1 if anything was found or a target got fewer inputs than it needs."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="time for all targets together")
    parser.add_argument("--target", choices=[target.name for target in TARGETS], help="only that one")
    parser.add_argument("--random-seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true", help="by coverage, with atheris")
    parser.add_argument("--runs", type=int, default=20_000, help="inputs for each target with --atheris")
    chosen = parser.parse_args(arguments)
    targets = [target for target in TARGETS if chosen.target in (None, target.name)]
    if chosen.atheris:
        return _by_coverage([target.name for target in targets if target.name in BY_COVERAGE], chosen.runs)
    shares = sum(target.share for target in targets)
    status = total = 0
    for target in targets:
        tried, found = fuzz(target, chosen.seconds * target.share / shares, chosen.random_seed)
        total += tried
        enough = "" if tried >= target.least else f", fewer than the {target.least:,} it needs"
        print(f"{target.name:16} {tried:>10,} inputs, {len(found)} findings{enough}", flush=True)
        for each in found[:_SHOWN]:
            print(each, file=sys.stderr)
        status |= bool(found) or tried < target.least
    print(f"{'all':16} {total:>10,} inputs")
    return status


def fuzz(target: Target, seconds: float, random_seed: int, most: int | None = None) -> tuple[int, list[str]]:
    """Try inputs until the time is up, or so many of them; return how many, and what was found."""
    ends, tried = time.monotonic() + seconds, 0
    found: dict[str, str] = {}
    while time.monotonic() < ends and (most is None or tried < most):
        rng = random.Random(f"{random_seed} {target.name} {tried}")
        began = time.process_time()
        try:
            target.check(rng)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            key = f"{type(error).__name__} at {place.filename}:{place.lineno}"
            found.setdefault(key, f"{target.name}, input {tried}: {traceback.format_exc()}")
        took = time.process_time() - began
        if took > target.seconds:
            found.setdefault("slow", f"{target.name}, input {tried} took {took:.1f} s of processor time")
        tried += 1
    return tried, list(found.values())


def _by_coverage(names: list[str], runs: int) -> int:
    status = 0
    for name in names:
        program = (
            "import sys, atheris\n"
            "with atheris.instrument_imports(include=['lstm']):\n"
            "    from tests.fuzz.__main__ import BY_COVERAGE\n"
            f"atheris.Setup([sys.argv[0], '-runs={runs}', '-max_len=20000', '-verbosity=0', '-timeout=20'], "
            f"BY_COVERAGE[{name!r}])\n"
            "atheris.Fuzz()\n"
        )
        ended = subprocess.run([sys.executable, "-c", program], check=False)
        print(f"{name:16} {runs:>10,} inputs by coverage, status {ended.returncode}", flush=True)
        status |= bool(ended.returncode)
    return status


if __name__ == "__main__":
    sys.exit(main())
