"""The bot as its users start it: `python -m bot` in its own data folder."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot import samples

ROOT = Path(__file__).parents[3]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    (made / "models").mkdir(parents=True)
    (made / "corpora").mkdir()
    (made / "models" / "Burns.safetensors").write_bytes(samples.model(1))
    return made


@pytest.fixture
def environment(data_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LYRICS_", "DISCORD_"))}
    return kept | {
        "DISCORD_TOKEN": "",
        "LYRICS_DATA_DIR": str(data_dir),
        "LYRICS_DEFAULT_ARTIST": "burns",
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
    }


BOT: list[str] = [sys.executable, "-W", "error::ResourceWarning", "-m", "bot"]
Run = Callable[..., tuple[int, str, str]]
