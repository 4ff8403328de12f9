"""The texts of a recipe: what is read, what is kept away, how it is cut, and what units it becomes."""

import hashlib
from dataclasses import replace

import pytest

from lstm.text.plans import PLAN_END
from lstm.text.songs import songs_of
from lstm.training.pretraining.recipe import RecipeError, read_recipe
from lstm.training.pretraining.texts import make_vocabulary, parts, passages, read_texts, without_capitals
from tests.lstm import recipes


@pytest.fixture
def recipe(tmp_path):
    path, corpora = recipes.write(tmp_path)
    return read_recipe(path), corpora


def test_held_out_songs_are_read_by_nobody(recipe):
    recipe, corpora = recipe
    texts, hashes = read_texts(recipe, corpora)
    songs = {name: songs_of((corpora / "songs" / name).read_text()) for name in ("a.txt", "b.txt")}
    everything = [*songs["a.txt"], *songs["b.txt"]]
    read = [*texts["songs"].training, *texts["songs"].validation]
    assert len(texts["songs"].training) == 14 + 7
    assert len(texts["songs"].validation) == 2 + 1
    assert len(set(read)) == len(read)
    assert set(read) < set(everything)
    assert not set(texts["songs"].training) & set(texts["songs"].validation)
    assert len(texts["tales"].validation) == 1
    assert texts["tales"].are_prose
    assert not texts["songs"].are_prose
    assert set(texts["lower"].training) <= {song.lower() for song in texts["songs"].training}
    assert len(texts["lower"].training) == 4
    assert set(hashes) == {"songs/a.txt", "songs/b.txt", "tales.txt"}
    assert hashes["tales.txt"] == hashlib.sha256((corpora / "tales.txt").read_bytes()).hexdigest()


def test_another_seed_holds_out_others(recipe):
    recipe, corpora = recipe
    texts, _ = read_texts(recipe, corpora)
    assert read_texts(recipe, corpora)[0] == texts
    assert set(read_texts(replace(recipe, text_seed=1), corpora)[0]["songs"].training) != set(texts["songs"].training)


def test_the_tail_of_a_file_can_be_left_out(recipe):
    recipe, corpora = recipe
    songs = replace(recipe.sources["songs"], left_out_tail={"b.txt": 0.5}, held_out=0.0)
    texts, _ = read_texts(replace(recipe, sources=dict(recipe.sources) | {"songs": songs}), corpora)
    last = songs_of((corpora / "songs" / "b.txt").read_text())[5:]
    assert not set(last) & {*texts["songs"].training, *texts["songs"].validation}


def test_what_cannot_be_read_is_named(recipe):
    recipe, corpora = recipe
    (corpora / "tales.txt").write_bytes("Pferdeäpfel".encode("latin-1"))
    with pytest.raises(RecipeError, match=r"tales\.txt is not UTF-8"):
        read_texts(recipe, corpora)
    (corpora / "tales.txt").unlink()
    with pytest.raises(RecipeError, match=r"sources\.tales\.files: no file in .* matches tales\.txt"):
        read_texts(recipe, corpora)


def test_something_must_be_measured(recipe):
    recipe, corpora = recipe
    songs = replace(recipe.sources["songs"], validation=0.0)
    with pytest.raises(RecipeError, match=r"measured\.source: songs has no validation songs"):
        read_texts(replace(recipe, sources=dict(recipe.sources) | {"songs": songs}), corpora)


def test_long_texts_are_cut_where_they_can_be():
    assert list(parts("a\nb\n\nc\nd\n\ne", 4)) == ["a\nb\n\nc\nd", "e"]
    assert list(parts("a\nb\nc", 2)) == ["a\nb\nc"]
    assert list(passages("one\ntwo\nthree", 8)) == ["one\ntwo", "three"]
    assert list(passages("a long paragraph", 8)) == ["a long paragraph"]
    assert without_capitals("Hey, You!\nO'Neill said: go...") == "hey, you\no'neill said: go"


def test_the_vocabulary_has_the_letters_the_mark_and_subwords(recipe):
    recipe, corpora = recipe
    vocabulary = make_vocabulary(recipe, read_texts(recipe, corpora)[0])
    assert len(vocabulary) == 140
    assert set("äéÄÉ~\n ") | {PLAN_END} <= set(vocabulary.units)
    assert any(len(unit) > 2 for unit in vocabulary.units)
    with pytest.raises(RecipeError, match=r"vocabulary\.units: 50 units cannot hold \d+ characters"):
        make_vocabulary(
            replace(recipe, vocabulary=replace(recipe.vocabulary, units=50)), read_texts(recipe, corpora)[0]
        )
