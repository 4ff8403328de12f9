"""Candidates for a line of a song.

Lines are sampled freely. Where a rhyme is due, they branch to a rhyming word where one fits (`lstm.song.turning`).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lstm.arrays import FloatArray, IntArray
from lstm.decoding.stream import Stream, Study, joined
from lstm.decoding.weights import Memory
from lstm.song.asking import Asking
from lstm.song.cache import Cache
from lstm.song.ending import ending_of
from lstm.song.judging import LineJudge
from lstm.song.opening import ends_word
from lstm.song.singer import Singer
from lstm.song.taste import Scores, Taste
from lstm.song.theme import Theme, common_rhymes
from lstm.song.turning import Lengths, turns
from lstm.text.words import is_unspaced, last_word

LINE_LIMIT = 160
"""Longest line in units; a candidate that reaches it is too long to be one."""
SHORTEST = 0.9
"""Of the artist's short lines, how long a line must be before it may branch to a rhyme."""
CLOSING_LIMIT = 4
"""Units after the last word of a line: its punctuation and the line end."""
NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True)
class Candidate:
    """One way in which a line may be sung."""

    text: str
    """The line, or what is new of it, without its line end."""
    score: float = 0.0
    """The weighted sum of its `Scores`."""
    faults: float = 0.0
    """The weight of all that is wrong with it."""
    memory: Memory | None = None
    """After the line and its line end; None if the network has not read it as it reads the rest of the song."""
    study: Study | None = None
    """How the network read it, if it did."""
    rhymes: bool = True

    def rank(self, taste: Taste) -> float:
        """Higher is better."""
        return self.score - self.faults - (0.0 if self.rhymes else taste.misses_rhyme)


@dataclass(frozen=True)
class Beginning:
    """The part of a line that the seed already supplies."""

    typed: str
    heard: str
    first_bias: FloatArray
    """Which units may come next, (V,)."""
    memory: Memory
    """After the song and this beginning."""
    study: Study
    """How it was read."""

    def followed_by(self, text: str) -> str:
        """The whole line as the network reads it."""
        return self.heard + (" " if self.typed[-1:].isspace() else "") + text


@dataclass(frozen=True)
class Place:
    """Where in a song a line is wanted."""

    memory: Memory
    """After the song so far."""
    judge: LineJudge
    theme: Theme
    cache: Cache
    wanted_length: float
    """In characters: of the line that it rhymes with, or the artist's mean."""
    rhyme_with: Sequence[str] = ()
    is_answered: bool = False
    used: frozenset[str] = frozenset()
    """Words at the ends of the last few lines, in lower case: no rhyme repeats them, and other lines should not."""
    beginning: Beginning | None = None
    title: str = ""
    """What the line should come back to."""

    @property
    def begun(self) -> str:
        """What the seed supplies of the line, as typed."""
        return self.beginning.typed if self.beginning else ""

    @property
    def start(self) -> Memory:
        """Where the line goes on."""
        return self.beginning.memory if self.beginning else self.memory


