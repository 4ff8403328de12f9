import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.supply_chain.licences import Package, packages

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = {"requirements.lock": [], "requirements-test.lock": ["test"]}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str) -> dict[str, str]:
    return {normal(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)}


CONSTRAINTS = pinned((ROOT / "constraints.txt").read_text("utf-8"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_a_hash_for_everything(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"\w+://|--index|--find-links", text)  # from whichever index the machine is set up for


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_fits_the_constraints_and_the_project(name: str) -> None:
    locked = pinned((ROOT / name).read_text("utf-8"))
    for package, version in locked.items():
        assert CONSTRAINTS.get(package, version) == version, package
    extras = PROJECT["project"]["optional-dependencies"]
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for text in [*needed, *(each for extra in LOCKS[name] for each in extras[extra])]:
        requirement = Requirement(text)
        assert Version(locked[normal(requirement.name)]) in requirement.specifier, text


def test_the_build_backend_is_pinned() -> None:
    assert all("==" in requirement for requirement in PROJECT["build-system"]["requires"])


def test_an_audit_that_cannot_look_a_package_up_fails() -> None:
    """Without --strict, pip-audit passes where it could ask about no package at all."""
    (audit,) = re.findall(r"^\t.*/pip-audit .*$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert " --strict " in audit


def test_every_licence_is_permissive() -> None:
    found = packages()
    assert {"numpy", "discord.py", "safetensors"} <= {package.name for package in found if package.is_of_the_bot}
    assert [package for package in found if not package.is_fine] == []


@pytest.mark.parametrize(
    ("licence", "is_of_the_bot", "is_fine"),
    [
        ("MIT", True, True),
        ("Apache-2.0 OR GPL-3.0-only", True, False),
        ("BSD-3-Clause AND (MIT OR Apache-2.0)", True, True),
        ("GPL-3.0-or-later", False, False),
        ("MPL-2.0", False, True),
        ("MPL-2.0", True, False),
        ("", True, False),
        ("Proprietary", False, False),
    ],
)
def test_what_is_taken_for_permissive(licence: str, is_of_the_bot: bool, is_fine: bool) -> None:
    assert Package("some", "1", licence, is_of_the_bot).is_fine is is_fine
