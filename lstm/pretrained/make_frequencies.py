"""Count how frequent each unit of the base's vocabulary is in the songs that the base ends on.

    python lstm/pretrained/make_frequencies.py RECIPE CORPORA

RECIPE is base.toml beside this file; CORPORA holds the texts that README.md lists. Counts the songs of the recipe's
measured source that it learns from, and writes frequencies.safetensors beside this file.
"""

import sys
from pathlib import Path

import numpy as np

from lstm.model.model_file import dump_tensors, load_model
from lstm.song.frequencies import TENSOR, count
from lstm.training.pretraining.recipe import read_recipe
from lstm.training.pretraining.texts import read_texts

HERE = Path(__file__).parent


def main() -> None:
    """Count and write."""
    base = load_model(HERE / "base.safetensors")
    recipe = read_recipe(Path(sys.argv[1]))
    texts, _ = read_texts(recipe, Path(sys.argv[2]), {recipe.measured})
    songs = texts[recipe.measured].training
    counted = count((base.vocabulary.encode(song + "\n\n") for song in songs), base.vocabulary)
    metadata = {"base": base.sha256 or "", "songs": str(len(songs))}
    (HERE / "frequencies.safetensors").write_bytes(dump_tensors({TENSOR: counted.astype(np.float16)}, metadata))


if __name__ == "__main__":
    main()
