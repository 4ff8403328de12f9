"""Model files: weights, vocabulary and training record in one safetensors file, checked when it is read.

Tensors have PyTorch's names and gate order. The metadata holds JSON under ``vocabulary``, ``config`` and ``training``.
Nothing is unpickled.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import Vocabulary

FORMAT = "lyricbot-lstm-1"


class ModelFileError(ValueError):
    """A file that is not a usable model; the message is one sentence."""


@dataclass(frozen=True)
class Model:
    """A trained network with its vocabulary, what is known about its artist, and how it was trained."""

    parameters: Parameters
    vocabulary: Vocabulary
    profile: ArtistProfile = field(default_factory=ArtistProfile)
    training: TrainingRecord = field(default_factory=TrainingRecord)

    @property
    def shape(self) -> Shape:
        """The network's sizes."""
        return self.parameters.shape

    @property
    def nbytes(self) -> int:
        """Bytes of the weights in memory."""
        return self.parameters.flat.nbytes


def dump_model(model: Model, dtype: type[np.floating] = np.float32) -> bytes:
    """The model as the bytes of a safetensors file, with weights in ``dtype`` (float32 or float16)."""
    shape = model.shape
    config = {
        "format": FORMAT,
        "units": "subwords" if model.vocabulary.merges else "characters",
        **({"merges": model.vocabulary.merges} if model.vocabulary.merges else {}),
        "embedding": shape.E,
        "hidden": shape.H,
        "layers": shape.L,
        **model.profile.to_json(),
    }
    metadata = {
        "vocabulary": json.dumps(model.vocabulary.units, ensure_ascii=False),
        "config": json.dumps(config, ensure_ascii=False),
        "training": json.dumps(model.training.to_json(), ensure_ascii=False),
    }
    tensors = {name: np.ascontiguousarray(array, dtype) for name, array in model.parameters.items()}
    return safetensors.numpy.save(tensors, metadata)


def load_model(source: Path | bytes) -> Model:
    """Read a model from a file, or from a file's bytes; weights become float32.

    Raises:
        ModelFileError: the file cannot be read, is cut short, has wrong shapes, or holds NaN or infinity.
    """
    name = str(source) if isinstance(source, Path) else "The model"
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise ModelFileError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    try:
        tensors = safetensors.numpy.load(data)
        metadata = _metadata(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"{name} is not a complete safetensors file ({_one_line(error)}).") from None
    try:
        units = json.loads(metadata["vocabulary"])
        config, training = json.loads(metadata["config"]), json.loads(metadata["training"])
        if not isinstance(units, list) or not isinstance(config, dict) or not isinstance(training, dict):
            raise ValueError("vocabulary, config or training has the wrong type")
        vocabulary = Vocabulary(units, config.get("merges", ()))
        profile, record = ArtistProfile.from_json(config), TrainingRecord.from_json(training)
        "".join(vocabulary.units).encode()  # a lone surrogate could be sung, but not printed or sent
    except KeyError as error:
        raise ModelFileError(f"{name} has no metadata {error}.") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{name} has metadata that cannot be read ({_one_line(error)}).") from None
    return Model(_parameters(name, tensors, len(vocabulary)), vocabulary, profile, record)


def _metadata(data: bytes) -> dict[str, str]:
    """The metadata of a file whose tensors `safetensors` has accepted (it returns metadata only for paths)."""
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length]).get("__metadata__") or {}  # it may be null
    return {str(k): str(v) for k, v in metadata.items()}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _parameters(name: str, tensors: dict[str, np.ndarray[Any, Any]], V: int) -> Parameters:
    layers = 0
    while f"lstm.weight_hh_l{layers}" in tensors:
        layers += 1
    embedding, recurrent = tensors.get("embedding.weight"), tensors.get("lstm.weight_hh_l0")
    if embedding is None or recurrent is None or embedding.ndim != 2 or recurrent.ndim != 2:
        raise ModelFileError(f"{name} lacks the tensors of an embedding and an LSTM.")
    shape = Shape(V, embedding.shape[1], recurrent.shape[1], layers)
    if min(V - 1, shape.E, shape.H) < 1:
        raise ModelFileError(f"{name} holds a network of size zero.")
    wanted = shape.parameters()
    if set(wanted) != set(tensors):
        odd = sorted(set(wanted) ^ set(tensors))[0]
        raise ModelFileError(f"{name} {'lacks' if odd in wanted else 'has an unexpected'} tensor {odd}.")
    for key, array in tensors.items():
        if array.shape != wanted[key]:
            raise ModelFileError(f"{name}: {key} has shape {array.shape} instead of {wanted[key]}.")
        if array.dtype not in (np.float32, np.float16):
            raise ModelFileError(f"{name}: {key} is {array.dtype}, not float32 or float16.")
        if not np.isfinite(array).all():
            raise ModelFileError(f"{name}: {key} holds NaN or infinity.")
    parameters = Parameters(shape)
    for key, array in tensors.items():
        parameters[key] = array
    return parameters


_DTYPES = {"float16": "F16", "float32": "F32", "float64": "F64"}


def dump_tensors(tensors: Mapping[str, np.ndarray[Any, Any]], metadata: dict[str, str]) -> bytes:
    """The bytes of a safetensors file of floating-point tensors.

    `safetensors.numpy.save` also makes them, but holds them twice for a moment; a checkpoint's are 44 MB.
    """
    header: dict[str, Any] = {"__metadata__": metadata}
    start, parts = 0, []
    for name, array in tensors.items():
        part = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        offsets = [start, start + part.nbytes]
        header[name] = {"dtype": _DTYPES[array.dtype.name], "shape": array.shape, "data_offsets": offsets}
        start += part.nbytes
        parts.append(part.reshape(-1).view(np.uint8).data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def read_tensors(data: bytes) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, str]]:
    """Tensors and metadata of any safetensors bytes; checkpoints are read with it.

    Raises:
        ModelFileError: the bytes are cut short or damaged.
    """
    try:
        return safetensors.numpy.load(data), _metadata(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"This is not a complete safetensors file ({_one_line(error)}).") from None
