"""``python -m lstm.export``: a model as one whole network, with an artist's adapters merged into its base.

PyTorch loads the file as it is: `torch.nn.Embedding`, `torch.nn.LSTM` and `torch.nn.Linear` have tensors of these names
and shapes.
"""

import argparse
import json
import sys
from pathlib import Path

from lstm import blas, cli

PROG = cli.program("lstm.export")


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(prog=PROG, description="Write a model as one whole network that PyTorch loads.")
    parser.add_argument("--model", type=Path, required=True, metavar="FILE", help="model to export")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write the whole network")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    blas.use_threads()
    return cli.run(lambda: _export(options), PROG, cli.expected_errors)


def _export(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from lstm.model.atomic_write import write_atomically
    from lstm.model.model_file import dump_model, load_model

    model = load_model(options.model)
    data = dump_model(replace(model, weights=model.parameters))
    write_atomically(options.out, data)
    shape = model.shape
    if options.json:
        sizes = {"vocabulary": shape.V, "embedding": shape.E, "hidden": shape.H, "layers": shape.L}
        print(json.dumps({"out": str(options.out), "bytes": len(data), "parameters": model.size, **sizes}))
    else:
        print(f"{options.out}: {model.size:,} parameters, {len(data):,} bytes, float32")
    return 0


if __name__ == "__main__":
    sys.exit(main())
