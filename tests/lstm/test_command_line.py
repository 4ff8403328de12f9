"""The commands as users run them: processes, their output, their exit status, and signals in the middle."""

import importlib
import json
import re
import signal
import sys

import numpy as np
import pytest

from lstm import cli
from lstm.model.model_file import load_model
from lstm.shipped import CHECKOUT_DATA
from lstm.song.composing import SongSettings
from lstm.text.cleaning import clean
from lstm.text.songs import SONG_BREAK
from lstm.training.split import split_songs
from tests.lstm.processes import run, start, stop, succeed, wait_for, weights
from tests.lstm.songs import make_corpus

TINY = "--start scratch --hidden 16 --layers 1 --embedding 6 --batch 4 --unroll 16".split()
TRAINED_KEYS = {
    "artist", "model", "parameters", "characters_seen", "epochs", "seconds", "characters_per_second",
    "train_bits_per_character", "validation_bits_per_character", "rival_bits_per_character", "stopped", "start",
    "songs", "near_copies_set_aside", "verdict",
}  # fmt: skip


def lines_of(song):
    return [line for line in song.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data folder with a corpus, a trained model, its summary, and unusable files."""
    path = tmp_path_factory.mktemp("data")
    (path / "corpora").mkdir()
    (path / "corpora" / "Ann.txt").write_text(make_corpus(20, stanzas=1))
    (path / "missing").mkdir()
    (path / "missing").rmdir()
    (path / "empty.txt").write_bytes(b"")
    (path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (path / "short.txt").write_text("one line\nanother\n")
    (path / "no-text").mkdir()
    (path / "no-text" / "cover.png").write_bytes(b"\x89PNG\r\n")
    status, out, err = run(
        "train", "--artist", "Ann", "--data-dir", path, *TINY, "--epochs", 6, "--random-seed", 3, "--json"
    )
    assert status == 0, err
    (path / "summary.json").write_text(out)
    (path / "progress.txt").write_text(err)
    whole = (path / "models" / "Ann.safetensors").read_bytes()
    (path / "damaged.safetensors").write_bytes(whole[: len(whole) // 2])
    return path


@pytest.fixture(scope="module")
def model(folder):
    return folder / "models" / "Ann.safetensors"


@pytest.mark.parametrize("module", ["sample", "compare"])
def test_help_names_the_default_number_of_lines(module):
    assert f"(default {SongSettings.lines})" in " ".join(run(module, "--help")[1].split())


def test_help_names_the_default_temperature():
    assert f"default {SongSettings.temperature}, which reads best" in " ".join(run("sample", "--help")[1].split())


@pytest.mark.parametrize("module", ["train", "sample", "evaluate", "pretrain"])
def test_help(module):
    status, out, err = run(module, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"usage: python -m lstm.{module} ")
    assert "--" in out


TRAIN = "train --artist Ann"
BAD_INPUT = [
    ("train", "required"),
    ("train --artist", "expected one argument"),
    ("train --artist a/b", "artist name"),
    ("train --artist ..", "artist name"),
    ("train --artist {long}", "artist name"),
    ("train --artist saturday-june --data-dir {shipped} --minutes 0.01", "comes with the bot; choose another name"),
    (f"{TRAIN} --data-dir {{folder}}/missing", "no such file"),
    (f"{TRAIN} --corpus {{folder}}/missing", "no such file"),
    (f"{TRAIN} --corpus {{folder}}/no-text", "no text"),
    (f"{TRAIN} --corpus {{folder}}/binary.txt", "binary"),
    (f"{TRAIN} --corpus {{folder}}/empty.txt", "no text"),
    (f"{TRAIN} --corpus {{folder}}/short.txt", "the 2,000 characters"),
    (f"{TRAIN} --minutes 0", "0.01"),
    (f"{TRAIN} --minutes nan", "0.01"),
    (f"{TRAIN} --epochs -1", "0.01"),
    (f"{TRAIN} --epochs 1 --minutes 1", "not allowed with"),
    (f"{TRAIN} --start scratch --hidden 1.5", "whole number from 1 to 4096"),
    (f"{TRAIN} --start base --hidden 64", "--start scratch"),
    (f"{TRAIN} --batch 0", "whole number"),
    (f"{TRAIN} --threads x", "whole number"),
    (f"{TRAIN} --random-seed -1", "whole number"),
    (f"{TRAIN} --unheard-of", "unrecognized"),
    (f"{TRAIN} --data-dir {{folder}} --start {{folder}}/missing", "cannot be read"),
    (f"{TRAIN} --data-dir {{folder}} --start {{folder}}/damaged.safetensors", "not a complete safetensors"),
    (f"{TRAIN} --data-dir {{folder}} --out {{folder}}", "folder"),
    (f"{TRAIN} --data-dir {{folder}} --out {{folder}}/new.png", "suffix"),
    (f"{TRAIN} --data-dir {{folder}} --start scratch --out {{folder}}/empty.txt/model", "empty.txt"),
    ("sample", "required"),
    ("sample --model {folder}/missing", "no such file"),
    ("sample --model {folder}", "cannot be read"),
    ("sample --model {folder}/damaged.safetensors", "not a complete safetensors"),
    ("sample --model {folder}/binary.txt", "not a complete safetensors"),
    ("sample --model {model} --lines 0", "whole number from 1"),
    ("sample --model {model} --lines 2.5", "whole number from 1"),
    ("sample --model {model} --temperature 0", "0.1 to 1.5"),
    ("sample --model {model} --temperature inf", "0.1 to 1.5"),
    ("sample --model {model} --top-p 1.1", "to 1"),
    ("sample --model {model} --rhyme ABAC", "invalid choice"),
    ("sample --model {model} --count 0", "whole number"),
    ("sample --model {model} --seed {verylong}", "200"),
    ("sample --model {model} --lines 2 --out {folder}/missing/song.txt", "no such file"),
    ("sample --model {model} --lines 2 --out {folder}", "directory"),
    ("evaluate --model {model}", "required"),
    ("evaluate --model {folder}/damaged.safetensors --text {folder}/corpora/Ann.txt", "not a complete safetensors"),
    ("evaluate --model {model} --text {folder}/missing", "no such file"),
    ("evaluate --model {model} --text {folder}/binary.txt", "binary"),
    ("evaluate --model {model} --text {folder}/empty.txt", "no text"),
]


@pytest.mark.parametrize(("command", "reason"), BAD_INPUT, ids=[command for command, _ in BAD_INPUT])
def test_bad_input_is_one_line_and_status_2(folder, model, capfd, command, reason):
    module, *arguments = command.split()
    places = {"folder": folder, "model": model, "long": "x" * 41, "verylong": "x" * 201, "shipped": CHECKOUT_DATA}
    arguments = [argument.format(**places) for argument in arguments]
    # Only a few of them as real processes, which take half a second each.
    if reason in ("the 2,000 characters", "binary", "not a complete safetensors", "invalid choice", "0.1 to 1.5"):
        status, out, err = run(module, *arguments)
    else:
        try:
            status = importlib.import_module(f"lstm.{module}").main(arguments)
        except SystemExit as end:
            status = end.code
        out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert re.fullmatch(r"[^\n]+\n", err)
    assert reason in err
    assert "Traceback" not in err


def test_another_command_is_named_so_that_it_runs_outside_an_environment(tmp_path, monkeypatch):
    python, script = tmp_path / ".venv" / "bin" / "python", tmp_path / ".venv" / "bin" / "lyricbot-train"
    monkeypatch.setattr(sys, "executable", str(python))
    assert cli.other_program("python -m lstm.train", "sample") == f"{python} -m lstm.sample"
    monkeypatch.chdir(tmp_path)
    assert cli.other_program("python -m lstm.train", "sample") == ".venv/bin/python -m lstm.sample"
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", "")
    assert cli.other_program("lyricbot-train", "sample") == ".venv/bin/lyricbot-sample"


class TestTrain:
    def test_one_json_object_with_the_promised_keys(self, folder, model):
        out = (folder / "summary.json").read_text()
        assert out.count("\n") == 1
        summary = json.loads(out)
        assert set(summary) >= TRAINED_KEYS
        trained = load_model(model)
        assert summary["artist"] == "Ann"
        assert summary["model"] == str(model)
        assert summary["parameters"] == trained.parameters.flat.size
        assert summary["stopped"] == "epochs"
        assert summary["epochs"] == pytest.approx(6, abs=0.1)
        for key in TRAINED_KEYS - {"model", "parameters"}:
            assert summary[key] == trained.training.to_json()[key]

    def test_progress_is_plain_lines_on_standard_error(self, folder):
        lines = (folder / "progress.txt").read_text().splitlines()
        report = lines.index(
            next(line for line in lines if re.match(r"\d+ songs to learn from, \d+ KB after cleaning", line))
        )
        assert lines[report + 1] == ""
        lines = lines[:report] + lines[lines.index("", report + 2) + 1 :]
        assert len(lines) >= 5
        for line in lines:
            assert re.match(r" *\d+\.\d%  .*n-gram \d\.\d{3}  [\d,]+ characters/s", line)
        assert lines[-1].startswith("100.0%")
        assert not any(line.startswith("100.0%") for line in lines[:-1])

    def test_a_model_its_curve_and_nothing_else_is_left(self, folder):
        assert sorted(path.name for path in (folder / "models").iterdir()) == ["Ann.png", "Ann.safetensors"]
        assert (folder / "models" / "Ann.png").read_bytes().startswith(b"\x89PNG")

    def test_prose_with_sample_verses(self, folder, tmp_path):
        out = tmp_path / "new" / "song.model"
        corpus = [folder / "corpora", folder / "corpora" / "Ann.txt"]
        status, prose, err = run(
            "train", "--artist", " Ann Ä ", "--corpus", *corpus, "--out", out, *TINY, "--epochs", 0.05, "--resume"
        )
        assert status == 0, err
        assert f"no checkpoint {out.with_suffix('.checkpoint')}; starting from the beginning" in err
        assert re.match(
            r"Ann Ä: It predicts held-out songs worse "
            r"than the n-gram baseline \(a table of letter sequences\) by \d\.\d\d: ",
            prose,
        )
        model, curve, song = prose.rstrip().splitlines()[-3:]
        assert (model, curve) == (f"model:  {out}", f"curve:  {out.with_suffix('.png')}")
        assert song == f"a song: {sys.executable} -m lstm.sample --model {out} --seed 'I walk alone'"
        assert re.search(r"\n    \S", err), "verses are indented"
        assert sorted(path.name for path in out.parent.iterdir()) == ["song.model", "song.png"]
        assert load_model(out).training.artist == "Ann Ä"

    def test_minutes_bound_it(self, tmp_path):
        (tmp_path / "songs.txt").write_text(make_corpus(180))
        arguments = ["--corpus", tmp_path / "songs.txt", "--out", tmp_path / "model", *TINY, "--minutes", 0.05]
        summary = json.loads(succeed("train", "--artist", "Ann", *arguments, "--json"))
        assert summary["stopped"] == "minutes"
        assert 1.5 < summary["seconds"] < 15

    def test_a_model_can_be_the_start(self, folder, model, tmp_path):
        arguments = ["--data-dir", folder, "--out", tmp_path / "tuned", "--start", model, "--epochs", 0.5, "--json"]
        summary = json.loads(succeed("train", "--artist", "Ann", *arguments))
        assert summary["validation_bits_per_character"] < 1.05 * load_model(model).training.train_bits_per_character
        assert load_model(tmp_path / "tuned").shape == load_model(model).shape


class TestStoppingTraining:
    def train(self, folder, tmp_path, *more, **settings):
        arguments = ["--artist", "Ann", "--data-dir", folder, "--out", tmp_path / "model.safetensors", *TINY]
        return start("train", *arguments, "--epochs", 6, "--random-seed", 3, "--json", *more, **settings)

    def finish(self, process):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        return json.loads(out)

    def test_an_interrupted_run_leaves_a_checkpoint_and_continues_to_the_same_bits(self, folder, model, tmp_path):
        resume = []
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.train(folder, tmp_path, *resume)
            while b"characters/s" not in process.stderr.readline():
                pass
            for _ in range(3):
                assert b"characters/s" in process.stderr.readline()
            status, err = stop(process, number)
            assert status == 130
            assert "Traceback" not in err
            assert f"--resume continues from {tmp_path / 'model.checkpoint'}" in err
            assert sorted(path.name for path in tmp_path.iterdir()) == ["model.checkpoint"]
            resume = ["--resume"]

        summary = self.finish(self.train(folder, tmp_path, "--resume"))
        assert weights(tmp_path / "model.safetensors") == weights(model)
        whole = load_model(model).training.to_json()
        for key in ("characters_seen", "epochs", "stopped", "validation_bits_per_character"):
            assert summary[key] == whole[key]
        assert not (tmp_path / "model.checkpoint").exists()

    def test_a_killed_run_continues_to_the_same_bits(self, folder, model, tmp_path):
        checkpoint, resume, seen = tmp_path / "model.checkpoint", [], []
        for _ in range(2):
            process = self.train(folder, tmp_path, *resume, quick_checkpoints=True)
            before = checkpoint.read_bytes() if checkpoint.exists() else b""
            wait_for(lambda old=before: checkpoint.exists() and checkpoint.read_bytes() != old, process)
            process.kill()
            process.communicate()
            assert process.returncode == -signal.SIGKILL
            seen.append(checkpoint.read_bytes())
            resume = ["--resume"]
        assert seen[0] != seen[1]
        self.finish(self.train(folder, tmp_path, "--resume"))
        assert weights(tmp_path / "model.safetensors") == weights(model)

    def test_starting_again_says_that_there_was_a_checkpoint(self, folder, tmp_path):
        checkpoint = tmp_path / "model.checkpoint"
        checkpoint.write_bytes(b"of an earlier run")
        _, err = self.train(folder, tmp_path, "--epochs", 0.05).communicate(timeout=120)
        assert f"Starting from the beginning; --resume would have gone on from {checkpoint}." in err.decode()
        assert not checkpoint.exists()

    def test_another_checkpoint_is_refused(self, folder, tmp_path):
        checkpoint = tmp_path / "model.checkpoint"
        for content, reason in ((b"rubbish", "damaged"), ((folder / "models/Ann.safetensors").read_bytes(), "cannot")):
            checkpoint.write_bytes(content)
            process = self.train(folder, tmp_path, "--resume")
            out, err = process.communicate(timeout=60)
            assert (process.returncode, out) == (2, b"")
            assert re.fullmatch(rb"[^\n]+\n", err)
            assert reason.encode() in err
            assert bytes(checkpoint) in err


class TestSample:
    def sing(self, model, *arguments, **environment):
        out = succeed("sample", "--model", model, "--json", *arguments, **environment)
        assert out.count("\n") == 1
        answer = json.loads(out)
        assert set(answer) == {"lyrics", "characters_per_second"}
        assert answer["characters_per_second"] > 0
        return answer["lyrics"]

    def test_it_begins_with_the_seed_and_has_the_lines_asked_for(self, model):
        songs = self.sing(model, "--seed", "My old GUITAR ünd me", "--lines", 5, "--count", 2)
        assert len(songs) == 2
        for song in songs:
            assert song.startswith("My old GUITAR ünd me")
            assert len(lines_of(song)) == 5

    def test_the_default_is_a_song_of_twelve_lines(self, model):
        (song,) = self.sing(model)
        assert len(lines_of(song)) == 12
        assert "\ufffd" not in song
        assert set(song) <= set(load_model(model).profile.alphabet) | set(".")

    def test_the_same_random_seed_is_the_same_text(self, model):
        first = self.sing(model, "--lines", 4, "--random-seed", 7, "--seed", "the sea")
        assert self.sing(model, "--lines", 4, "--random-seed", 8, "--seed", "the sea") != first
        assert succeed("sample", "--model", model, "--lines", 4, "--random-seed", 7, "--seed", "the sea") == (
            first[0] + "\n"
        )

    @pytest.mark.parametrize(
        "arguments",
        ["--temperature 0.1 --top-p 0.05", "--temperature 1.5 --top-p 1", "--rhyme aabb", "--rhyme NONE --lines 1"],
    )
    def test_the_ends_of_every_range(self, model, arguments):
        lines = 1 if "--lines" in arguments else 4
        (song,) = self.sing(model, "--lines", 4, *arguments.split())
        assert len(lines_of(song)) == lines

    @pytest.mark.parametrize(
        ("seed", "lines"),
        [
            ("ЖЖ 漢字 🎵 <@1> `", 4),  # a title, since the network reads none of it
            ("x" * 200, 3),
            ("\n \n", 3),
            ("a\nb\nc\nd", 4),
        ],
    )
    def test_any_seed_is_sung_as_typed(self, model, seed, lines):
        (song,) = self.sing(model, "--seed", seed, "--lines", 3)
        assert song.startswith(seed)
        assert len(lines_of(song)) == lines

    def test_bytes_that_are_no_text_and_terminals_that_lack_letters_are_no_crash(self, model, tmp_path):
        succeed("sample", "--model", model, "--lines", 2, "--seed", "a\udcff", "--json", "--out", tmp_path / "song")
        assert (tmp_path / "song").read_text().startswith("a?")
        assert succeed("sample", "--model", model, "--lines", 2, "--seed", "é", PYTHONIOENCODING="ascii")[0] == "?"

    def test_a_file_instead_of_standard_output(self, model, tmp_path):
        file = tmp_path / "songs.txt"
        arguments = ["--model", model, "--count", 2, "--lines", 3, "--random-seed", 1, "--out", file]
        assert succeed("sample", *arguments) == ""
        songs = json.loads(succeed("sample", *arguments, "--json"))["lyrics"]
        assert file.read_text() == SONG_BREAK.join(songs) + "\n"

    def test_ctrl_c(self, model):
        process = start("sample", "--model", model, "--lines", 200, "--count", 1000)
        assert process.stdout.read(1)
        assert stop(process, signal.SIGINT) == (130, "")

    def test_a_reader_that_leaves(self, model):
        process = start("sample", "--model", model, "--lines", 200, "--count", 1000)
        assert process.stdout.read(1)
        process.stdout.close()
        with process.stderr as err:
            assert err.read() == b""
        assert process.wait(timeout=60) != 0


class TestEvaluate:
    def test_held_out_songs_have_the_bits_that_training_measured(self, folder, model, tmp_path):
        held_out = split_songs(clean((folder / "corpora/Ann.txt").read_text())).held_out
        (tmp_path / "held-out.txt").write_text(SONG_BREAK.join(held_out))
        out = succeed("evaluate", "--model", model, "--text", tmp_path / "held-out.txt", "--json")
        assert out.count("\n") == 1
        result = json.loads(out)
        assert set(result) == {"bits_per_character", "nats_per_character", "characters", "unknown_characters"}
        trained = load_model(model).training
        assert result["bits_per_character"] == pytest.approx(trained.validation_bits_per_character, rel=1e-6)
        assert result["nats_per_character"] == pytest.approx(result["bits_per_character"] * np.log(2))
        assert result["characters"] == trained.held_out_characters - 1
        assert result["unknown_characters"] == 0

    def test_unknown_characters_are_counted_and_nothing_is_learned(self, model, tmp_path):
        (tmp_path / "text").write_text("the sea ЖЖ\n")
        before = model.read_bytes()
        out = succeed("evaluate", "--model", model, "--text", tmp_path / "text")
        assert re.fullmatch(
            r"\d+\.\d{4} bits per character \(\d+\.\d{4} nats\) over 15 characters, 2 of them unknown to the model\n",
            out,
        )
        assert succeed("evaluate", "--model", model, "--text", tmp_path / "text") == out
        assert model.read_bytes() == before
