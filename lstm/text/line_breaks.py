"""Where the lines of songs began whose line ends were lost.

All breaks of a song are chosen together by dynamic programming. What speaks for a break: a capital that neither a name
nor a sentence explains, the signs in front of it, the words on both sides, a rhyme with an end nearby, and lines that
are as long as others of the song. How much each says is learned from the songs themselves: breaks are chosen, what is
seen at them and elsewhere is counted, and they are chosen again (hard expectation maximisation). Takes time in
proportion to the text.
"""

import bisect
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from lstm.text.letter_case import english, knows_language_of
from lstm.text.sung_words import LEAST_INSIDE, SIGNS, SungWords
from lstm.text.words import words_of

ROUNDS = 4
MOST_LEARNED = 20_000
"""Words that the evidence is learned from, or few more."""
LONGEST_SONG = 5_000
"""Words; a line of more is a collection, and cut into pieces. Words that are looked at together take 0.4 KB each: for
all of a large text that would be too much."""
LONGEST = 28
"""Syllables of a line, unless it cannot be broken."""
USUAL, USUAL_SPREAD = 8.0, 0.25
"""Length of a line in syllables before anything is known, and the standard deviation of its logarithm."""
SURE_CAPITALS, FEW_CAPITALS = 0.97, 0.05
"""How many lines begin with a capital of their own where lines do, and where only sentences do."""
FEW_UNEXPLAINED = 0.03
"""Capitals per word that no name or sentence explains, below which only sentences begin with capitals."""
MOST_UNEXPLAINED_OF_PROSE, LEAST_RHYME_OF_VERSE = 0.04, 0.6
"""With fewer such capitals, a text whose breaks rhyme less (log-ratio) is prose: a sentence is a line."""
SIGN_WEIGHT = 0.6
PRIOR_WORDS, PRIOR_KINDS, PRIOR_CAPITALS, PRIOR_LINES = 10.0, 2.0, 3.0, 8.0
"""How many observations of a word, a kind of sign, a word's capitals or a song's lines the average of all is worth."""
UNSURE_LINE = 0.1
"""Weight of the length of a line with "I" inside it, which two lines that were not told apart often are."""
LEAST_SCORE = -6.0
"""Places that score less are no breaks."""
RHYME_LINES = 4
LEAST_SHARE = 1e-4
NEIGHBOURS = (0.05, 0.15, 0.6, 0.15, 0.05)
"""How a length counts for itself and for lengths up to two syllables off."""

_AT_BREAK, _INSIDE = 0, 1
_SIGNS_OF_LINES, _SIGNS_OF_SENTENCES = (-0.45, 0.92, 1.73, 1.10), (-0.94, 1.61, 2.53, 1.61)
"""Log-ratio of each of `SIGNS` in front of a break to that elsewhere, before anything is known."""