class LineWriter:
    """Writes candidates for the lines of one song by one singer."""

    def __init__(self, singer: Singer, taste: Taste, temperature: float, top_p: float) -> None:
        self._singer, self._voice, self._taste = singer, singer.voice, taste
        self._temperature, self._top_p = temperature, top_p
        # A subword has more than two characters on average, and a line that is much too long will not be chosen.
        longest = 8 + 1.3 * singer.style.line_lengths[2] / (2 if self._voice.reads_subwords else 1)
        self._limit = min(LINE_LIMIT, int(longest))
        self._weights = taste.weights if singer.reader else taste.weights_alone
        bits = singer.training.validation_bits_per_character or 0.0
        self._likely_enough = -taste.likely_enough * bits * math.log(2)
        self.sampled_characters = 0

    def write(self, place: Place, rng: np.random.Generator, count: int, attempt: int) -> Asking[list[Candidate]]:
        """Up to ``count`` candidates, and where a rhyme is due a few more; each attempt is wilder than the last."""
        temperature = min(1.5, self._temperature + attempt * (0.1 + 0.3 * max(0.0, 0.5 - self._temperature)))
        may_turn = bool(place.rhyme_with) and self._voice.reads_subwords
        streams = self._streams(place, rng.spawn(count), temperature, keeps_states=may_turn)
        yield streams
        finished = self._finished(streams, place)
        sampled = [candidate for _, candidate in finished]
        if not place.rhyme_with:
            return self.judged(sampled, place)
        words = self._rhyming_words(place)
        found = [each for each in sampled if self._rhymes(place.begun + each.text, place)]
        if may_turn:
            found += yield from self._turned(place, finished, words, rng, temperature, count)
        if not found:
            found = yield from self._with_last_words(place, sampled, words)
        return self.judged(found or [replace(each, rhymes=False) for each in sampled], place)

    def write_from_title(
        self, place: Place, rng: np.random.Generator, count: int, attempt: int
    ) -> Asking[list[Candidate]]:
        """Candidates that begin with the title."""
        voice = self._voice
        heard = voice.vocabulary.fold(place.title)
        title = Stream(place.memory, voice.vocabulary.encode(heard), is_studied=True)
        yield [title]
        beginning = Beginning(place.title, heard, voice.bias_for(ends_word), title.memory, title.study())
        candidates = yield from self.write(replace(place, beginning=beginning), rng, count, attempt)
        return [replace(each, text=place.title + each.text) for each in candidates]

    def cut(self, place: Place, rng: np.random.Generator) -> Asking[Candidate]:
        """What to sing where no candidate ended its line: one of them up to its last whole word."""
        (stream,) = self._streams(place, [rng], self._temperature)
        yield [stream]
        text = self._text(stream, place).partition("\n")[0]
        text = (text if any(map(is_unspaced, text)) else text.rpartition(" ")[0]).rstrip()
        text = text if place.beginning else text.strip() or "..."
        return Candidate(text, faults=self._taste.filtered, rhymes=not place.rhyme_with)

    def silence(self, place: Place) -> Candidate:
        """What to sing where the language filter lets no candidate pass."""
        text = "" if place.beginning else "..."
        return Candidate(text, faults=self._taste.filtered, rhymes=not place.rhyme_with)

    # Sampling

    def _streams(
        self, place: Place, rngs: Iterable[np.random.Generator], temperature: float, *, keeps_states: bool = False
    ) -> list[Stream]:
        """Streams that sample a line, or the rest of one."""
        bias = place.beginning.first_bias if place.beginning else self._voice.bias_for(_is_no_line_end)
        tilt = self._singer.tilt(self._taste.tilt, temperature)
        return [
            Stream(
                place.start,
                NOTHING,
                rng,
                temperature,
                self._top_p,
                limit=self._limit,
                bias=tilt.sung,
                first_bias=bias + tilt.added,
                is_studied=True,
                keeps_states=keeps_states,
            )
            for rng in rngs
        ]

    def _finished(
        self, streams: Sequence[Stream], place: Place, before: Sequence[Study] | None = None
    ) -> list[tuple[Stream, Candidate]]:
        """Streams and the lines that they end; without those that have no end or say what another says.

        ``before``: what each line has between `Place.start` and its stream; nothing if it is left out.
        """
        found: dict[str, tuple[Stream, Candidate]] = {}
        for k, stream in enumerate(streams):
            its = None if before is None else before[k]
            text = self._text(stream, place, NOTHING if its is None else its.units)
            self.sampled_characters += len(text)
            if text.endswith("\n") and (place.begun + text).strip() and text.rstrip() not in found:
                found[text.rstrip()] = stream, self._candidate(text.rstrip(), stream, place, its)
        return list(found.values())

    def _text(self, stream: Stream, place: Place, before: IntArray = NOTHING) -> str:
        text = self._voice.vocabulary.decode([*before.tolist(), *stream.given.tolist(), *stream.sampled])
        return text.removeprefix(" ") if place.begun[-1:].isspace() else text

    # Rhymes

    def _turned(
        self,
        place: Place,
        sampled: Sequence[tuple[Stream, Candidate]],
        words: Sequence[str],
        rng: np.random.Generator,
        temperature: float,
        count: int,
    ) -> Asking[list[Candidate]]:
        """Lines that branch to a rhyme: the beginnings of some that were sampled, a word, and how the line closes."""
        short, _, long = self._singer.style.line_lengths
        lengths = Lengths(SHORTEST * short, place.wanted_length, long)
        begun = len(place.beginning.study.units) if place.beginning else 0
        lines = [(stream, each.study) for stream, each in sampled if each.study is not None]
        found = turns(self._voice, [study for _, study in lines], begun, words, lengths, self._weights)[:count]
        memories = {(turn.line, turn.place): lines[turn.line][0].memory_before(turn.place - begun) for turn in found}
        bias = self._voice.bias_for(_closes_line)
        streams = [
            Stream(
                memories[turn.line, turn.place],
                turn.word,
                each,
                temperature,
                self._top_p,
                limit=CLOSING_LIMIT,
                bias=bias,
                is_studied=True,
            )
            for turn, each in zip(found, rng.spawn(len(found)), strict=True)
        ]
        yield streams
        before = [lines[turn.line][1].part(begun, turn.place) for turn in found]
        return [
            each for _, each in self._finished(streams, place, before) if self._rhymes(place.begun + each.text, place)
        ]

    def _with_last_words(
        self, place: Place, sampled: Sequence[Candidate], words: Sequence[str]
    ) -> Asking[list[Candidate]]:
        """The best of some lines with rhyming words in place of their last ones."""
        best = sorted(self.judged(sampled, place), key=lambda each: each.rank(self._taste), reverse=True)[:3]
        cut = [(each, end) for each in best if (end := _place_of_last_word(each.text)) is not None]
        if not words or not cut:
            return []
        encode = self._voice.vocabulary.encode
        beginnings = [
            Stream(place.start, encode(each.text[:end].removesuffix(" ")), is_studied=True) for each, end in cut
        ]
        yield beginnings
        tried = []
        for (each, end), beginning in zip(cut, beginnings, strict=True):
            tail = each.text[end:][len(last_word(each.text[end:])) :]
            space = " " if each.text[:end].endswith(" ") else ""
            for word in words:
                stream = Stream(beginning.memory, encode(f"{space}{word}{tail}\n"), is_studied=True)
                tried.append((each.text[:end] + word + tail, beginning, stream))
        yield [stream for _, _, stream in tried]
        # The likeliest few are judged: judging costs more than scoring.
        tried.sort(key=lambda t: (t[1].nats + t[2].nats) / (len(t[0]) + 1), reverse=True)
        return [self._candidate(text, stream, place, beginning.study()) for text, beginning, stream in tried[:6]]

    def _rhyming_words(self, place: Place) -> list[str]:
        """Words that rhyme as the place asks: the artist's first, then frequent ones, those near the song preferred."""
        first, *others = place.rhyme_with
        own = self._singer.style.rhymes
        words = [*own.rhyming_with(first)[:60]]
        if own.rhymes.is_english and self._voice.reads_subwords:
            words += common_rhymes().rhyming_with(first)[:60]
        words = [
            word
            for word in dict.fromkeys(words)
            if word.lower() not in place.used
            and all(own.rhymes.rhymes(word, other) for other in others)
            and self._voice.vocabulary.can_spell(word)
        ]
        nearness = place.theme.nearness_of_words(words)
        order = sorted(range(len(words)), key=lambda k: math.log(2 + k) - 3 * nearness[k])
        return [words[k] for k in order[: self._taste.rhyming_proposals]]

    def _rhymes(self, line: str, place: Place) -> bool:
        word, ear = last_word(line), self._singer.style.rhymes.rhymes
        return word.lower() not in place.used and all(ear.rhymes(word, other) for other in place.rhyme_with)

    def _few_rhymes(self, word: str) -> bool:
        """Whether a word has too few rhymes to be answered."""
        own = self._singer.style.rhymes
        count = len(own.rhyming_with(word)) if word else 0
        if word and count < self._taste.enough_rhymes and own.rhymes.is_english and self._voice.reads_subwords:
            count += len(common_rhymes().rhyming_with(word))
        return count < self._taste.enough_rhymes

    # Judging

    def _candidate(self, text: str, stream: Stream, place: Place, before: Study | None = None) -> Candidate:
        """What a stream has read and sampled; ``before``: what was read between `Place.start` and the stream."""
        line = place.begun + text
        faults = place.judge.faults(line)
        if place.is_answered and self._few_rhymes(last_word(line)):
            faults += self._taste.cannot_be_answered
        if not place.rhyme_with and not place.title and last_word(line).lower() in place.used:
            faults += self._taste.ends_alike
        parts = [place.beginning.study if place.beginning else None, before, stream.study()]
        study = joined([part for part in parts if part is not None])
        return Candidate(text.rstrip(), 0.0, faults, stream.memory, study)

    def judged(self, candidates: Sequence[Candidate], place: Place) -> list[Candidate]:
        """Candidates that the network has read, with their scores."""
        studies = [each.study for each in candidates if each.study is not None]
        scores = self.scores(studies, [place.begun + each.text for each in candidates], place) if studies else []
        return [
            replace(each, score=its.weighted_by(self._weights)) for each, its in zip(candidates, scores, strict=True)
        ]

    def scores(self, studies: Sequence[Study], lines: Sequence[str], place: Place) -> list[Scores]:
        """What speaks for some lines, by how the network has read them."""
        reader, vocabulary = self._singer.reader, self._voice.vocabulary
        marks = [0.0] * len(lines) if reader is None else reader.marks(studies).tolist()
        found = []
        for line, study, mark, nats in zip(lines, studies, marks, place.cache.log_likelihoods(studies), strict=True):
            ending = ending_of(study, vocabulary)
            found.append(
                Scores(
                    mark=mark,
                    fluency=self._fluency(study, float(nats.sum())),
                    weakest=float(study.log_likelihoods.min()),
                    last_word=ending.word,
                    close=ending.close,
                    nearness=place.theme.nearness(line),
                    coming_back=place.theme.share_of(line, place.title) if place.title else 0.0,
                    length=-abs(len(line) / place.wanted_length - 1),
                )
            )
        return found

    def _fluency(self, study: Study, nats: float) -> float:
        """The log-likelihood of a line in nats per character, as far as it counts."""
        if (frequencies := self._singer.frequencies) is not None:
            nats -= self._taste.frequency_aside * frequencies.beyond_mean(study.units)
        likelihood = nats / max(1, int(self._voice.vocabulary.lengths[study.units].sum()))
        beyond = max(0.0, likelihood - self._likely_enough)
        return likelihood - (1 - self._taste.beyond) * beyond


def _is_no_line_end(unit: str) -> bool:
    return unit != "\n"


def _closes_line(unit: str) -> bool:
    """Whether a unit may follow the last word of a line without becoming part of it."""
    return unit == "\n" or not any(each.isalnum() or each.isspace() or each in "'\u2019-" for each in unit)


def _place_of_last_word(text: str) -> int | None:
    """Where the last word of a line begins; None where the line has no other word before it."""
    word = last_word(text)
    place = text.rfind(word) if word else -1
    return place if place > 0 and text[place - 1] in " -" else None
