"""Teach the base model to prefer the lines that readers liked, in NumPy; afterwards `make_reader.py` is due.

    python lstm/pretrained/make_preferred.py CORPORA OUT [HELD_OUT]

Reads the base and marks.jsonl.gz beside this file, and the modern songs that base.toml names from the folder CORPORA;
writes the file OUT, which is to be preferred.safetensors beside the base. The lines of the artist HELD_OUT, if one is
named, are not learned from but measured: whether better lines became likelier than worse ones of the same place.
"""

import sys
import time
from pathlib import Path

import numpy as np

from lstm.model.model_file import load_model
from lstm.model.preferred import Preferred
from lstm.network.likelihood import bits_of_texts
from lstm.network.network import Network
from lstm.text.songs import SONG_BREAK
from lstm.text.vocabulary import Vocabulary
from lstm.training.marks import agreement, marked
from lstm.training.preference import Choice, Preference, PreferenceSettings, teach
from lstm.training.pretraining.recipe import read_recipe
from lstm.training.pretraining.texts import read_texts

HERE = Path(__file__).parent
EVALUATIONS = 6
RANK = 128
"""Of the differences that are kept. On an artist who was held out, they agree with marks by 0.43 as learned, by 0.42 at
rank 128, 0.41 at 64 and 0.39 at 32."""


def choices(vocabulary: Vocabulary) -> tuple[list[Choice], list[str]]:
    """What was marked, as units, and the artist of each."""
    encode, fold = vocabulary.encode, vocabulary.fold
    found, artists = [], []
    for place in marked(HERE / "marks.jsonl.gz"):
        lines = [encode(fold(text) + "\n") for text in place.candidates]
        found.append(Choice(place.song, encode(place.text_before(fold)), lines, np.array(place.marks, np.float32)))
        artists.append(place.artist)
    return found, artists


def main() -> None:
    """Read, teach, measure, write."""
    base, out = load_model((HERE / "base.safetensors").read_bytes()), Path(sys.argv[2])
    held_out = sys.argv[3] if len(sys.argv) > 3 else None
    parameters, vocabulary, settings = base.parameters.copy(), base.vocabulary, PreferenceSettings()
    recipe = read_recipe(HERE / "base.toml")
    texts = read_texts(recipe, Path(sys.argv[1]), {recipe.measured})[0][recipe.measured]
    songs, validation = (
        [vocabulary.encode(text + SONG_BREAK) for text in some] for some in (texts.training, texts.validation)
    )
    all_choices, artists = choices(vocabulary)
    preference = Preference(parameters, all_choices)
    measured = [k for k, artist in enumerate(artists) if artist == held_out]
    learned = [k for k, artist in enumerate(artists) if artist != held_out]
    marks = [preference.choices[k].marks for k in measured]
    network, began = Network(parameters, 64, 24), time.monotonic()

    def measure() -> str:
        bits = f"{bits_of_texts(network, validation, vocabulary.lengths):.4f} bits per character of songs"
        if not measured:
            return bits
        return f"{bits}; agrees with marks by {agreement(preference.differences(measured), marks):.3f}"

    def report(update: int, updates: int, loss: float, nats: float) -> None:
        print(f"{update} of {updates}: loss {loss:.3f}, songs {nats:.3f}, {time.monotonic() - began:.0f} s", flush=True)
        if update * EVALUATIONS // updates != (update - 1) * EVALUATIONS // updates:
            print(measure(), flush=True)

    print(f"{len(learned)} places; before: {measure()}", flush=True)
    teach(preference, learned, songs, settings, report)
    taught = Preferred.between(base.parameters, parameters, RANK)
    parameters.flat[...] = base.parameters.flat
    taught.add_to(parameters)
    print(f"at rank {RANK}: {measure()}")
    out.write_bytes(taught.dump(base.sha256, lines=str(sum(len(all_choices[k].lines) for k in learned))))


if __name__ == "__main__":
    main()
