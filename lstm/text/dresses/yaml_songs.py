"""YAML with song texts in blocks: "lyrics: |" and indented lines below it."""

import re
from collections import defaultdict

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_BLOCK = re.compile(r"(\s{0,40})(?:- )?([A-Za-z_-]{1,40}) ?: [|>][-+]?\d?\s{0,10}")
_KEY = re.compile(r"\s{0,40}(?:- )?[A-Za-z_-]{1,40} ?:(?: .{0,300})?")
_NAMES = frozenset("lyrics lyric text words songtext song_text body verse content".split())
_FEWEST = 2


def take_off(text: str) -> Undressed | None:
    """The blocks of one key, which is called after lyrics or has the longest of them."""
    lines = text.split("\n")
    if sum(_BLOCK.fullmatch(line[:100]) is not None for line in lines if ": |" in line or ": >" in line) < _FEWEST:
        return None
    blocks: defaultdict[str, list[list[str]]] = defaultdict(list)
    block: list[str] | None = None
    indent = 0
    for line in lines:
        match = _BLOCK.fullmatch(line[:100]) if ": " in line else None
        if match and not (block is not None and _indent(line) > indent):
            block, indent = [], len(match.group(1))
            blocks[match.group(2).casefold()].append(block)
        elif block is not None and (not line.strip() or _indent(line) > indent):
            block.append(line.strip())
        elif _KEY.fullmatch(line[:400]) or not line.strip() or line.startswith(("---", "#")):
            block = None
        else:
            return None
    named = [name for name in blocks if name in _NAMES]
    best = max(named or blocks, key=lambda name: sum(len(line) for block in blocks[name] for line in block))
    songs = ["\n".join(block).strip("\n") for block in blocks[best]]
    return Undressed(boundaries.join_songs([song for song in songs if song]), {"YAML blocks": len(songs)})


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
