"""Blind reading: pairs of songs on the same seed from two sides, for somebody who does not know which is which.

    python -m tests.benchmarks.blind sing SIDE.json --model FILE [--tree CHECKOUT] [--count N] [-- SAMPLE OPTIONS]
    python -m tests.benchmarks.blind make OURS.json THEIRS.json --pairs pairs.txt --key key.json [--random-seed N]
    python -m tests.benchmarks.blind score key.json marks.txt

``sing`` writes one side, a JSON object of seed -> songs, with the code of any checkout, so that a release can be
compared with an earlier one. Pairs are songs with the same seed and number, shuffled. The reader gets ``pairs.txt``
alone and writes one line per pair: its number, A or B or =, and if they like two marks (grammar, sense: 0 to 10) for A
and two for B, ``7 A 6 4 5 2``. ``score`` counts, and says how surely one side is preferred: the two-sided sign test.
"""

import argparse
import json
import math
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

Side = dict[str, list[str]]
MARKS = ("grammar", "sense")
SEEDS = (
    "I walk alone", "My old guitar", "Dragons in the kitchen", "Summer rain", "We lost the game on Friday night", "Hi",
    "The coffee's cold", "My brother drives a taxi", "dear grandmother", "Monday morning, half past six",
    "The last train", "Happy birthday, Sam", "Nobody told me", "Under the bridge", "The moon is late",
    "I never said I loved you", "Snow on the wires", "Our team", "Three little ducks", "Don't call me",
)  # fmt: skip


def sing(model: Path, tree: Path, count: int, options: Sequence[str]) -> Side:
    """Songs on all seeds, by ``lstm.sample`` of a checkout."""
    side = {}
    for k, seed in enumerate(SEEDS):
        command = [sys.executable, "-m", "lstm.sample", "--model", str(model.resolve()), "--seed", seed, "--json"]
        command += ["--count", str(count), "--random-seed", str(1000 * k), *options]
        done = subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True)
        side[seed] = json.loads(done.stdout)["lyrics"]
    return side


def make_pairs(ours: Side, theirs: Side, random_seed: int) -> tuple[str, dict[str, str]]:
    """The text for the reader, and for each pair which letter is ours."""
    rng = random.Random(random_seed)
    pairs = [
        (seed, mine, other)
        for seed in sorted(ours.keys() & theirs.keys())
        for mine, other in zip(ours[seed], theirs[seed], strict=False)
    ]
    rng.shuffle(pairs)
    text, key = [], {}
    for number, (seed, mine, other) in enumerate(pairs, 1):
        letter = rng.choice("AB")
        key[str(number)] = letter
        a, b = (mine, other) if letter == "A" else (other, mine)
        text.append(f"=== {number} === {seed}\n\n--- A ---\n{a.strip()}\n\n--- B ---\n{b.strip()}\n")
    return "\n\n".join(text), key


def score(key: dict[str, str], marks: str) -> str:
    """What the reader's lines say.

    Raises:
        ValueError: a line is not of that form, or names a pair that there is not.
    """
    counts = {"ours": 0, "theirs": 0, "=": 0}
    values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for line in filter(str.strip, marks.splitlines()):
        number, verdict, *numbers = line.split()
        if number not in key or verdict not in ("A", "B", "=") or len(numbers) not in (0, 2 * len(MARKS)):
            raise ValueError(f"not a verdict on a pair: {line!r}")
        ours_is = key[number]
        counts["=" if verdict == "=" else "ours" if verdict == ours_is else "theirs"] += 1
        for k, value in enumerate(map(float, numbers)):
            side = "ours" if "AB"[k // len(MARKS)] == ours_is else "theirs"
            values[side, MARKS[k % len(MARKS)]].append(value)
    decided = counts["ours"] + counts["theirs"]
    share = counts["ours"] / decided if decided else 0.5
    lines = [
        f"ours {counts['ours']}, theirs {counts['theirs']}, equal {counts['=']}: "
        f"preferred in {share:.0%}, sign test p = {sign_test(counts['ours'], counts['theirs']):.3g}"
    ]
    lines += [
        f"{mark}: ours {mean(values['ours', mark]):.2f}, theirs {mean(values['theirs', mark]):.2f}"
        for mark in MARKS
        if values["ours", mark]
    ]
    return "\n".join(lines)


def sign_test(ours: int, theirs: int) -> float:
    """How likely chance alone makes the counts differ this much or more."""
    n, fewer = ours + theirs, min(ours, theirs)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Pairs of songs for blind reading.")
    commands = parser.add_subparsers(dest="command", required=True)
    voice = commands.add_parser("sing", help="write one side")
    voice.add_argument("side", type=Path)
    voice.add_argument("--model", type=Path, required=True)
    voice.add_argument("--tree", type=Path, default=Path(), help="checkout whose code sings (default: this one)")
    voice.add_argument("--count", type=int, default=3, help="songs per seed (default 3)")
    voice.epilog = "further options of lstm.sample may follow --"
    make = commands.add_parser("make", help="shuffle two sides into pairs")
    make.add_argument("ours", type=Path)
    make.add_argument("theirs", type=Path)
    make.add_argument("--pairs", type=Path, required=True)
    make.add_argument("--key", type=Path, required=True)
    make.add_argument("--random-seed", type=int, default=0)
    read = commands.add_parser("score", help="count a reader's verdicts")
    read.add_argument("key", type=Path)
    read.add_argument("marks", type=Path)
    given = sys.argv[1:] if arguments is None else arguments
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    if options.command == "sing":
        side = sing(options.model, options.tree, options.count, given[end + 1 :])
        options.side.write_text(json.dumps(side, ensure_ascii=False, indent=1), "utf-8")
    elif options.command == "make":
        sides = [json.loads(path.read_text("utf-8")) for path in (options.ours, options.theirs)]
        text, key = make_pairs(*sides, options.random_seed)
        options.pairs.write_text(text, "utf-8")
        options.key.write_text(json.dumps(key), "utf-8")
        sys.stderr.write(f"{len(key)} pairs\n")
    else:
        print(score(json.loads(options.key.read_text("utf-8")), options.marks.read_text("utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
