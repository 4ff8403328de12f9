"""Make confusables.txt, the characters that look alike, from Unicode's own list.

    python -m lstm.data.make_confusables path/to/confusables.txt

The list is https://www.unicode.org/Public/security/latest/confusables.txt (UTS #39), which may be redistributed under
the licence beside this file, confusables.LICENSE.txt. One line per prototype: its code points, "<", and the characters
that look like it, all in hexadecimal.

    61 < 237A 251 3B1 430
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

_MAPPING = re.compile(r"([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA")
_VERSION = re.compile(r"# Version: (\S+)")


def confusable_lines(source: Iterable[str]) -> list[str]:
    """The lines of confusables.txt from those of Unicode's list."""
    version = "?"
    alike: dict[tuple[int, ...], list[int]] = {}
    for line in source:
        if found := _VERSION.match(line):
            version = found[1]
        elif found := _MAPPING.match(line):
            alike.setdefault(tuple(int(code, 16) for code in found[2].split()), []).append(int(found[1], 16))
    lines = [f"{_codes(prototype)} < {_codes(sorted(others))}\n" for prototype, others in sorted(alike.items())]
    return [f"# Unicode {version}\n", *lines]


def _codes(codes: Iterable[int]) -> str:
    return " ".join(f"{code:X}" for code in codes)


def main() -> None:
    """Write confusables.txt beside this file."""
    source = Path(sys.argv[1]).read_text("utf-8-sig").splitlines()
    Path(__file__).with_name("confusables.txt").write_text("".join(confusable_lines(source)), "utf-8")


if __name__ == "__main__":
    main()
