"""The base model that ships with the program, and what it becomes for a corpus with other characters."""

from importlib.resources import files

import numpy as np

from lstm.model.model_file import Model, load_model
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.text.vocabulary import Vocabulary


def load_base() -> Model | None:
    """The shipped base model, or None in a checkout that has none.

    Read from the file each time: a training copies it at once, and 30 MB matter on a small server.
    """
    file = files("lstm") / "pretrained" / "base.safetensors"
    return load_model(file.read_bytes()) if file.is_file() else None


FOREIGN_SHARE = 0.3
"""From this share of unknown characters on, a corpus is in a script that the base does not know."""


def knows_script(model: Model, text: str) -> bool:
    """Whether a model knows most characters of a text."""
    return unknown_share(model.vocabulary, text) < FOREIGN_SHARE


def unknown_share(vocabulary: Vocabulary, text: str) -> float:
    """Share of a text's characters that a vocabulary lacks."""
    ids = vocabulary.characters().encode(text)
    return float((ids == 0).mean()) if len(ids) else 0.0


def extend(model: Model, vocabulary: Vocabulary, text: str, rng: np.random.Generator) -> Parameters:
    """The model's weights for a larger vocabulary, which begins with the model's own: fresh rows for what is new.

    A new unit starts with the mean embedding and a little noise, no weight from any hidden unit, and a bias that
    gives it its share of ``text``, relative to the known units' mean.
    """
    old, known = model.parameters, len(model.vocabulary)
    if vocabulary.units[:known] != model.vocabulary.units:
        raise ValueError("the larger vocabulary must begin with the model's own")
    shape = Shape(len(vocabulary), old.shape.E, old.shape.H, old.shape.L)
    parameters = initial_parameters(shape, rng)
    for name, array in parameters.items():
        source = old[name]
        if name not in ("embedding.weight", "output.weight", "output.bias"):
            array[...] = source
            continue
        array[:known] = source
        if name == "embedding.weight":
            array[known:] = source.mean(axis=0) + 0.3 * source.std() * array[known:]
        elif name == "output.weight":
            array[known:] = 0.0
        else:
            log_share = vocabulary.log_frequencies(vocabulary.encode(text))
            in_use = log_share[:known] > np.log(1e-4)
            offset = float((source - log_share[:known])[in_use].mean()) if in_use.any() else 0.0
            array[known:] = log_share[known:] + offset
    return parameters
