"""Model files: weights, vocabulary and training record in one safetensors file, checked when it is read.

Tensors have PyTorch's names and gate order. The metadata holds JSON under ``vocabulary``, ``config`` and ``training``;
``config`` also holds a hash of the content.
An artist's file may hold only the adapters (`lstm.network.adapters`) of a base, and the base's hash in ``config``; the
vocabulary is then the base's. Nothing is unpickled.
"""

import hashlib
import json
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from lstm.model.adapted import Adapted, Base
from lstm.model.content_hash import HASH, is_undamaged, with_hash
from lstm.model.installed_bases import base_file, files_beside_base
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.adapters import Adapters
from lstm.network.parameters import Parameters, Shape
from lstm.text.vocabulary import Vocabulary

FORMAT = "lyricbot-lstm-1"
ADAPTERS_FORMAT = "lyricbot-adapters-1"
LARGEST_RANK = 512


class ModelFileError(ValueError):
    """A file that is not a usable model; the message is one sentence."""


@dataclass(frozen=True)
class Model:
    """A trained network with its vocabulary, what is known about its artist, and how it was trained."""

    weights: Parameters | Adapted
    vocabulary: Vocabulary
    profile: ArtistProfile = field(default_factory=ArtistProfile)
    training: TrainingRecord = field(default_factory=TrainingRecord)
    sha256: str = ""
    """Of the file that it was read from; empty for a model that was made here."""

    @property
    def is_base(self) -> bool:
        """Whether artists can be adapters of it: a whole model, read from a file, that belongs to no artist."""
        return bool(self.sha256) and self.training.artist is None and isinstance(self.weights, Parameters)

    @property
    def parameters(self) -> Parameters:
        """The weights of the whole network; those of an adapted model are merged at each call, which takes a moment."""
        return self.weights if isinstance(self.weights, Parameters) else self.weights.merged()

    @property
    def shape(self) -> Shape:
        """The network's sizes."""
        return self.weights.shape if isinstance(self.weights, Parameters) else self.weights.base.shape

    @property
    def size(self) -> int:
        """Number of weights of the network."""
        return sum(int(np.prod(size)) for size in self.shape.parameters().values())


def dump_model(model: Model, dtype: type[np.floating] = np.float32) -> bytes:
    """The model as the bytes of a safetensors file, with weights in ``dtype`` (float32 or float16)."""
    shape, weights = model.shape, model.weights
    if isinstance(weights, Adapted):
        return _dump_adapted(model, weights, dtype)
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
    tensors = {name: np.ascontiguousarray(array, dtype) for name, array in weights.items()}
    return dump_tensors(tensors, metadata)


def _dump_adapted(model: Model, weights: Adapted, dtype: type[np.floating]) -> bytes:
    config = {
        "format": ADAPTERS_FORMAT,
        "base": weights.base.sha256,
        "rank": weights.adapters.rank,
        **model.profile.to_json(),
    }
    metadata = {
        "config": json.dumps(config, ensure_ascii=False),
        "training": json.dumps(model.training.to_json(), ensure_ascii=False),
    }
    tensors = {name: np.ascontiguousarray(array, dtype) for name, array in weights.adapters.items()}
    return dump_tensors(tensors, metadata)


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
        config, training = json.loads(metadata["config"]), json.loads(metadata["training"])
        if not isinstance(config, dict) or not isinstance(training, dict):
            raise ValueError("config or training has the wrong type")
        if config.get("format") == ADAPTERS_FORMAT:
            profile, record = ArtistProfile.from_json(config), TrainingRecord.from_json(training)
            adapted = _adapted(name, tensors, config)
            _check_hash(name, data)
            sha256 = hashlib.sha256(data).hexdigest()
            return Model(adapted, adapted.base.vocabulary, profile, record, sha256)
        units = json.loads(metadata["vocabulary"])
        if not isinstance(units, list):
            raise ValueError("vocabulary has the wrong type")
        vocabulary = Vocabulary(units, config.get("merges", ()))
        profile, record = ArtistProfile.from_json(config), TrainingRecord.from_json(training)
        "".join(vocabulary.units).encode()  # a lone surrogate could be sung, but not printed or sent
    except KeyError as error:
        raise ModelFileError(f"{name} has no metadata {error}.") from None
    except ModelFileError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(f"{name} has metadata that cannot be read ({_one_line(error)}).") from None
    weights = _parameters(name, tensors, len(vocabulary))
    _check_hash(name, data)
    return Model(weights, vocabulary, profile, record, hashlib.sha256(data).hexdigest())


