"""``python -m lstm.pretrain`` as users run it, and its twin in PyTorch."""

import json
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from lstm.model.model_file import load_model
from lstm.pretrain import main
from tests.lstm import recipes
from tests.lstm.processes import ENVIRONMENT, ROOT, run, start, stop, succeed, wait_for, weights

KEYS = {
    "model", "parameters", "updates", "characters_seen", "seconds", "characters_per_second",
    "train_bits_per_character", "validation_bits_per_character",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A recipe, its corpora, and the base, log and summary of a run that nothing interrupted."""
    path = tmp_path_factory.mktemp("pretrain")
    recipes.write(path)
    status, out, err = run("pretrain", *arguments(path, path / "whole.safetensors"), "--json")
    assert status == 0, err
    (path / "summary.json").write_text(out)
    (path / "progress.txt").write_text(err)
    return path


def arguments(folder, out):
    return [folder / "tiny.toml", "--corpora", folder / "corpora", "--out", out]


def test_a_base_its_log_and_nothing_else(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {"tiny.toml", "corpora", "whole.safetensors", "whole.log", "summary.json", "progress.txt"}
    base = load_model(folder / "whole.safetensors")
    assert base.is_base
    assert (base.shape.H, base.shape.L, base.shape.V) == (12, 2, 140)
    assert base.parameters.flat.tobytes() == base.parameters.flat.astype(np.float16).astype(np.float32).tobytes()
    assert base.training.settings["runs"][0]["name"] == "trunk"
    assert set(base.training.data) == {"songs/a.txt", "songs/b.txt", "tales.txt"}
    assert len(base.training.curve) == 6
    summary = json.loads((folder / "summary.json").read_text())
    assert set(summary) == KEYS
    for key in KEYS - {"model", "parameters", "updates"}:
        assert summary[key] == base.training.to_json()[key]
    assert summary["parameters"] == base.size


def test_the_log_can_be_read(folder):
    lines = (folder / "whole.log").read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", line) for line in lines)
    figures = [line[21:] for line in lines if "%" in line]
    assert [line.split("  ")[1] for line in map(str.strip, figures)] == [
        *["trunk, broad"], *["trunk, songs"] * 2, *["final, end"] * 3
    ]  # fmt: skip
    for line in figures:
        assert re.fullmatch(
            r" *\d+\.\d%  [\w, ]+  [\d,]+ characters read  loss \d\.\d{3}  held out \d\.\d{3}  [\d,]+ characters/s"
            r"  \d+ s left",
            line,
        ), line
    assert figures[-1].startswith("100.0%")
    assert lines[-1].endswith(f"done: {folder / 'whole.safetensors'}")
    for line in figures:
        assert line in (folder / "progress.txt").read_text()


def test_killed_runs_continue_to_the_same_bits(folder, tmp_path):
    out, checkpoint = tmp_path / "base.safetensors", tmp_path / "base.checkpoint"
    seen = []
    for _ in range(3):
        process = start("pretrain", *arguments(folder, out), "--resume", quick_checkpoints=True)
        before = checkpoint.read_bytes() if checkpoint.exists() else b""
        wait_for(lambda old=before: checkpoint.exists() and checkpoint.read_bytes() != old, process)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        seen.append(checkpoint.read_bytes())
    assert len(set(seen)) == 3
    assert not out.exists()
    succeed("pretrain", *arguments(folder, out), "--resume")
    assert weights(out) == weights(folder / "whole.safetensors")
    assert not checkpoint.exists()
    assert out.with_suffix(".log").read_text().count("continuing from") == 3


def test_ctrl_c_leaves_a_checkpoint(folder, tmp_path):
    out = tmp_path / "base.safetensors"
    process = start("pretrain", *arguments(folder, out), quick_checkpoints=True)
    wait_for(out.with_suffix(".checkpoint").exists, process)
    status, err = stop(process, signal.SIGINT)
    assert status == 130
    assert "Traceback" not in err
    assert f"interrupted; --resume continues from {tmp_path / 'base.checkpoint'}" in err
    assert not out.exists()

    status, _, err = run("pretrain", *arguments(folder, out))
    assert status == 2
    assert re.fullmatch(r"[^\n]*base\.checkpoint belongs to an interrupted run: continue it with --resume[^\n]*\n", err)
    status, _, err = run("pretrain", *arguments(folder, out), "--share", 0.5, "--resume")
    assert status == 2
    assert err.splitlines()[-1].endswith("base.checkpoint: The checkpoint belongs to another recipe or other texts.")
    succeed("pretrain", *arguments(folder, out), "--resume")
    assert weights(out) == weights(folder / "whole.safetensors")


def test_a_run_that_continues_a_base_keeps_its_units_and_reads_no_more_than_it_needs(folder, tmp_path):
    (tmp_path / "tiny.toml").write_text(recipes.TINY.replace(", tales = 0.1", ""))
    shutil.copytree(folder / "corpora" / "songs", tmp_path / "corpora" / "songs")  # without tales.txt
    command = [tmp_path / "tiny.toml", "--corpora", tmp_path / "corpora", "--from", "final"]
    command += ["--start", folder / "whole.safetensors"]
    succeed("pretrain", *command, "--out", tmp_path / "more.safetensors")
    first, more = load_model(folder / "whole.safetensors"), load_model(tmp_path / "more.safetensors")
    assert more.vocabulary == first.vocabulary
    assert set(more.training.data) == {"songs/a.txt", "songs/b.txt"}
    assert more.training.settings["start"] == first.sha256
    assert more.training.settings["from"] == "final"
    assert len(more.training.curve) == len(first.training.curve) // 2
    assert more.training.validation_bits_per_character < first.training.validation_bits_per_character

    # A single update, at the rate 0 that warming up begins with, leaves the weights of the base as they are.
    succeed("pretrain", *command, "--share", 1e-6, "--out", tmp_path / "same.safetensors")
    assert weights(tmp_path / "same.safetensors") == weights(folder / "whole.safetensors")


BAD = [
    ("", "required"),
    ("{folder}/missing.toml --corpora {folder}/corpora --out {new}/base", "no such file"),
    ("{folder}/whole.log --corpora {folder}/corpora --out {new}/base", "whole.log is not a TOML file"),
    ("{bad} --corpora {folder}/corpora --out {new}/base", "bad.toml: network.hiden is not a key of a recipe."),
    ("{folder}/tiny.toml --corpora {new} --out {new}/base", "sources.songs.files: no file in"),
    ("{folder}/tiny.toml --corpora {folder}/corpora --out {folder}", "it is a folder"),
    ("{folder}/tiny.toml --corpora {folder}/corpora --out {new}/base.log", "suffix"),
    ("{folder}/tiny.toml --corpora {folder}/corpora --out {new}/base --share 0", "not a number from"),
    ("{folder}/tiny.toml --corpora {folder}/corpora --out {new}/base --from end", "no run 'end', only trunk, final"),
    ("{folder}/tiny.toml --corpora {folder}/corpora --out {new}/base --start {folder}/tiny.toml", "not a complete"),
]


@pytest.mark.parametrize(("command", "reason"), BAD, ids=[command for command, _ in BAD])
def test_bad_input_is_one_line_and_status_2(folder, tmp_path, capfd, command, reason):
    (tmp_path / "bad.toml").write_text(recipes.TINY.replace("hidden =", "hidden = 3\nhiden ="))
    typed = command.format(folder=folder, new=tmp_path, bad=tmp_path / "bad.toml").split()
    try:
        status = main(typed)
    except SystemExit as end:
        status = end.code
    out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert re.search(reason, err)
    assert "Traceback" not in err
    assert re.fullmatch(r"python -m lstm\.pretrain: [^\n]+\n", err.removeprefix("reading the texts\n"))


def test_the_twin_in_pytorch_makes_the_same_base(tmp_path):
    """Without dropout, whose masks it draws in its own way: the same first weights, batches and schedules."""
    pytest.importorskip("torch")
    recipe, corpora = recipes.write(tmp_path, re.sub(r"dropout_.*\n", "", recipes.TINY))
    succeed("pretrain", recipe, "--corpora", corpora, "--out", tmp_path / "ours.safetensors")
    script = ROOT / "lstm" / "pretrained" / "make_base.py"
    done = subprocess.run(
        [sys.executable, script, recipe, corpora, tmp_path / "twin.safetensors"],
        env=ENVIRONMENT | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "final, end: " in done.stdout
    ours, twin = load_model(tmp_path / "ours.safetensors"), load_model(tmp_path / "twin.safetensors")
    assert twin.vocabulary == ours.vocabulary
    assert twin.training.data == ours.training.data
    np.testing.assert_allclose(twin.parameters.flat, ours.parameters.flat, atol=5e-3)
