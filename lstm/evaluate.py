"""``python -m lstm.evaluate``: how well a model predicts a text, in bits per character.

State is carried through the text from beginning to end; the model learns nothing from it.
"""

import argparse
import json
import math
import sys
from pathlib import Path

from lstm import blas, cli

PROG = cli.program("lstm.evaluate")


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(
        prog=PROG,
        description="Measure how well a model predicts a text, in bits per character; it learns nothing from it.",
    )
    parser.add_argument("--model", type=Path, required=True, metavar="FILE", help="model to measure")
    parser.add_argument("--text", type=Path, required=True, metavar="FILE", help="songs that it has not seen")
    cli.add_gemm(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    blas.use_threads()
    cli.use_gemm(options.gemm)
    return cli.run(lambda: _evaluate(options), PROG, cli.expected_errors)


def _evaluate(options: argparse.Namespace) -> int:
    from lstm.model.model_file import load_model
    from lstm.network.likelihood import Likelihood
    from lstm.text.corpus import read_plainly
    from lstm.text.songs import join, songs_of

    model = load_model(options.model)
    ids = model.vocabulary.encode(join(songs_of(read_plainly([options.text]))))
    characters = int(model.vocabulary.lengths[ids[1:]].sum())
    nats = Likelihood(model.parameters).nats(ids) / max(1, characters)
    result = {
        "bits_per_character": nats / math.log(2),
        "nats_per_character": nats,
        "characters": characters,
        "unknown_characters": int((ids[1:] == 0).sum()),
    }
    if options.json:
        print(json.dumps(result))
    else:
        print(
            f"{result['bits_per_character']:.4f} bits per character ({nats:.4f} nats) over "
            f"{result['characters']:,} characters, {result['unknown_characters']:,} of them unknown to the model"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
