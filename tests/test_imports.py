"""Imports run one way, between the folders of each package and between the packages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LSTM = {
    "arrays": set(),
    "malloc": set(),
    "text": {"arrays"},
    "network": {"arrays"},
    "model": {"arrays", "network", "text"},
    "decoding": {"arrays", "text", "network", "model"},
    "rhyme": {"text"},
    "data": {"rhyme", "text"},
    "song": {"arrays", "text", "network", "model", "decoding", "rhyme"},
    "training": {"arrays", "malloc", "text", "network", "model", "decoding", "rhyme", "song"},
    "pretrained": {"arrays", "text", "network", "model", "decoding", "song", "training"},  # scripts that made the files
}
"""Folder (or module) of ``lstm`` -> what it may import of the others. The commands, directly in ``lstm``, may all."""

BOT = {
    "language": set(),
    "metrics": set(),
    "store": {"metrics"},
    "training": {"metrics", "store"},
    "engine": {"metrics"},
    "services": {"metrics", "store", "engine", "training", "artist_name", "closest", "snowflake"},
    "wording": {"language", "services"},
    "console": {"settings", "services", "wording", "application", "unexpected", "version"},
    "discord_app": {
        "language",
        "services",
        "store",
        "wording",
        "artist_name",
        "application",
        "settings",
        "snowflake",
        "unexpected",
        "version",
    },
}
"""Folder of ``bot`` -> what it may import of the others. What stands directly in ``bot`` puts the parts together."""


def imports_of(package: str) -> Iterator[tuple[str, str, str]]:
    """File, the part of the package that it belongs to, and a module that it imports."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT / package).with_suffix("").parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: relative import"
                # `from lstm import arrays` names a module as well.
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in names:
                yield str(path.relative_to(ROOT)), parts[0], name


@pytest.mark.parametrize(("package", "allowed"), [("lstm", LSTM), ("bot", BOT)])
def test_folders_import_only_what_lies_below_them(package, allowed):
    seen, wrong = set(), []
    for file, part, name in imports_of(package):
        top, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if top == package and part in allowed and other != part:
            seen.add((part, other))
            if other not in allowed[part]:
                wrong.append(f"{file} imports {name}")
    assert seen, "nothing was read"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("package", "allowed"), [("lstm", LSTM), ("bot", BOT)])
def test_every_folder_has_its_place_in_the_order(package, allowed):
    folders = {path.parent.relative_to(ROOT / package).parts[0] for path in (ROOT / package).rglob("*/*.py")}
    assert folders <= allowed.keys()
    placed: set[str] = set()
    for part, below in allowed.items():
        # modules, not folders
        alone = {"application", "settings", "artist_name", "closest", "snowflake", "unexpected", "version"}
        assert below - alone <= placed, f"{part} stands above what it imports"
        placed.add(part)


def test_only_the_discord_front_end_knows_discord_and_only_the_store_knows_sql():
    assert not [
        file for file, part, name in imports_of("bot") if name.partition(".")[0] == "discord" and part != "discord_app"
    ]
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if path.relative_to(ROOT / "bot").parts[0] != "store":
            assert ".execute(" not in path.read_text(encoding="utf-8"), path


def test_lstm_knows_nothing_of_the_bot():
    assert not [file for file, _, name in imports_of("lstm") if name.partition(".")[0] in ("bot", "discord", "aiohttp")]
