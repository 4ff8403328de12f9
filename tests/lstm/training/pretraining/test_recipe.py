"""Recipes: the one that ships is read, and a wrong one is refused with a sentence that names the key."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from lstm.training.pretraining.recipe import RecipeError, read_recipe
from tests.lstm.recipes import TINY


def read(tmp_path, text):
    (tmp_path / "a.toml").write_text(text)
    return read_recipe(tmp_path / "a.toml")


def test_the_recipe_of_the_base_that_ships():
    recipe = read_recipe(Path(str(files("lstm") / "pretrained" / "base.toml")))
    assert (recipe.embedding, recipe.hidden, recipe.layers) == (256, 640, 2)
    trunk, final = recipe.runs
    assert [stage.name for stage in trunk.stages] == ["broad", "songs"]
    assert trunk.schedule.rate(0.4) == pytest.approx(3e-3)
    assert trunk.schedule.rate(1) == pytest.approx(0.12 * 3e-3)
    assert final.schedule.rate(1) == 0
    assert (final.updates, final.passes, final.of) == (None, 13.8, "modern")
    assert final.dropout.output == 0.3
    assert recipe.sources["modern"].held_out == 0.1
    assert recipe.sources["prose"].passage == 2500
    assert recipe.lower == {"modern": 500, "verse": 1200}


WRONG = [
    ("hidden = 12", "hiden = 12", "network.hidden is missing."),
    ("hidden = 12", "hidden = 12\nhiden = 3", "network.hiden is not a key of a recipe."),
    ("hidden = 12", 'hidden = "many"', "network.hidden must be a whole number from 1 to 8192, not 'many'."),
    ("hidden = 12", "hidden = true", "network.hidden must be a whole number from 1 to 8192, not True."),
    ("planned = 0.7", "planned = -1", "modes.planned must be a number from 0 to 100, not -1."),
    ("planned = 0.7", "planned = nan", "modes.planned must be a number from 0 to 100, not nan."),
    ('files = ["tales.txt"]', 'files = "tales.txt"', "sources.tales.files must be a list of strings, not 'tales.txt'."),
    (
        "tales = 1.5",
        "prosa = 1.5",
        "runs[0].stages[0].weights.prosa: there is no source 'prosa', only songs, tales, lo",
    ),
    ("weights = { songs = 1.0 }", "weights = 3", "runs[0].stages[1].weights must be a table."),
    ("weights = { songs = 1.0 }", "weights = {}", "runs[0].stages[1].weights: at least one source must have a weight"),
    ("share = 0.4", "share = 0.5", "runs[0].stages: the shares must add up to 1."),
    ('of = "songs"', 'of = "lower"', "runs[1].of: there is no source 'lower', only songs, tales."),
    ('source = "songs"', "source = 1", "measured.source must be a string, not 1."),
    ("[lower]\nsongs = 4", "[lower]\nverse = 4", "lower.verse: there is no source 'verse', only songs, tales."),
    ("songs = { times = 2 }", "songs = { time = 2 }", "vocabulary.sample.songs.time is not a key of a recipe."),
    ("[sources.tales]", "[sources.lower]", "sources.lower has its own table, [lower]."),
    ("dropout_input = 0.1", "bfloat16 = 1", "runs[1].bfloat16 must be true or false, not 1."),
    ("[seeds]", "epochs = 3\n[seeds]", "epochs is not a key of a recipe."),
]


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG, ids=[wrong for _, wrong, _ in WRONG])
def test_a_wrong_key_is_named_in_one_sentence(tmp_path, right, wrong, message):
    assert right in TINY
    with pytest.raises(RecipeError, match=re.escape(f"a.toml: {message}")) as error:
        read(tmp_path, TINY.replace(right, wrong, 1))
    assert "\n" not in str(error.value)


def test_runs_must_be_there(tmp_path):
    with pytest.raises(RecipeError, match="runs must be a list of at least one table"):
        read(tmp_path, TINY[: TINY.index("[[runs]]")] + "[runs]\n")


@pytest.mark.parametrize("text", ["[seeds", "a = \ud800".encode("utf-8", "surrogatepass")], ids=["toml", "utf-8"])
def test_what_is_no_toml_is_refused(tmp_path, text):
    (tmp_path / "a.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RecipeError, match=r"a\.toml is not a TOML file"):
        read_recipe(tmp_path / "a.toml")
