"""A hash of its content in every model file and checkpoint, so that damage is found before the file is used.

It is SHA-256 over the header, without the hash itself, and the tensors' bytes, as hexadecimal digits: under ``sha256``
in the JSON of ``config`` where the metadata has one, as in model files, else in the metadata itself. Files of earlier
versions and of other programs have none, and are taken as they are.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

HASH = "sha256"
_CONFIG = "config"


def with_hash(header: dict[str, Any], parts: Iterable[Any]) -> dict[str, Any]:
    """The header of a safetensors file with the hash of its content; ``parts`` are buffers of the tensors' bytes."""
    metadata, digest = header["__metadata__"], _hash(header, parts)
    if _CONFIG in metadata:
        config = json.loads(metadata[_CONFIG]) | {HASH: digest}
        metadata = metadata | {_CONFIG: json.dumps(config, ensure_ascii=False)}
    else:
        metadata = metadata | {HASH: digest}
    return header | {"__metadata__": metadata}


def is_undamaged(data: bytes) -> bool:
    """Whether a safetensors file agrees with its hash, if it has one.

    Raises:
        ValueError: its header or its ``config`` is not JSON.
    """
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = dict(header.get("__metadata__") or {})
    if _CONFIG in metadata:
        config = json.loads(metadata[_CONFIG])
        stored = config.pop(HASH, None) if isinstance(config, dict) else None
        metadata[_CONFIG] = json.dumps(config, ensure_ascii=False)
    else:
        stored = metadata.pop(HASH, None)
    return stored is None or stored == _hash(header | {"__metadata__": metadata}, [memoryview(data)[8 + length :]])


def _hash(header: dict[str, Any], parts: Iterable[Any]) -> str:
    hashed = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()