def with_line_ends(songs: Sequence[str]) -> list[list[str]]:
    """The lines of songs that stand in one line each."""
    pieces = [list(_pieces(song)) for song in songs]
    all_pieces = list(chain.from_iterable(pieces))
    case = english() if knows_language_of(chain.from_iterable(map(words_of, all_pieces))) else None
    # Enough of them to learn from, taken from all over the text.
    learned = all_pieces[:: max(1, sum(map(_count, all_pieces)) // MOST_LEARNED)]
    style = _Style.of([SungWords(piece, case) for piece in learned], is_known=case is not None)
    return [list(chain.from_iterable(style.lines(SungWords(piece, case)) for piece in song)) for song in pieces]


def _pieces(song: str) -> Iterator[str]:
    """A song, or the pieces of a line that is too long for one."""
    words = song.split()
    for begin in range(0, len(words), LONGEST_SONG):
        yield " ".join(words[begin : begin + LONGEST_SONG])


def _count(piece: str) -> int:
    return piece.count(" ") + 1


@dataclass
class _Style:
    """How the lines of some songs begin, end and how long they are; log-ratios of a break to no break."""

    is_known: bool
    """Whether there is a model of the language's capitals."""
    capitals: float
    """Probability of a capital at the beginning of a line that begins inside a sentence."""
    signs: tuple[float, ...]
    lengths: list[float]
    """Logarithms of the probability of each number of syllables up to `LONGEST`."""
    length_shares: list[float]
    before: dict[str, float] = field(default_factory=dict)
    """Of the word in front of the break."""
    after: dict[str, float] = field(default_factory=dict)
    rhymes: tuple[float, ...] = (0.0, 0.0)
    """Of no rhyme and of a rhyme nearby."""
    small: Counter[str] = field(default_factory=Counter)
    """How often a word is written small."""
    names: Counter[str] = field(default_factory=Counter)
    """How often a word has a capital inside a line."""
    unexplained: float = 0.0
    """Capitals per word that no name or sentence explains."""

    @classmethod
    def of(cls, songs: Sequence[SungWords], *, is_known: bool) -> "_Style":
        """What is learned from songs."""
        style = cls._before_anything(songs, is_known)
        breaks = [style.breaks(song, style.lengths, None) for song in songs]
        for _ in range(ROUNDS - 1):
            rhymes = [_rhymes(song, of_song) for song, of_song in zip(songs, breaks, strict=True)]
            style = style._counted(songs, breaks, rhymes)
            breaks = [
                style.breaks(song, style.lengths_of(song, of_song), rhyming)
                for song, of_song, rhyming in zip(songs, breaks, rhymes, strict=True)
            ]
        return style

    @classmethod
    def _before_anything(cls, songs: Sequence[SungWords], is_known: bool) -> "_Style":
        """What is usual; whether lines or only sentences begin with capitals is seen from how many are unexplained."""
        usual = [-9.0] + [_usual_length(n) for n in range(1, LONGEST + 1)]
        style = cls(
            is_known,
            SURE_CAPITALS,
            _SIGNS_OF_LINES,
            usual,
            [math.exp(length) for length in usual],
            small=Counter(word for song in songs for word in song.small_words),
        )
        for song in songs:
            style.unexplained += sum(
                1 - style._inside(song, k) for k in range(1, len(song)) if song.capitals[k] and not song.begins[k]
            )
        style.unexplained /= max(1, sum(map(len, songs)))
        if style.unexplained < FEW_UNEXPLAINED:
            style.capitals, style.signs = FEW_CAPITALS, _SIGNS_OF_SENTENCES
        return style

    def lines(self, song: SungWords) -> Iterator[str]:
        """The lines of a song."""
        for begin, end in pairwise([0, *self.final_breaks(song), len(song)]):
            yield " ".join(song.tokens[begin:end])

    def final_breaks(self, song: SungWords) -> list[int]:
        """The words, without the first, that lines of a song begin with."""
        if self.unexplained < MOST_UNEXPLAINED_OF_PROSE and self.rhymes[True] < LEAST_RHYME_OF_VERSE:
            return [k for k in range(1, len(song)) if song.begins[k]]
        breaks = self.breaks(song, self.lengths, None)
        for _ in range(2):
            breaks = self.breaks(song, self.lengths_of(song, breaks), _rhymes(song, breaks))
        return breaks

    def breaks(self, song: SungWords, lengths: list[float], rhymes: list[bool] | None) -> list[int]:
        """The best breaks of a song, given the lengths of its lines and which words rhyme with ends nearby."""
        scores = [self._score(song, k) + (self.rhymes[rhymes[k]] if rhymes else 0.0) for k in range(1, len(song))]
        places = [0, *(k for k, score in enumerate(scores, 1) if score > LEAST_SCORE), len(song)]
        at = [song.syllables[k] for k in places]
        best, back = [0.0], [0]
        for k in range(1, len(places)):
            most, came = -math.inf, k - 1
            for j in range(k - 1, -1, -1):
                length = at[k] - at[j]
                if length > LONGEST:
                    if j == k - 1:
                        most = best[j] + lengths[LONGEST]
                    break
                if best[j] + lengths[length] > most:
                    most, came = best[j] + lengths[length], j
            best.append(most + (scores[places[k] - 1] if places[k] < len(song) else 0.0))
            back.append(came)
        result: list[int] = []
        k = back[-1]
        while k > 0:
            result.append(places[k])
            k = back[k]
        return result[::-1]

    def lengths_of(self, song: SungWords, breaks: list[int]) -> list[float]:
        """The lengths of one song's lines, as its breaks show them, smoothed by those of all songs."""
        lines = _lengths(song, breaks)
        total = sum(lines)
        shares = zip(_smoothed(lines), self.length_shares, strict=True)
        return [math.log((total * own + PRIOR_LINES * usual) / (total + PRIOR_LINES)) for own, usual in shares]

    def _score(self, song: SungWords, k: int) -> float:
        """What speaks for a break in front of a word, lengths and rhymes aside."""
        word = song.words[k]
        score = SIGN_WEIGHT * self.signs[song.signs[k - 1]] + self.before.get(song.written[k - 1], 0.0)
        score += self.after.get(word, 0.0)
        is_capital = song.capitals[k]
        if is_capital and not song.begins[k]:
            score += math.log(self.capitals / self._inside(song, k))
        elif is_capital is False:
            score += math.log(1 - self.capitals)
        return score

    def _inside(self, song: SungWords, k: int) -> float:
        """The probability that a word has a capital inside a line."""
        inside, word = song.inside[k], song.words[k]
        if song.is_pronoun[k] or song.begins[k]:
            return inside
        if not self.is_known and self.small[word]:
            inside = LEAST_INSIDE
        seen = self.names[word] + self.small[word]
        return (PRIOR_CAPITALS * inside + self.names[word]) / (PRIOR_CAPITALS + seen)

    def _counted(
        self, songs: Sequence[SungWords], breaks: Sequence[list[int]], rhymes: Sequence[list[bool]]
    ) -> "_Style":
        """What is seen at the breaks of songs and elsewhere."""
        lengths, names = [0.0] * (LONGEST + 1), Counter[str]()
        before, after = (Counter[str](), Counter[str]()), (Counter[str](), Counter[str]())
        signs = ([0] * len(SIGNS), [0] * len(SIGNS))
        rhyming = ([0, 0], [0, 0])
        capitals = [1.0, 0.03]
        for song, of_song, of_rhymes in zip(songs, breaks, rhymes, strict=True):
            lengths = [a + b for a, b in zip(lengths, _lengths(song, of_song), strict=True)]
            at = set(of_song)
            for k in range(1, len(song)):
                where = _AT_BREAK if k in at else _INSIDE
                signs[where][song.signs[k - 1]] += 1
                rhyming[where][of_rhymes[k]] += 1
                before[where][song.written[k - 1]] += 1
                after[where][song.words[k]] += 1
                if song.capitals[k] is not None and not song.begins[k] and not song.is_pronoun[k]:
                    if where == _AT_BREAK:
                        capitals[not song.capitals[k]] += 1
                    elif song.capitals[k]:
                        names[song.words[k]] += 1
        shares = _smoothed(lengths)
        learned = min(0.995, capitals[0] / sum(capitals))
        return _Style(
            self.is_known,
            self.capitals if self.capitals == FEW_CAPITALS else learned,
            _log_ratios(*signs),
            [math.log(share) for share in shares],
            shares,
            _word_ratios(*before),
            _word_ratios(*after),
            _log_ratios(*rhyming),
            self.small,
            names,
            self.unexplained,
        )


def _usual_length(syllables: int) -> float:
    deviation = (math.log(syllables) - math.log(USUAL)) / USUAL_SPREAD
    return max(-9.0, -math.log(math.sqrt(2 * math.pi) * USUAL_SPREAD * syllables) - deviation**2 / 2)


def _lengths(song: SungWords, breaks: list[int]) -> list[float]:
    """How many lines have how many syllables, up to `LONGEST`."""
    lengths = [0.0] * (LONGEST + 1)
    for begin, end in pairwise([0, *breaks, len(song)]):
        unsure = any(song.is_pronoun[begin + 2 : end - 1])
        lengths[min(LONGEST, song.syllables[end] - song.syllables[begin])] += UNSURE_LINE if unsure else 1.0
    return lengths


def _smoothed(lengths: list[float]) -> list[float]:
    """The share of each length, some of which goes to its neighbours; none is zero."""
    total = max(1.0, sum(lengths))
    padded = [0.0, 0.0, *lengths[1:], 0.0, 0.0]
    shares = [LEAST_SHARE] * (LONGEST + 1)
    for k in range(1, LONGEST + 1):
        near = padded[k - 1 : k + 4]
        shares[k] += sum(weight * n for weight, n in zip(NEIGHBOURS, near, strict=True)) / total
    return shares


def _rhymes(song: SungWords, breaks: list[int]) -> list[bool]:
    """For each place, whether the word in front of it would rhyme with another one at the end of a line nearby."""
    ends = [*breaks, len(song)]
    result = [False]
    for k in range(1, len(song)):
        at = bisect.bisect_left(ends, k)
        word, sound = song.written[k - 1].rstrip(","), song.rhymes[k - 1]
        near = ends[max(0, at - RHYME_LINES) : at + RHYME_LINES + 1]
        result.append(any(song.rhymes[j - 1] == sound and song.written[j - 1].rstrip(",") != word for j in near))
    return result


def _log_ratios(at_break: Sequence[int], inside: Sequence[int]) -> tuple[float, ...]:
    """For each kind, the logarithm of its share at breaks to that inside lines; near 0 where little was seen."""
    breaks, others = sum(at_break), sum(inside)
    ratios: list[float] = []
    for a, b in zip(at_break, inside, strict=True):
        expected = (a + b) / max(1, breaks + others)
        more = (a + PRIOR_KINDS) / (expected * breaks + PRIOR_KINDS)
        less = (b + PRIOR_KINDS) / (expected * others + PRIOR_KINDS)
        ratios.append(math.log(more / less))
    return tuple(ratios)


def _word_ratios(at_break: Counter[str], inside: Counter[str]) -> dict[str, float]:
    """For each word, the log-odds of a break beside it less those of a break anywhere."""
    total = sum(at_break.values()) + sum(inside.values())
    usual = (sum(at_break.values()) + 1) / (total + 2)
    ratios: dict[str, float] = {}
    for word in at_break.keys() | inside.keys():
        n = at_break[word] + inside[word]
        share = 0.98 * (at_break[word] + PRIOR_WORDS * usual) / (n + PRIOR_WORDS) + 0.01 * usual
        ratios[word] = math.log(share / (1 - share)) - math.log(usual / (1 - usual))
    return ratios
