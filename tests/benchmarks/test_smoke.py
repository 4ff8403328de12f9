"""Each benchmark runs, with tiny sizes; no time is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_speed() -> None:
    pytest.importorskip("torch")
    if not (ROOT.parent / "shared" / "anchors" / "torch_rival.py").is_file():
        pytest.skip("the rival's script is not here")
    printed = run("tests.benchmarks.speed", "--small", "--pairs", "2", "--seconds", "0.02")
    assert printed.count("\n| 16, 1") == 4


def test_footprint() -> None:
    printed = run("tests.benchmarks.footprint", "--small", "--times", "1")
    assert "| 0.02 MB |" in printed


def test_load() -> None:
    printed = run("tests.benchmarks.load", "--small", "--rows", "alone,crowd,flood")
    assert "| 4 at once | 4 | 0 | 0 |" in printed
    assert "| 12 at once by 4 | 8 | 4 | 0 |" in printed
    assert "refused by Discord: 0; edits beyond its limit: 0" in printed


def test_songs() -> None:
    model, corpus = ROOT / "data/models/neon-static.safetensors", ROOT / "data/corpora/neon-static.txt"
    if not model.is_file():
        pytest.skip("no shipped model")
    printed = run("tests.benchmarks.songs", "--model", str(model), "--corpus", str(corpus), "--songs", "2")
    assert "| AABB |" in printed
    assert "| n-gram rival |" in printed


def test_quality() -> None:
    printed = run("tests.benchmarks.quality", "--artists", "neon-static", "--seconds", "4", "--no-scratch")
    assert "| neon-static |" in printed
