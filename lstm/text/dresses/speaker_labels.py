"""Who sings or speaks, in front of lines ("ANN: ...") or above them ("First Citizen:").

A few labels must stand before much of a text: a single "Mama said: come home" is sung.
"""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_LABEL = re.compile(r"([A-Z0-9][\w.'&/-]{0,20}(?: [A-Z0-9&(][\w.'&/)-]{0,20}| and| of| the){0,3}) ?: {1,4}(?=\S)")
_CAPITALS = re.compile(r"([A-Z][A-Z.'& /-]{1,30}) ?[:.] {1,4}(?=\S)")
_ALONE = re.compile(r"([A-Z][\w.'&/ ()-]{0,40}):|([A-Z][A-Z.'&/ ()-]{1,40})[.:]")
_LEAST_SHARE = 0.4
_LEAST_CAPITALS_SHARE = 0.1
_LEAST_ALONE_SHARE = 0.08
_MOST_LABELS_SHARE = 0.15
_MOST_LABELS = 40
"""A text with more speakers is a play, and is left as it is."""
_FEWEST = 6


def take_off(text: str) -> Undressed | None:
    """Drop the labels that recur."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip() and line[0] not in boundaries.ALL]
    if sum(":" in line or line.isupper() for line in filled) < _FEWEST:
        return None
    for pattern, share in ((_LABEL, _LEAST_SHARE), (_CAPITALS, _LEAST_CAPITALS_SHARE)):
        labels = Counter(match.group(1) for line in filled if (match := pattern.match(line)))
        if _recur(labels, share * len(filled)):
            known = {label for label, n in labels.items() if n > 1 or label.isupper()}
            return _without(lines, pattern, known)
    names = [
        _name_alone(line) if k == 0 or not lines[k - 1].strip() or lines[k - 1][0] in boundaries.ALL else ""
        for k, line in enumerate(lines)
    ]
    alone = Counter(name for name in names if name)
    if _recur(alone, _LEAST_ALONE_SHARE * len(filled)) and len(alone) >= 2:
        kept = [line for line, name in zip(lines, names, strict=True) if not name]
        return Undressed("\n".join(kept), {"speakers' names": len(lines) - len(kept)})
    return None


def _recur(labels: Counter[str], fewest: float) -> bool:
    """Whether labels stand often enough, and are few enough, to be people and not words of the songs."""
    total = sum(labels.values())
    return total >= max(_FEWEST, fewest) and len(labels) <= max(3, min(_MOST_LABELS, _MOST_LABELS_SHARE * total))


def _name_alone(line: str) -> str:
    if len(line) > 60:
        return ""
    match = _ALONE.fullmatch(line.strip())
    return (match.group(1) or match.group(2)) if match else ""


def _without(lines: list[str], pattern: re.Pattern[str], known: set[str]) -> Undressed:
    result, count = [], 0
    for line in lines:
        match = pattern.match(line)
        if match and match.group(1) in known:
            line = line[match.end() :]
            count += 1
        result.append(line)
    return Undressed("\n".join(result), {"speakers' names": count})
