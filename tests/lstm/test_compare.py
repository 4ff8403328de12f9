"""`python -m lstm.compare`: figures and songs of several models, in prose and as JSON."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.corpora import verse

ROOT = Path(__file__).parents[2]
MODELS = [str(ROOT / "data" / "models" / f"{name}.safetensors") for name in ("harbour-lights", "neon-static")]


def compare(*arguments: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lstm.compare", *arguments],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_json_has_figures_and_songs_of_each(tmp_path: Path) -> None:
    text = tmp_path / "unseen.txt"
    text.write_text(verse("dickinson")[:3000], "utf-8")
    ended = compare(*MODELS, "--text", str(text), "--seed", "The lamp is out", "--lines", "3", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    compared = json.loads(ended.stdout)
    assert [model["artist"] for model in compared["models"]] == ["harbour-lights", "neon-static"]
    for model in compared["models"]:
        assert model["lyrics"].startswith("The lamp is out")
        assert len(model["lyrics"].splitlines()) == 3
        assert 1 < model["text_bits_per_character"] < 4
        assert model["parameters"] == 7_416_959


def test_songs_stand_side_by_side_where_there_is_room() -> None:
    wide, narrow = (compare(*MODELS, "--lines", "2", columns=columns).stdout for columns in (100, 50))
    assert [line.count("I walk alone") for line in wide.splitlines() if "I walk alone" in line] == [2]
    assert [line.count("I walk alone") for line in narrow.splitlines() if "I walk alone" in line] == [1, 1]
    for shown in (wide, narrow):
        assert "harbour-lights" in shown
        assert "neon-static" in shown


def test_what_cannot_be_compared_is_one_line(tmp_path: Path) -> None:
    for arguments, said in [
        ([MODELS[0], str(tmp_path / "missing")], f"{tmp_path / 'missing'} cannot be read: no such file"),
        ([MODELS[0], "--text", str(tmp_path / "missing")], f"{tmp_path / 'missing'}"),
        ([], "MODEL"),
    ]:
        ended = compare(*arguments)
        assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1) or "usage" in ended.stderr
        assert said in ended.stderr
