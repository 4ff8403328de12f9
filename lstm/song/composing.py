"""A song from streams: line by line, each the best of a few candidates under rules.

A `Composition` says what is to be sampled and chooses among what comes back; it does not sample itself. Whoever drives
it hands its streams to a chorus, alone (`compose`) or together with the streams of other songs (the bot's engine).

Rhyme is not learned at this size, and waiting for it costs dozens of candidates a line. So a line that must rhyme loses
its last word, and the rhyming words of the artist are tried in its place: the network says which fits best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import numpy as np

from lstm.decoding.streams import Chorus, Stream
from lstm.decoding.weights import Memory
from lstm.model.model_file import Model
from lstm.rhyme.schemes import SCHEMES, answers
from lstm.song.judging import Judge
from lstm.song.repetition import missing_ends
from lstm.song.singer import Singer
from lstm.text.seed import clean_seed
from lstm.text.words import last_word, words_of

CANDIDATES = 8
"""Lines sampled for each line of the song; a product of 8 columns costs hardly more than one of 4."""
ATTEMPTS = 3
"""How often a line is sampled anew before the least faulty one is taken."""
RHYMED_CANDIDATES = 3
"""How many of the candidates are tried with other last words."""
RHYMING_WORDS = 24
"""How many rhyming words are tried on each."""
ENOUGH_RHYMES = 4
"""A line that is to be answered should end with a word that has so many rhymes."""
CHANGES_THE_SEED = 8.0
"""Weight of the fault of a line that makes another word of the seed's last one."""
MISSPELT = 0.5
"""Nats a character by which a line that goes on with the seed may be less likely than the likeliest such line: one that
is beyond that has cut the seed's last word into units that belong to no word."""
GOES_ON = 1.5
"""Weight of the fault of a last line that ends on a comma or a dash."""
MISSES_RHYME = 32.0
"""Weight of the fault of a line that should rhyme and does not."""
LENGTH_COST = 0.8
"""Nats a character that a line loses for being twice as long as the artist's mean one, or nothing: the likeliest lines,
character by character, are short ones, and without this songs were a quarter narrower than the artist's."""
LIKELY_ENOUGH = 0.8
"""Share of the nats that a character of the artist's held-out songs has: of what a line is likelier than that, only a
little counts. The likeliest of eight lines are what everybody says: chosen so, 92 % of the 4-grams of 200 songs were
distinct."""
BEYOND = 0.15
"""How much of it counts: with 0.3 94 % were distinct; with 0 96 %, but chance chose between good and fair lines."""
GROUP = 4
"""Lines of a rhyme scheme, of a stanza where a scheme asks for one, and of a chorus."""
LINE_LIMIT, LINE_LIMIT_OF_SUBWORDS = 160, 72
"""Longest line in units; a candidate that reaches it has lost its way."""
GOING_ON = (",", ";", ":", "-", "(")
LINE_ENDS = (".", "!", "?", ";", ":", ",")

T = TypeVar("T")
Asking: TypeAlias = Generator[list[Stream] | str, None, T]
"""Yields streams to be run and pieces of the song; returns something."""


@dataclass(frozen=True)
class SongSettings:
    """What may be chosen about a song."""

    lines: int = 12
    """Lines of text, the seed's own included; blank lines between stanzas come on top."""
    temperature: float = 0.8
    top_p: float = 0.95
    rhyme: str = "none"
    form: str = "free"
    random_seed: int | None = None


@dataclass(frozen=True)
class Report:
    """What can be said of a finished song."""

    longest_copied_run: int
    """Most consecutive words that it shares with the corpus, the seed apart."""
    new_4grams: float
    """Share of its runs of four words that the corpus does not have."""
    copied_lines: int
    """Lines that copy in spite of all attempts."""
    rhymes_missed: int
    """Lines for which no rhyme was found."""


@dataclass(frozen=True)
class Candidate:
    """One way in which a line might go on."""

    text: str
    """The line, or what is new of it, without its line end."""
    memory: Memory
    """After the line and its line end."""
    nats: float
    characters: int
    faults: float
    fitness: float
    """Likelihood, as far as it counts, and length, in nats a character."""
    rhymes: bool = True

    @property
    def rank(self) -> tuple[float, float]:
        """What the best has most of: no fault (a missed rhyme is one), then fitness."""
        return -self.faults - (0 if self.rhymes else MISSES_RHYME), self.fitness


