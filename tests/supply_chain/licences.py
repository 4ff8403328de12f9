"""The licences of everything that an installation brings along: `python -m tests.supply_chain.licences`.

What the bot itself needs must be permissive; tools that only the tests use may also be under a weak copyleft licence,
as they are not part of what is handed on. Status 1 where something is neither, or says nothing about its licence.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

PERMISSIVE = re.compile(
    r"MIT(-CMU)?|0BSD|BSD(-[23]-Clause)?|Apache-2\.0( WITH LLVM-exception)?|ISC|Zlib|PSF-2\.0|Python-2\.0|CC0-1\.0|"
    r"BSL-1\.0|Unicode-3\.0|Unlicense|HPND"
)
WEAK_COPYLEFT = re.compile(r"MPL-2\.0|LGPL-3\.0(-only|-or-later)?")
_BY_CLASSIFIER = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "ISC License (ISCL)": "ISC",
}
_BY_NAME = {"Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "PSFL": "PSF-2.0", "BSD 3-Clause": "BSD"}
ROOT = "lyricbot"


@dataclass(frozen=True)
class Package:
    """An installed package and the licence that it says it is under, as an SPDX expression."""

    name: str
    version: str
    licence: str
    is_of_the_bot: bool
    """Needed to run it, not only to test it."""

    @property
    def is_fine(self) -> bool:
        """Whether it may be depended on for this."""
        parts = [part.strip("() ") for part in re.split(r" AND | OR ", self.licence)]
        return all(
            PERMISSIVE.fullmatch(part) or (not self.is_of_the_bot and WEAK_COPYLEFT.fullmatch(part)) for part in parts
        )


def packages() -> list[Package]:
    """Everything that an installation for tests has, by name."""
    runtime = set(_closure(ROOT, frozenset()))
    everything = set(_closure(ROOT, frozenset({"test", "cluster"})))
    return [
        Package(found.metadata["Name"], found.version, licence_of(found), name in runtime)
        for name, found in sorted((name, distribution(name)) for name in everything - {ROOT})
    ]


def licence_of(found: Distribution) -> str:
    """What a package says about its licence; "" if nothing that can be understood."""
    metadata = found.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return expression
    classified = [
        _BY_CLASSIFIER.get(classifier.rpartition(" :: ")[2], classifier)
        for classifier in metadata.get_all("Classifier", [])
        if classifier.startswith("License :: ")
    ]
    if classified:
        return " AND ".join(classified)
    stated = (metadata.get("License") or "").strip()
    return "" if "\n" in stated else _BY_NAME.get(stated, stated)


def _closure(name: str, extras: frozenset[str]) -> Iterator[str]:
    """The names of a package and of all installed ones that it needs with these extras."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(_normal(name), extras)]
    while waiting:
        wanted = waiting.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        try:
            found = distribution(wanted[0])
        except PackageNotFoundError:
            continue  # for another system, or an extra that is not installed
        yield wanted[0]
        for text in found.requires or []:
            requirement = Requirement(text)
            chosen = [{"extra": extra} for extra in wanted[1]] or [{"extra": ""}]
            if requirement.marker is None or any(requirement.marker.evaluate(extra) for extra in chosen):
                waiting.append((_normal(requirement.name), frozenset(requirement.extras)))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print the list, what is wrong with it last."""
    found = packages()
    for package in found:
        purpose = "bot" if package.is_of_the_bot else "tests"
        print(f"{package.name:20} {package.version:14} {purpose:6} {package.licence or '(nothing that is understood)'}")
    wrong = [package for package in found if not package.is_fine]
    for package in wrong:
        print(f"{package.name}: {package.licence or 'its licence'} is not among the permissive ones", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