def _check_hash(name: str, data: bytes) -> None:
    """Refuse a damaged file; last, because what else is wrong with it says more."""
    if not is_undamaged(data):
        raise ModelFileError(f"{name} is damaged: its content does not match the hash in its metadata.")


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
    _check(name, tensors, shape.parameters())
    parameters = Parameters(shape)
    for key, array in tensors.items():
        parameters[key] = array
    return parameters


def _check(name: str, tensors: dict[str, np.ndarray[Any, Any]], wanted: Mapping[str, tuple[int, ...]]) -> None:
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


def _adapted(name: str, tensors: dict[str, np.ndarray[Any, Any]], config: Mapping[str, Any]) -> Adapted:
    sha256, rank = config.get("base"), config.get("rank")
    if not isinstance(sha256, str) or not isinstance(rank, int) or not 1 <= rank <= LARGEST_RANK:
        raise ModelFileError(f"{name} holds adapters, but does not name their base and rank.")
    base = base_with_hash(sha256)
    if base is None:
        raise ModelFileError(f"{name} belongs to a base model that is not installed; train the artist again.")
    adapters = Adapters(base.shape, rank)
    _check(name, tensors, {key: array.shape for key, array in adapters.items()})
    for key, array in adapters.items():
        array[...] = tensors[key]
    return Adapted(base, adapters)


_bases: weakref.WeakValueDictionary[str, Base] = weakref.WeakValueDictionary()
"""Bases in use, by hash, so that all their artists share one vocabulary and one set of packed weights."""


def base_with_hash(sha256: str) -> Base | None:
    """The installed base model with a hash; None if there is none. The same object for as long as it is in use."""
    if (base := _bases.get(sha256)) is None and (model := _installed(sha256)) is not None:
        _bases[sha256] = base = Base(sha256, model.vocabulary, model.shape, lambda: _installed_parameters(sha256))
    return base


def base_of(model: Model) -> Base:
    """A base model in memory as the base of adapters."""
    return _bases.get(model.sha256) or Base(
        model.sha256, model.vocabulary, model.shape, lambda: model.parameters.copy()
    )


def _installed(sha256: str) -> Model | None:
    data = base_file(sha256)
    return None if data is None else load_model(data)


def _installed_parameters(sha256: str) -> Parameters:
    if (model := _installed(sha256)) is None:
        raise ModelFileError("The base model that this artist belongs to is no longer installed.")
    return model.parameters


def tensors_beside_base(name: str, sha256: str) -> dict[str, np.ndarray[Any, Any]] | None:
    """What a file of that name holds that was made for the base with a hash; None if there is no such file.

    Such a file lies beside the base and has the base's hash in its metadata. It is read at each call.

    Raises:
        ModelFileError: the file is damaged; the message names it.
    """
    for file in files_beside_base(name, sha256):
        try:
            tensors, metadata = read_tensors(file.read_bytes())
        except ModelFileError as error:
            raise ModelFileError(f"{file}: {error}") from None
        if metadata.get("base") == sha256:
            return tensors
    return None


_DTYPES = {"float16": "F16", "float32": "F32", "float64": "F64"}


def dump_tensors(tensors: Mapping[str, np.ndarray[Any, Any]], metadata: dict[str, str]) -> bytes:
    """The bytes of a safetensors file of floating-point tensors.

    `safetensors.numpy.save` also makes them, but holds them twice for a moment; those of a checkpoint are up to 119 MB.
    """
    header: dict[str, Any] = {"__metadata__": metadata}
    start, parts = 0, []
    for name, array in tensors.items():
        part = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        offsets = [start, start + part.nbytes]
        header[name] = {"dtype": _DTYPES[array.dtype.name], "shape": array.shape, "data_offsets": offsets}
        start += part.nbytes
        parts.append(part.reshape(-1).view(np.uint8).data)
    text = json.dumps(with_hash(header, parts)).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def read_tensors(data: bytes) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, str]]:
    """Tensors and metadata of any safetensors bytes; checkpoints are read with it.

    Raises:
        ModelFileError: the bytes are cut short or damaged.
    """
    try:
        tensors, metadata = safetensors.numpy.load(data), _metadata(data)
        undamaged = is_undamaged(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"This is not a complete safetensors file ({_one_line(error)}).") from None
    if not undamaged:
        raise ModelFileError("This file is damaged: its content does not match the hash in its metadata.")
    return tensors, {key: value for key, value in metadata.items() if key != HASH}
