"""Subwords: frequent runs of characters that the network reads and writes in one step.

Byte-pair encoding (Sennrich, Haddow & Birch 2016, section 3.2) on characters: start from single characters and join the
most frequent pair of neighbours, again and again. Pairs are never joined across the bounds of a piece, which is a line
break, or a word, a number's digit or a run of punctuation with the space before it. So a line ends with a unit of its
own, and a word always begins with one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

Merge = tuple[str, str]
"""Two neighbours that become one unit."""

_PIECE = re.compile(r"\n| ?(?:[^\W\d_]+(?:'[^\W\d_]+)*|\d|(?:[^\w\s]|_)+)|\s")
REMEMBERED_PIECES = 50_000
PART = 1 << 16
LONG_PIECE = 32
"""Characters of a piece beyond which joining one pair after the other, in quadratic time, takes too long."""


def learn_merges(text: str, count: int, characters: Iterable[str]) -> list[Merge]:
    """The first ``count`` merges of ``text``, or fewer where no pair is left that occurs twice.

    Only pairs of the given ``characters`` and of what comes of them are joined. Equally frequent pairs are taken in
    alphabetical order.
    """
    allowed = set(characters)

    def pairs_of(word: Sequence[str]) -> Iterator[Merge]:
        return (pair for pair in pairwise(word) if pair[0] in allowed and pair[1] in allowed)

    pieces = Counter(_PIECE.findall(text))
    words = [list(piece) for piece in pieces]
    weights = list(pieces.values())
    pairs: Counter[Merge] = Counter()
    places: defaultdict[Merge, set[int]] = defaultdict(set)
    for k, word in enumerate(words):
        for pair in pairs_of(word):
            pairs[pair] += weights[k]
            places[pair].add(k)
    merges: list[Merge] = []
    while len(merges) < count and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < 2:
            break
        merges.append(best)
        allowed.add(best[0] + best[1])
        for k in sorted(places.pop(best)):
            for pair in pairs_of(words[k]):
                pairs[pair] -= weights[k]
            words[k] = _join(words[k], best)
            for pair in pairs_of(words[k]):
                pairs[pair] += weights[k]
                places[pair].add(k)
        del pairs[best]
    return merges


def _join(word: Sequence[str], pair: Merge) -> list[str]:
    """The word with every occurrence of the pair joined, from the left."""
    joined, k = [], 0
    while k < len(word):
        if k + 1 < len(word) and word[k] == pair[0] and word[k + 1] == pair[1]:
            joined.append(pair[0] + pair[1])
            k += 2
        else:
            joined.append(word[k])
            k += 1
    return joined


class Segmenter:
    """Cuts texts into units by a list of merges."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._ranks = {pair: k for k, pair in enumerate(merges)}
        self._known: dict[str, list[str]] = {}

    def segment(self, text: str) -> list[str]:
        """The units of ``text``, in order; joined, they are the text again."""
        units: list[str] = []
        for piece in _PIECE.findall(text):
            known = self._known.get(piece)
            if known is None:
                known = self._segment_piece(piece)
                if len(self._known) < REMEMBERED_PIECES:
                    self._known[piece] = known
            units += known
        return units

    def parts(self, text: str) -> Iterator[str]:
        """The text in parts of some `PART` characters, which are cut into units one by one as the whole would be."""
        begin = 0
        while len(text) - begin > PART:
            # A line end is a piece of its own.
            end = text.rfind("\n", begin, begin + PART) + 1 or text.find("\n", begin) + 1 or len(text)
            yield text[begin:end]
            begin = end
        yield text[begin:]

    def _segment_piece(self, piece: str) -> list[str]:
        if len(piece) > LONG_PIECE:
            return self._segment_long_piece(piece)
        word = list(piece)
        while len(word) > 1:
            best = min(pairwise(word), key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            word = _join(word, best)
        return word

    def _segment_long_piece(self, piece: str) -> list[str]:
        """As the loop above, in time n log n: pairs wait by rank, and a join changes only its neighbours."""
        end = len(piece)
        units = [*piece, ""]  # a unit that was joined to the one before it is empty
        after, before = list(range(1, end + 1)), list(range(-1, end - 1))
        waiting: list[int] = []
        places: defaultdict[int, list[int]] = defaultdict(list)

        def wait(k: int) -> None:
            rank = self._ranks.get((units[k], units[after[k]])) if k >= 0 and after[k] < end else None
            if rank is not None:
                if rank not in places:
                    heappush(waiting, rank)
                places[rank].append(k)

        for k in range(end):
            wait(k)
        while waiting:
            rank = heappop(waiting)
            for k in sorted(places.pop(rank)):
                following = after[k] if units[k] else end
                if following == end or self._ranks.get((units[k], units[following])) != rank:
                    continue  # one of the two has been joined to another
                units[k], units[following] = units[k] + units[following], ""
                after[k] = after[following]
                if after[k] < end:
                    before[after[k]] = k
                wait(before[k])
                wait(k)
        return [unit for unit in units if unit]