class Composition:
    """One song in the making."""

    def __init__(
        self,
        singer: Singer,
        seed: str,
        settings: SongSettings,
        is_filtered: Callable[[str], bool] | None = None,
    ) -> None:
        """``seed`` is kept as typed; the network reads it folded to the characters that it knows.

        ``is_filtered`` is true of a line that must not be sung.
        """
        self.singer, self.voice, self.seed, self.settings = singer, singer.voice, seed, settings
        self.candidates = CANDIDATES
        """May be lowered by an engine that has many songs in progress."""
        self.sampled_characters = 0
        self.lines: list[str] = []
        """The song's lines up to now, blank ones left out."""
        self._rng = np.random.default_rng(settings.random_seed)
        self._limit = LINE_LIMIT_OF_SUBWORDS if self.voice.vocabulary.merges else LINE_LIMIT
        self._wanted = settings.lines
        bits = singer.training.validation_bits_per_character or 0.0
        self._likely_enough = -LIKELY_ENOUGH * bits * math.log(2)
        self._open_end = ""
        """What of the seed is not read yet, because the next unit may begin in it; nothing once its line is there."""
        self._judge = Judge(singer.style, seed, is_filtered)
        self._first_own_line = self._copied_lines = self._rhymes_missed = 0

    def report(self) -> Report:
        """What can be said of the song, or of what there is of it."""
        index, own = self.singer.style.index, self.lines[self._first_own_line :]
        return Report(
            longest_copied_run=max((index.longest_run(line) for line in own), default=0),
            new_4grams=index.new_share("\n".join(self.lines)),
            copied_lines=self._copied_lines,
            rhymes_missed=self._rhymes_missed,
        )

    def steps(self) -> Asking[None]:
        """Yield streams to be run until all have finished, and pieces of the song as soon as they are known.

        The pieces, put together, are the song; it begins with the seed as typed.
        """
        seed = self.seed
        heard = self.voice.vocabulary.fold(clean_seed(seed)).lstrip("\n")
        if seed:
            yield seed
        self.lines = [line for line in seed.splitlines() if line.strip()]
        # The seed's last line is gone on with, unless it is finished: by a line break, by a sentence's end, or because
        # the network knows none of its characters.
        last = (seed.splitlines(keepends=True) or [""])[-1]
        is_open = bool(last.strip()) and last.splitlines() == [last]
        if is_open and (not heard.rpartition("\n")[2].strip() or seed.rstrip().endswith(LINE_ENDS)):
            is_open = False
            heard = f"{heard.rstrip()}\n".lstrip("\n")
            yield "\n"
        self._first_own_line = len(self.lines) - is_open
        if is_open:
            heard, self._open_end = self.voice.vocabulary.split_open_end(heard)
        memory = yield from self._read(self.voice.start(), "\n\n" + heard)
        wanted = self._wanted = max(self.settings.lines, len(self.lines) + (0 if is_open else 1))
        may_break = bool(self.lines) and not is_open
        while is_open or len(self.lines) < wanted:
            number = len(self.lines) - is_open
            if may_break and (yield from self._stanza_ends(number, memory)):
                memory = yield from self._read(memory, "\n")
                yield "\n"
            if self._is_repeated_chorus(number) and not is_open:
                line = self.lines[GROUP + number % GROUP]
                memory = yield from self._read(memory, self.voice.vocabulary.fold(line) + "\n")
            else:
                line, memory = yield from self._line(memory, number, self.lines[-1] if is_open else "")
            if is_open:
                # What the seed opened, no candidate may have closed.
                line += missing_ends(self.lines[-1] + line)
                self.lines[-1] += line
            else:
                self.lines.append(line)
            yield line + "\n" if len(self.lines) < wanted else line
            is_open, may_break, self._open_end = False, True, ""

    def _is_repeated_chorus(self, number: int) -> bool:
        group = number // GROUP
        return self.settings.form == "verse-chorus" and group % 2 == 1 and group > 1

    def _read(self, memory: Memory, text: str) -> Asking[Memory]:
        stream = Stream(memory, self.voice.vocabulary.encode(text))
        yield [stream]
        return stream.memory

    def _stanza_ends(self, number: int, memory: Memory) -> Asking[bool]:
        """Whether a blank line comes now: after each group where there are groups, else as often as the artist's."""
        if self.settings.form != "free" or self.settings.rhyme != "none":
            return number % GROUP == 0
        settings = self.settings
        (rng,) = self._rng.spawn(1)
        stream = Stream(memory, _NOTHING, rng, settings.temperature, settings.top_p, limit=1)
        yield [stream]
        return stream.sampled == [self.voice.newline]

    def _line(self, memory: Memory, number: int, begun: str) -> Asking[tuple[str, Memory]]:
        """The next line, or the rest of it after ``begun``, and the memory after its line end."""
        must_rhyme = self._words_to_rhyme_with(number)
        best: Candidate | None = None
        for attempt in range(ATTEMPTS):
            candidates = yield from self._sample(memory, begun, attempt)
            if must_rhyme:
                candidates = yield from self._rhymed(memory, begun, candidates, must_rhyme)
            elif self._will_be_answered(number):
                candidates = [self._weighed_by_rhymes(begun, candidate) for candidate in candidates]
            best = max([*candidates, *([best] if best else [])], key=lambda c: c.rank, default=None)
            if best is not None and best.rank[0] > -1:
                break
        if best is None:
            best = replace((yield from self._cut(memory, begun)), rhymes=not must_rhyme)
        if self._judge.is_filtered is not None and self._judge.is_filtered(best.text):
            best = replace((yield from self._silence(memory, begun)), rhymes=not must_rhyme)
        self._copied_lines += self._judge.copies(begun + best.text)
        self._rhymes_missed += not best.rhymes
        return best.text, best.memory

    def _words_to_rhyme_with(self, number: int) -> list[str]:
        words = [last_word(self.lines[k]) for k in answers(self.settings.rhyme, number) if k < len(self.lines)]
        return [word for word in words if word]

    def _will_be_answered(self, number: int) -> bool:
        place = number % GROUP
        return any(place in earlier for earlier in SCHEMES[self.settings.rhyme])

    def _weighed_by_rhymes(self, begun: str, candidate: Candidate) -> Candidate:
        """A small fault for a line that ends with a word that has few rhymes."""
        word = last_word(begun + candidate.text)
        if not word or len(self.singer.style.rhymes.rhyming_with(word)) < ENOUGH_RHYMES:
            return replace(candidate, faults=candidate.faults + 3.0)
        return candidate

    def _sample(self, memory: Memory, begun: str, attempt: int) -> Asking[list[Candidate]]:
        """Candidates for a line; each attempt is a little wilder than the one before."""
        settings = self.settings
        temperature = min(1.5, settings.temperature + attempt * (0.1 + 0.3 * max(0.0, 0.6 - settings.temperature)))
        streams = [
            self._stream(memory, begun, rng, temperature, number)
            for number, rng in enumerate(self._rng.spawn(self.candidates))
        ]
        yield streams
        candidates: list[Candidate] = []
        texts: set[str] = set()
        for stream in streams:
            text = self._text(stream)
            self.sampled_characters += len(text)
            line = text.rstrip()
            # No line without an end, no empty one, no second that is the same.
            if text.endswith("\n") and (begun + line).strip() and line not in texts:
                texts.add(line)
                faults = self._faults(begun, line)
                characters = len(text) + len(self._open_end)
                candidates.append(
                    Candidate(
                        line,
                        stream.memory,
                        stream.nats,
                        characters,
                        faults,
                        self._fitness(begun + line, stream.nats, characters),
                    )
                )
        if begun:
            likeliest = max((c.nats / c.characters for c in candidates), default=0.0)
            candidates = [c for c in candidates if c.nats / c.characters >= likeliest - MISSPELT]
        return candidates

    def _stream(
        self, memory: Memory, begun: str, rng: np.random.Generator, temperature: float, number: int = 0
    ) -> Stream:
        """Of the candidates, each spells the seed's open end in the next of all ways."""
        ways = self.voice.vocabulary.ways_to_spell(self._open_end)
        given, to_spell = ways[number % len(ways)]
        top_p, limit = self.settings.top_p, self._limit + len(to_spell)
        return Stream(memory, given, rng, temperature, top_p, limit=limit, not_empty=not begun, to_spell=to_spell)

    def _text(self, stream: Stream) -> str:
        """What a candidate adds to a line."""
        decode = self.voice.vocabulary.decode
        return (decode(stream.given) + decode(stream.sampled))[len(self._open_end) :]

    def _faults(self, begun: str, line: str) -> float:
        song = self.lines[:-1] if begun else self.lines
        faults = self._judge.faults(begun + line, song)
        # "The sun is low" is not to become "The sun is lower": a whole word of the seed stays what it is.
        if begun[-1:].isalnum() and (line[:1].isalnum() or line[:1] == "'") and self._judge.is_word(_end_word(begun)):
            faults += CHANGES_THE_SEED
        if len(song) == self._wanted - 1 and line.rstrip().endswith(GOING_ON):
            faults += GOES_ON
        return faults

    def _fitness(self, line: str, nats: float, characters: int) -> float:
        mean, likelihood = self.singer.style.line_lengths[1], nats / max(1, characters)
        if likelihood > self._likely_enough:
            likelihood = self._likely_enough + BEYOND * (likelihood - self._likely_enough)
        return likelihood - LENGTH_COST * abs(len(line) - mean) / mean

    def _rhymed(
        self, memory: Memory, begun: str, candidates: Sequence[Candidate], with_words: Sequence[str]
    ) -> Asking[list[Candidate]]:
        """The candidates that rhyme already, and the best of them with rhyming words in place of their last ones."""
        rhymes = self.singer.style.rhymes
        choices = rhymes.rhyming_with(with_words[0])
        earlier = self.lines[:-1] if begun else self.lines
        used = {last_word(line).casefold() for line in earlier[-GROUP:]}
        choices = tuple(
            word
            for word in choices
            if word.casefold() not in used and all(rhymes.rhymes.rhymes(word, other) for other in with_words[1:])
        )[:RHYMING_WORDS]

        def is_rhyme(line: str) -> bool:
            word = last_word(line)
            return word.casefold() not in used and all(rhymes.rhymes.rhymes(word, other) for other in with_words)

        lucky = [c for c in candidates if is_rhyme(begun + c.text)]
        others = [replace(c, rhymes=False) for c in candidates if c not in lucky]
        bases = sorted(candidates, key=lambda c: c.rank, reverse=True)[:RHYMED_CANDIDATES]
        cut = [(c, place) for c in bases if (place := _place_of_last_word(c.text)) is not None]
        if not choices or not cut:
            return [*lucky, *others]
        encode = self.voice.vocabulary.encode
        # A unit may hold a word's beginning together with the space before it.
        beginnings = [Stream(memory, encode(self._open_end + c.text[:place].removesuffix(" "))) for c, place in cut]
        yield beginnings
        tried = []
        for (candidate, place), beginning in zip(cut, beginnings, strict=True):
            tail = candidate.text[place:][len(last_word(candidate.text[place:])) :]
            space = " " if candidate.text[:place].endswith(" ") else ""
            for word in choices:
                stream = Stream(beginning.memory, encode(space + word + tail + "\n"))
                tried.append((candidate.text[:place] + word + tail, beginning, stream))
        yield [stream for _, _, stream in tried]
        # The likeliest few are judged: judging costs more than scoring.
        tried.sort(key=lambda t: (t[1].nats + t[2].nats) / (len(t[0]) + 1), reverse=True)
        rhymed = [
            Candidate(
                text,
                stream.memory,
                beginning.nats + stream.nats,
                len(text) + 1,
                self._faults(begun, text),
                self._fitness(begun + text, beginning.nats + stream.nats, len(text) + 1),
            )
            for text, beginning, stream in tried[: 2 * RHYMED_CANDIDATES]
        ]
        return [*lucky, *rhymed, *others]

    def _cut(self, memory: Memory, begun: str) -> Asking[Candidate]:
        """What to sing where no candidate ended its line: one of them up to its last whole word."""
        (rng,) = self._rng.spawn(1)
        stream = self._stream(memory, begun, rng, self.settings.temperature)
        yield [stream]
        text = self._text(stream)
        characters = max(1, len(text) + len(self._open_end))
        text = text.partition("\n")[0].rpartition(" ")[0].rstrip()
        text = text if begun else text.strip() or "..."
        after = yield from self._read(memory, self._open_end + self.voice.vocabulary.fold(text) + "\n")
        return Candidate(text, after, stream.nats, characters, self._faults(begun, text), 0.0)

    def _silence(self, memory: Memory, begun: str) -> Asking[Candidate]:
        """What to sing where the filter lets none of all candidates pass."""
        text = "" if begun else "..."
        rest = self._open_end + self.voice.vocabulary.fold(text) + "\n"
        return Candidate(text, (yield from self._read(memory, rest)), 0.0, 1, 0.0, 0.0)


_NOTHING = np.empty(0, np.int32)


def _end_word(text: str) -> str:
    words = words_of(text)
    return words[-1] if words else ""


def _place_of_last_word(text: str) -> int | None:
    """Where the last word of a line begins; None where the line has no other word before it."""
    word = last_word(text)
    place = text.rfind(word) if word else -1
    return place if place > 0 and text[place - 1] in " -" else None


def drive(composition: Composition) -> Iterator[str]:
    """Sample what a composition asks for, by itself; yields the song's text in pieces."""
    chorus = Chorus(composition.voice)
    for item in composition.steps():
        if isinstance(item, str):
            yield item
        else:
            chorus.run(item)


def compose(model: Model | Singer, seed: str, settings: SongSettings) -> Iterator[str]:
    """Compose one song; yields its text in pieces."""
    return drive(Composition(model if isinstance(model, Singer) else Singer(model), seed, settings))
