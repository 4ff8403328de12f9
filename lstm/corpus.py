"""``python -m lstm.corpus``: what a training would learn from a file, after every dress is taken off."""

import argparse
import json
import sys
from pathlib import Path

from lstm import cli

PROG = "python -m lstm.corpus"


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(prog=PROG, description="Show what a model would learn from a file.")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="files, or folders with text files")
    parser.add_argument("--out", type=Path, metavar="CLEAN.txt", help="write the cleaned text to this file")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args(arguments)
    if options.out is not None and options.out.is_dir():
        parser.error(f"--out {options.out} is a folder, not a file")
    return cli.run(lambda: _corpus(options), PROG, cli.expected_errors)


def _corpus(options: argparse.Namespace) -> int:
    from lstm.text.bounds import check_bounds
    from lstm.text.corpus import read_corpus

    understood = read_corpus(options.files)
    check_bounds(understood.text)
    if options.out is not None:
        from lstm.model.atomic_write import write_atomically

        write_atomically(options.out, (understood.text + "\n").encode("utf-8", "replace"))
    if options.json:
        report = {
            "songs": len(understood.songs),
            "characters": len(understood.text),
            "encoding": understood.encoding,
            "dresses": list(understood.dresses),
            "removed": dict(understood.removed),
            "near_copies": understood.near_copies,
            "sections": understood.sections,
        }
        print(json.dumps(report, ensure_ascii=False))
        return 0
    print(understood.report())
    if options.out is not None:
        print(f"\n{options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
