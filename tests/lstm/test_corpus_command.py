"""``python -m lstm.corpus``: what a training would learn from a file."""

import json

import pytest

from lstm.corpus import main

PAGE = (
    "12 ContributorsTranslationsFrançaisPaper Moon Lyrics[Verse 1: Ann Collier]\nWalking th\u0435 line in the rain\n"
    "two by two\n\n[Chorus]\nSing it now\nall night (x2)You might also like\n\n[Verse 2]\nDriving alone\nto you7Embed"
)
SUNG = "Walking the line in the rain\ntwo by two\n\nSing it now\nall night\n\nDriving alone\nto you\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


def test_prose_and_the_clean_text(page, tmp_path, capsys):
    assert main([str(page), "--out", str(tmp_path / "clean.txt")]) == 0
    assert (tmp_path / "clean.txt").read_text() == SUNG
    out = capsys.readouterr().out
    assert out.startswith("1 song to learn from, 84 bytes after cleaning (recognised: Genius page, section headers")
    assert "    Walking the line in the rain\n    two by two\n    Sing it now\n    all night\n" in out


def test_one_json_object(page, capsys):
    assert main([str(page), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report == {
        "songs": 1,
        "characters": len(SUNG) - 1,
        "encoding": "utf-8",
        "dresses": ["Genius page", "section headers", "repeat marks", "look-alike letters"],
        "removed": {
            "page titles": 1,
            "adverts": 1,
            "'Embed' marks": 1,
            "section headers": 3,
            "repeat marks": 1,
            "look-alike letters": 1,
        },
        "near_copies": 0,
        "sections": {"verse": 2, "chorus": 1},
    }


def test_the_clean_text_is_read_as_it_is(page, tmp_path, capsys):
    clean, again = tmp_path / "clean.txt", tmp_path / "again.txt"
    assert main([str(page), "--out", str(clean)]) == 0
    assert main([str(clean), "--out", str(again)]) == 0
    assert again.read_bytes() == clean.read_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"%PDF-1.7\n", "This is a PDF"), (b"", "no text"), (b"x" * 5_000, "letters in a row|a line of")],
)
def test_what_is_no_corpus_is_one_sentence_and_status_2(data, reason, tmp_path, capsys):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert any(part in err for part in reason.split("|"))
