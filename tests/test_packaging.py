"""What `pip install` and `pipx install` get: the wheel's content, and that it is the same wheel every time."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from bot.services.data_files import SHIPPED

ROOT = Path(__file__).parents[1]
PARTS = ("bot", "lstm", "data", "pyproject.toml", "README.md", "LICENSE")
BUILD = "from hatchling.build import build_wheel; print(build_wheel('dist'))"


def build(folder: Path, *, modified: int, umask: int) -> Path:
    """Build the wheel from a copy of the sources, whose files have another age and other rights."""
    ignored = shutil.ignore_patterns("__pycache__", "*.db*", "jobs", ".*")
    for part in PARTS:
        source, copy = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, copy, ignore=ignored)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    (folder / "data" / "models" / f"of-the-operator-{umask}.safetensors").write_bytes(b"private")
    for path in folder.rglob("*"):
        os.utime(path, (modified, modified))
    (folder / "dist").mkdir()
    command = [sys.executable, "-c", f"import os; os.umask({umask}); {BUILD}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    first = build(tmp_path_factory.mktemp("first") / "here", modified=1_600_000_000, umask=0o022)
    second = build(tmp_path_factory.mktemp("second") / "there", modified=1_700_000_000, umask=0o077)
    return first, second


def test_wheels_are_reproducible(wheels: tuple[Path, Path]) -> None:
    first, second = wheels
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_wheel_holds_all_that_the_bot_needs(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as wheel:
        names = set(wheel.namelist())
        entry_points = next(name for name in names if name.endswith("entry_points.txt"))
        scripts = wheel.read(entry_points).decode()
        metadata = Parser().parsestr(wheel.read(entry_points.replace("entry_points.txt", "METADATA")).decode())
    needed = {path for folder in ("bot", "lstm") for path in tracked(folder)} | {"bot/py.typed", "lstm/py.typed"}
    assert needed - names == {"lstm/pretrained/marks.jsonl.gz"}, "what only make_reader.py needs"
    for artist in sorted(SHIPPED.artists or ()):
        assert {f"bot/shipped/models/{artist}.safetensors", f"bot/shipped/corpora/{artist}.txt"} <= names
    assert not [name for name in names if "of-the-operator" in name]
    for command in ("lyricbot", "lyricbot-train", "lyricbot-sample"):
        assert f"{command} = " in scripts
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert metadata["Version"] == project["version"]


def tracked(folder: str) -> set[str]:
    """Every file of a package, but what Python and tools leave behind."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}
