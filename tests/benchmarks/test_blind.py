"""Blind reading."""

import json

import pytest

from tests.benchmarks.blind import main, make_pairs, score, sign_test

OURS = {"rain": ["our rain 1", "our rain 2"], "sun": ["our sun"], "sea": ["alone"]}
THEIRS = {"rain": ["their rain 1", "their rain 2"], "sun": ["their sun"]}


def test_pairs_are_of_one_seed_and_the_key_says_which_is_ours():
    text, key = make_pairs(OURS, THEIRS, random_seed=3)
    assert len(key) == 3
    for number, letter in key.items():
        body = text.split(f"=== {number} === ")[1].split("=== ")[0]
        a, b = body.split("--- A ---")[1].split("--- B ---")
        assert ("our" in a) == (letter == "A")
        assert ("our" in b) == (letter == "B")
    assert make_pairs(OURS, THEIRS, 3) == (text, key)
    assert {tuple(make_pairs(OURS, THEIRS, k)[1].values()) for k in range(20)} != {tuple(key.values())}


def test_verdicts_and_marks_are_counted_for_their_side():
    key = {"1": "A", "2": "B", "3": "A"}
    said = score(key, "1 A 8 6 2 1\n2 B 3 2 7 5\n\n3 =\n")
    assert "ours 2, theirs 0, equal 1" in said
    assert "grammar: ours 7.50, theirs 2.50" in said
    assert "sense: ours 5.50, theirs 1.50" in said


@pytest.mark.parametrize("line", ["9 A", "1 C", "1 A 7"])
def test_what_is_no_verdict_is_refused(line):
    with pytest.raises(ValueError, match="not a verdict"):
        score({"1": "A"}, line)


def test_the_sign_test():
    assert sign_test(5, 5) == 1
    assert sign_test(10, 0) == pytest.approx(2 / 1024)
    assert sign_test(45, 15) == sign_test(15, 45) < 0.001


def test_the_commands(tmp_path, capsys):
    for name, side in (("ours", OURS), ("theirs", THEIRS)):
        (tmp_path / name).write_text(json.dumps(side))
    files = ["--pairs", str(tmp_path / "pairs"), "--key", str(tmp_path / "key")]
    assert main(["make", str(tmp_path / "ours"), str(tmp_path / "theirs"), *files]) == 0
    (tmp_path / "marks").write_text("1 A\n2 B\n3 =\n")
    assert main(["score", str(tmp_path / "key"), str(tmp_path / "marks")]) == 0
    assert "equal 1" in capsys.readouterr().out
