"""What the documents name exists: links, files, make targets, commands and their options, settings, metrics."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from discord import app_commands

from bot.console.commands import COMMANDS as CONSOLE_COMMANDS
from bot.discord_app.commands import COMMANDS
from bot.metrics.prometheus import TallyCollector
from bot.metrics.tally import Standing, Tally
from bot.settings import Settings
from tests.corpora import verse

ROOT = Path(__file__).parents[1]
NOT_OURS = {"runs", "build", "dist", "node_modules"}
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in NOT_OURS for part in path.relative_to(ROOT).parts)
)
README = (ROOT / "README.md").read_text("utf-8")
MODULES = ("lstm", "bot", "tests")

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def without_code_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ +(.+)$", without_code_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands_in(text: str) -> list[tuple[str, list[str]]]:
    """Modules that a document runs by ``python -m``, with the long options that stand behind them on the line."""
    found = re.findall(rf"-m ((?:{'|'.join(MODULES)})\b[\w.]*)([^\n`|;)]*)", text.replace("\\\n", " "))
    return [(module.rstrip("."), re.findall(r"--[a-z][a-z-]*", rest)) for module, rest in found]


@cache
def help_of(module: str) -> str:
    command = [sys.executable, "-m", module, "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_there_are_documents() -> None:
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {path.name for path in DOCUMENTS}


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code_blocks(path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), f"{target} does not exist"
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked.read_text("utf-8")), f"{target}: no such heading"


@every_document
def test_linked_functions_stand_in_their_files(path: Path) -> None:
    """Links such as [`Network.loss`](lstm/network/network.py): each part of the name is defined there."""
    for name, target in re.findall(r"\[`([\w.]+)`\]\(([^)#]+\.py)\)", path.read_text("utf-8")):
        if not name.endswith(".py"):
            source = (path.parent / target).read_text("utf-8")
            for part in name.split("."):
                assert re.search(rf"^\s*(?:class|(?:async )?def) {part}\b", source, re.MULTILINE), (
                    f"no {name} in {target}"
                )


@every_document
def test_files_that_are_named_exist(path: Path) -> None:
    """Paths in backticks; NAME and the like stand for something, and what git ignores need not be there."""
    text = without_code_blocks(path.read_text("utf-8"))
    named = re.findall(r"`((?:bot|lstm|tests|docs|data|\.ci|\.github)/[\w./-]+)`", text)
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    for name in named:
        if not re.search(r"[A-Z]{3,}\.(?!md)", name) and f"/{name}" not in ignored:
            assert (ROOT / name).exists(), f"{name} does not exist"


@every_document
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = path.read_text("utf-8")
    assert set(re.findall(r"`make\s+([a-z-]+)", text) + re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= targets


@every_document
def test_commands_and_their_options_exist(path: Path) -> None:
    for module, options in commands_in(path.read_text("utf-8")):
        file = ROOT / module.replace(".", "/")
        assert file.with_suffix(".py").is_file() or (file / "__main__.py").is_file(), f"there is no {module}"
        if options:
            unknown = set(options) - set(re.findall(r"--[a-z][a-z-]*", help_of(module)))
            assert not unknown, f"{module} does not know {unknown}"


def test_the_readme_runs_commands() -> None:
    assert {"bot", "lstm.evaluate", "lstm.compare"} <= {module for module, _ in commands_in(README)}
    scripts = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"])
    assert set(re.findall(r"^\.venv/bin/(lyricbot-\w+)", README, re.MULTILINE)) == scripts - {"lyricbot"}


def test_train_from_python_runs(tmp_path: Path) -> None:
    """Its blocks in order, as one program in an empty folder; without PyTorch, those before it."""
    blocks = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "train-from-python.md").read_text("utf-8"), re.M | re.S
    )
    training, singing, pytorch, from_pytorch = blocks
    assert len(training.splitlines()) <= 20
    (tmp_path / "songs.txt").write_text(verse("cowboy"), "utf-8")
    program = training + singing
    if find_spec("torch"):
        ids = "torch.tensor([[1], [2]])"
        program += (
            pytorch
            + f"print(network['output'](network['lstm'](network['embedding']({ids}))[0]).shape == (2, 1, V))\n"
            + from_pytorch
            + "from pathlib import Path\nfrom lstm.model.model_file import load_model\n"
            + "print(load_model(Path('mine.safetensors')).vocabulary == model.vocabulary)"
        )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "bits per character held out\nI walk alone" in done.stdout
    assert not find_spec("torch") or done.stdout.endswith("True\nTrue\n")


def test_slash_commands_are_those_of_the_readme() -> None:
    """A command that the README names exists, and a command of Discord's is in the README."""
    named = {
        word for code in re.findall(r"`([^`\n]+)`", README) for word in re.findall(r"(?<![\w./:-])/([a-z]+)", code)
    }
    offered = {command.name for command in COMMANDS if not command.name[0].isupper()}
    assert named <= offered | set(CONSOLE_COMMANDS) | {"quit"}
    assert offered <= named


@pytest.mark.parametrize("name", ["lyrics", "train"])
def test_options_are_those_of_the_readme(name: str) -> None:
    command = next(command for command in COMMANDS if command.name == name)
    assert isinstance(command, app_commands.Command)
    options = {option.display_name: option.required for option in command.parameters}
    (row,) = re.findall(rf"^\| `/{name} ([^`]+)`", README, re.MULTILINE)
    assert (
        dict.fromkeys(re.findall(r"(\w+):…", row), True) | dict.fromkeys(re.findall(r"\[(\w+)\]", row), False)
        == options
    )


def test_settings_are_those_of_the_readme() -> None:
    rows = dict(re.findall(r"^\| `((?:DISCORD|LYRICS)_\w+)` \| (.+?) \|", README, re.MULTILINE))
    assert rows.keys() == {field.metadata["variable"].name for field in fields(Settings)}
    for field in fields(Settings):
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert rows[field.metadata["variable"].name].strip("`") == f"{field.default:.10g}"


def test_metrics_are_those_of_the_readme() -> None:
    collector = TallyCollector(Tally(), lambda: Standing(0, 0, 0, {"queued": 1}))
    served = {metric.name + ("_total" if metric.type == "counter" else "") for metric in collector.collect()}
    assert set(re.findall(r"`(lyrics_\w+)`", README)) == served


@every_document
def test_mermaid_edges_join_identifiers(path: Path) -> None:
    """What GitHub does not draw: a node whose id has a space. (`CONTRIBUTING.md` says how to render the diagrams.)"""
    for block in re.findall(r"^```mermaid\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        edges = [line for line in block.splitlines() if "-->" in line]
        assert edges
        for line in edges:
            shapes_gone = re.sub(r'\[\(.*?\)\]|\[.*?\]|\|".*?"\||\|.*?\|', "", line)
            ends = [end.strip() for part in shapes_gone.split("-->") for end in part.split("&")]
            assert all(re.fullmatch(r"[A-Za-z_]\w*", end) for end in ends), line
