"""`python -m tests.faults`: many kills at random points over a training's life; prints survived/tried.

Exit status 1 if a kill was not survived: its trial can be repeated by its random seed.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.random_kills import MOST_KILLS_A_TRIAL, draw, survive
from tests.faults.stage import Stage


async def hold(kills: int, random_seed: int, folder: Path) -> int:
    """Hold trials until that many kills were tried; return how many of them were survived."""
    tried = survived = 0
    async with Stage(folder) as stage:
        print(f"undisturbed: {stage.seconds:.1f} s", flush=True)
        while tried < kills:
            randomness = random.Random(random_seed)
            drawn = draw(randomness, min(kills - tried, randomness.randint(1, MOST_KILLS_A_TRIAL)), stage.seconds)
            told = ", ".join(f"{kill.victim} after {kill.after_seconds:.1f} s" for kill in drawn)
            tried += len(drawn)
            try:
                await survive(stage, drawn)
                survived += len(drawn)
            except Exception as error:
                print(f"random seed {random_seed} not survived: {type(error).__name__}: {error}", flush=True)
            print(f"survived/tried: {survived}/{tried} ({told})", flush=True)
            random_seed += 1
    return survived


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--random-seed", type=int, default=1000, help="of the first trial")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        survived = asyncio.run(hold(arguments.kills, arguments.random_seed, Path(folder)))
    return 0 if survived == arguments.kills else 1


if __name__ == "__main__":
    sys.exit(main())
