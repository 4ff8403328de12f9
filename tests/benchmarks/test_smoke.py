"""Each benchmark runs, with tiny sizes; no time is asserted."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lstm.network.network import Network, State
from lstm.network.parameters import Parameters, Shape
from tests.benchmarks.tutorial import B, PlainLSTM, Recipe

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_speed() -> None:
    pytest.importorskip("torch")
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
    assert "| n-gram baseline |" in printed


def test_quality() -> None:
    printed = run("tests.benchmarks.quality", "--artists", "neon-static", "--seconds", "4", "--no-scratch")
    assert "| neon-static |" in printed


def test_quality_names_a_missing_text() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.quality", "--artists", "nobody"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "tests/benchmarks/README.md" in done.stderr
    assert (ROOT / "tests/benchmarks/README.md").is_file()


def test_pytorch_curve() -> None:
    pytest.importorskip("torch")
    from tests.benchmarks.pytorch_curve import curve

    text = np.tile(np.arange(6, dtype=np.int32), 400)
    points = curve(text, text[:100], np.full(6, np.log(1 / 6), np.float32), H=8, seconds=2.0)
    assert points[-1][1] < points[0][1], "a text of one cycle is learned: bits per character fall"


def test_tutorial() -> None:
    printed = run("tests.benchmarks.tutorial", "--epochs", "1", "--every", "12", "--rows", "7")
    assert "| this project | " in printed
    assert "| the likeliest character fed back | " in printed


def test_the_plain_network_of_the_tutorial_has_our_gradient() -> None:
    """What the table of docs/from-the-tutorial.md compares differs in the points that it names, and in no others."""
    V, H, T = 9, 12, 20
    rng = np.random.default_rng(0)
    plain = PlainLSTM(V, Recipe(hidden=H), np.zeros(V, np.float32), rng)
    parameters = Parameters(Shape(V, V, H, 1))
    parameters["embedding.weight"] = np.eye(V, dtype=np.float32)
    parameters["lstm.weight_ih_l0"] = plain.weights["W"][:, :V]
    parameters["lstm.weight_hh_l0"] = plain.weights["W"][:, V:]
    parameters["lstm.bias_ih_l0"] = plain.weights["b"]
    parameters["output.weight"], parameters["output.bias"] = plain.weights["out_W"], plain.weights["out_b"]
    inputs, targets = rng.integers(V, size=(2, T, B))
    h, c = rng.normal(size=(2, H, B)).astype(np.float32)
    network = Network(parameters, T, B)
    network.loss_and_gradients(inputs, targets, State(h[None], c[None]))
    plain.update(inputs, targets, h, c)
    for name, mine in (
        ("lstm.weight_ih_l0", plain.gradients["W"][:, :V]),
        ("lstm.weight_hh_l0", plain.gradients["W"][:, V:]),
        ("lstm.bias_ih_l0", plain.gradients["b"]),
        ("output.weight", plain.gradients["out_W"]),
        ("output.bias", plain.gradients["out_b"]),
    ):
        np.testing.assert_allclose(network.gradients[name], mine, rtol=0, atol=2e-6 * np.abs(mine).max())
