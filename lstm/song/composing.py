"""A song from streams: line by line, each the best of several candidates.

A `Composition` says what is to be sampled and chooses among what comes back; it does not sample itself. Whoever drives
it hands its streams to a batch, alone (`compose`) or together with the streams of other songs (the bot's engine).
"""

import math
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Memory, PackedWeights, Voice
from lstm.model.model_file import Model
from lstm.rhyme.schemes import GROUP
from lstm.song.asking import Asking, together
from lstm.song.cache import Cache
from lstm.song.candidates import NOTHING, Beginning, Candidate, LineWriter, Place
from lstm.song.form import Slot, Sung, slots
from lstm.song.judging import Judge
from lstm.song.opening import Opening
from lstm.song.repetition import missing_ends
from lstm.song.singer import Singer
from lstm.song.taste import TASTE, Taste
from lstm.song.theme import Nearness, Theme
from lstm.text.words import last_word, words_of

CANDIDATES = TASTE.candidates
HEARD_LINES = 60
"""Of a song that goes on, the network reads the last ones: reading takes a second for each 60, and what was before
them no longer matters to it. All lines matter to what is repeated."""
TITLE_WORDS = 6
"""Of a longer opening, the first ones are its title."""


@dataclass(frozen=True)
class SongSettings:
    """What may be chosen about a song."""

    lines: int = 12
    """Lines to be sung, the seed's own included, or the new ones of a song that goes on. Blank lines between stanzas
    and a title come on top."""
    temperature: float = 0.6
    top_p: float = 0.95
    rhyme: str = "auto"
    """A scheme (`lstm.rhyme.schemes`), or ``auto``: what the artist does."""
    form: str = "song"
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
    title_lines: int = 0
    """Lines of the seed that are of another script or language than the artist's, and stand above the song."""


class _Part:
    """What one of the singers of a song has read, and writes."""

    def __init__(self, singer: Singer, seed: str, settings: SongSettings, taste: Taste, is_filtered: "_Filter") -> None:
        self.singer, self.voice = singer, singer.voice
        self.judge = Judge(singer.style, seed, is_filtered, taste)
        self.writer = LineWriter(singer, taste, settings.temperature, settings.top_p)
        self.memory = singer.voice.start()
        self._unread = "\n\n"
        self.cache = Cache()
        self._before_chorus: tuple[Memory, str] | None = None

    def hear(self, line: str) -> None:
        """Take note of a line of the song, or of a blank one."""
        self._unread += self.voice.vocabulary.fold(line) + "\n"

    def has_read(self, line: str, read: Candidate) -> None:
        """Continue from the memory that has read a line, where there is one."""
        self.hear(line)
        if read.memory is not None and read.study is not None:
            self.memory, self._unread = read.memory, ""
            self.cache.add(read.study)

    def turn_aside(self) -> None:
        """Remember where the song has come to, before a chorus."""
        self._before_chorus = (self.memory, self._unread)

    def return_from_aside(self) -> None:
        """Forget a chorus: the network would go on with it, and lose what the verse before it was about."""
        if self._before_chorus is not None:
            self.memory, self._unread = self._before_chorus
            self._before_chorus = None

    def catch_up(self) -> Asking[None]:
        """Read what has not been read yet."""
        stream = Stream(self.memory, self.voice.vocabulary.encode(self._unread), is_studied=True)
        yield [stream]
        if len(stream.given):
            self.cache.add(stream.study())
        self.memory, self._unread = stream.memory, ""


_Filter = Callable[[str], bool] | None


class Composition:
    """One song in the making."""

    def __init__(
        self,
        singer: Singer,
        seed: str,
        settings: SongSettings,
        is_filtered: _Filter = None,
        partner: Singer | None = None,
        taste: Taste = TASTE,
        *,
        goes_on: bool = False,
    ) -> None:
        """``seed`` is kept as typed; the network reads it folded to the characters that it knows.

        Args:
            singer: sings all of the song, or its first stanza and every second one from there.
            seed: how the song begins.
            settings: what may be chosen.
            is_filtered: true of a line that must not be sung.
            partner: sings the other stanzas.
            taste: what makes one candidate better than another.
            goes_on: whether the seed is a finished song, of whole lines, which more stanzas are to follow.
        """
        self.seed, self.settings, self._taste = seed, settings, taste
        self.candidates = taste.candidates
        """May be lowered by an engine that has many songs in progress."""
        self.lines: list[str] = []
        """The song's lines up to now, blank ones left out."""
        singers = [singer] if partner is None else [singer, partner]
        self._parts = [_Part(each, seed, settings, taste, is_filtered) for each in singers]
        self._part = self._parts[0]
        self._is_filtered = is_filtered
        self._rng = np.random.default_rng(settings.random_seed)
        habits = singer.style.habits
        self._scheme = habits.rhyme if settings.rhyme == "auto" else settings.rhyme
        self._first_own_line = self._copied_lines = self._rhymes_missed = 0
        self._ranks: list[float] = []
        self._foreseen: list[Candidate] = []
        """Candidates for the next line, if they were written before the last one was chosen."""
        self._opening = Opening.of(seed, singer.voice.vocabulary, self._parts[0].judge.knows, capitals=habits.capitals)
        self._theme = Theme(Nearness.shipped(), self._opening.heard + self._opening.heard_begun)
        self._title = title_of(self._opening.heard + self._opening.heard_begun)
        stanzas = self._opening.stanzas
        self._sung = Sung((*filter(None, stanzas), ()), is_finished=True) if goes_on else Sung(stanzas)
        self._lines_sung = {tuple(words_of(line)) for line in self._opening.lines} if goes_on else set()
        self._stanza_start = self._sung.lines - len(self._sung.stanzas[-1])

    @property
    def voice(self) -> Voice:
        """The voice of the streams that were asked for last."""
        return self._part.voice

    @property
    def sampled_characters(self) -> int:
        """Characters of all candidates."""
        return sum(part.writer.sampled_characters for part in self._parts)

    @property
    def mean_rank(self) -> float:
        """Mean rank (`Candidate.rank`) of the lines composed so far; higher is better, -inf without any."""
        return sum(self._ranks) / len(self._ranks) if self._ranks else -math.inf

    def report(self) -> Report:
        """What can be said of the song, or of what there is of it."""
        own = self.lines[self._first_own_line :]
        indexes = [part.singer.style.index for part in self._parts]
        return Report(
            longest_copied_run=max((index.longest_run(line) for line in own for index in indexes), default=0),
            new_4grams=min(index.new_share("\n".join(self.lines)) for index in indexes),
            copied_lines=self._copied_lines,
            rhymes_missed=self._rhymes_missed,
            title_lines=self._opening.title_lines,
        )

    def steps(self) -> Generator[list[Stream] | str, None, None]:
        """Yield streams of `voice` to be run until all have finished, and pieces of the song as soon as they are known.

        The pieces, put together, are the song; it begins with the seed as typed.
        """
        opening = self._opening
        if self.seed:
            yield self.seed
        if opening.after:
            yield opening.after
        self.lines = list(opening.lines)
        self._first_own_line = given = len(self.lines)
        for part in self._parts:
            for line in opening.heard.splitlines()[-HEARD_LINES:]:
                part.hear(line)
        begun, how = opening.begun, self.settings
        all_slots = slots(how.lines, how.form, self._scheme, self._parts[0].singer.style.typical_form, self._sung)
        for slot, following in zip_longest(all_slots, all_slots[1:]):
            self._part = self._parts[slot.stanza % len(self._parts)]
            is_begun = bool(begun) and slot.number == given
            if self.lines and not is_begun and not (slot.number == given and opening.ends_stanza):
                breaks = slot.opens_stanza
                if slot.may_open_stanza:
                    breaks = yield from self._stanza_ends()
                if breaks:
                    self._stanza_start = slot.number
                    self._turn(slot)
                    yield "\n"
            if slot.repeats is not None and not is_begun and slot.repeats < len(self.lines):
                line, new = self.lines[slot.repeats], self.lines[slot.repeats]
                self._hear(line)
            else:
                answer = following if following and following.answers_only(slot) else None
                new = yield from self._line(slot, begun if is_begun else "", answer)
                line = begun + new if is_begun else new
            self.lines.append(line)
            yield new if slot.is_last else new + "\n"

    def _turn(self, slot: Slot) -> None:
        """Begin a stanza. A verse goes on from the verse before it, and not from the chorus between them."""
        for part in self._parts:
            if slot.is_chorus:
                part.turn_aside()
            else:
                part.return_from_aside()
        self._hear("")

    def _hear(self, line: str) -> None:
        self._theme.hear(line)
        for part in self._parts:
            part.hear(line)

    def _stanza_ends(self) -> Asking[bool]:
        """Whether the network puts a blank line here."""
        part, settings = self._part, self.settings
        yield from part.catch_up()
        (rng,) = self._rng.spawn(1)
        stream = Stream(part.memory, NOTHING, rng, settings.temperature, settings.top_p, limit=1)
        yield [stream]
        return stream.sampled == [part.voice.newline]

    def _line(self, slot: Slot, begun: str, answer: Slot | None) -> Asking[str]:
        """The next line, or the rest of it after what is begun; ``answer``: the next slot, if it rhymes with this."""
        part, taste = self._part, self._taste
        yield from part.catch_up()
        beginning = (yield from self._beginning()) if begun else None
        place = self._place(slot, beginning)
        best = yield from self._best(place, begun, answer)
        if best is None:
            (rng,) = self._rng.spawn(1)
            best = yield from part.writer.cut(place, rng)
        if self._is_filtered is not None and self._is_filtered(begun + best.text):
            best = part.writer.silence(place)
        # What the seed opened, no candidate may have closed.
        new = best.text + (missing_ends(begun + best.text) if begun else "")
        line = begun + new
        heard = beginning.followed_by(new) if beginning else line
        self._copied_lines += part.judge.copies(line)
        self._rhymes_missed += not best.rhymes
        self._ranks.append(best.rank(taste))
        self._theme.hear(new)
        for each in self._parts:
            if each is part and new == best.text:
                each.has_read(heard, best)
            else:
                each.hear(heard)
        if new != best.text:
            self._foreseen = []
        return new

    def _best(self, place: Place, begun: str, answer: Slot | None) -> Asking[Candidate | None]:
        """The best of several candidates, if there is any."""
        taste = self._taste
        # With many songs in progress there is no time to look for better lines, or to foresee answers.
        has_time = self.candidates > taste.candidates // 2
        # No candidate can make up for a strange seed that it goes on from.
        too_weak = taste.too_weak if has_time and place.beginning is None else -math.inf
        new, self._foreseen = self._foreseen, []
        found: list[Candidate] = []
        best: Candidate | None = None
        wilder = 0
        for attempt in range(taste.attempts):
            if not new or attempt:
                new = yield from self._write(place, self.candidates, wilder)
            found += new
            best = max(found, key=lambda each: self._rank(each, begun), default=None)
            is_sung = best is not None and self._is_sung(begun + best.text)
            if best is None or not best.rhymes or is_sung or best.faults >= taste.too_faulty:
                wilder += 1
            elif best.score >= too_weak:  # a weak line needs other words, not wilder ones
                break
        # To a line that is not sung there are no answers.
        if answer is not None and has_time and best is not None and best.faults < taste.filtered:
            best = yield from self._best_answered(found, begun, answer)
        return best

    def _write(self, place: Place, count: int, attempt: int = 0) -> Asking[list[Candidate]]:
        """Candidates for a line; some of them begin with the title where it should come back."""
        (rng,) = self._rng.spawn(1)
        writer = self._part.writer
        candidates = yield from writer.write(place, rng, count, attempt)
        if place.title:
            (rng,) = self._rng.spawn(1)
            candidates += yield from writer.write_from_title(place, rng, count // 2, attempt)
        return candidates

    def _best_answered(self, found: Sequence[Candidate], begun: str, answer: Slot) -> Asking[Candidate]:
        """The candidate that is best together with its best answer. The answers are kept for the next line."""
        by_end: dict[str, Candidate] = {}
        for each in sorted(found, key=lambda each: self._rank(each, begun), reverse=True):
            by_end.setdefault(last_word(each.text).lower(), each)
        best = list(by_end.values())[: self._taste.foreseen]
        best = best[:1] + [each for each in best[1:] if each.faults < self._taste.too_faulty]
        places = [self._place(answer, after=(begun + each.text, each)) for each in best]
        answers = yield from together([self._write(place, self.candidates // 2) for place in places])
        values = [
            self._rank(each, begun) + max((self._rank(its, "") for its in its_answers), default=-math.inf)
            for each, its_answers in zip(best, answers, strict=True)
        ]
        chosen = int(np.argmax(values))
        self._foreseen = answers[chosen]
        return best[chosen]

    def _place(
        self, slot: Slot, beginning: Beginning | None = None, after: tuple[str, Candidate] | None = None
    ) -> Place:
        """Where a line is wanted; ``after``: a line that may be sung before it."""
        part, lines, theme = self._part, list(self.lines), self._theme
        memory, cache = part.memory, part.cache
        if after is not None:
            line, read = after
            lines, theme = [*lines, line], theme.after(read.text)
            if read.memory is not None and read.study is not None:
                memory, cache = read.memory, cache.after(read.study)
        answered = [lines[k] for k in slot.answers if k < len(lines) and last_word(lines[k])]
        comes_back = bool(self._title) and beginning is None and self._comes_back(slot)
        return Place(
            memory,
            part.judge.after(lines, lines[self._stanza_start :], closes=slot.closes_stanza, title=self._title),
            theme,
            cache,
            float(len(answered[0])) if answered else part.singer.style.line_lengths[1],
            rhyme_with=[last_word(line) for line in answered],
            is_answered=slot.is_answered,
            used=frozenset(filter(None, (last_word(line).lower() for line in lines[-GROUP:]))),
            beginning=beginning,
            title=self._title if comes_back else "",
        )

    def _rank(self, candidate: Candidate, begun: str) -> float:
        rank = candidate.rank(self._taste)
        return rank - self._taste.repeats if self._is_sung(begun + candidate.text) else rank

    def _is_sung(self, line: str) -> bool:
        """Whether a line stands in the song that goes on: of that, only the chorus may come back."""
        return tuple(words_of(line)) in self._lines_sung

    def _comes_back(self, slot: Slot) -> bool:
        """Whether a line should come back to the title: the first of the chorus, and the last of the song."""
        if self.settings.form != "song" or slot.number <= len(self._opening.lines):
            return False
        return (slot.is_chorus and slot.opens_stanza) or (slot.is_last and slot.stanza > 1)

    def _beginning(self) -> Asking[Beginning]:
        """The unfinished line of the seed, read by the network."""
        opening, voice = self._opening, self._part.voice
        stream = Stream(self._part.memory, voice.vocabulary.encode(opening.heard_begun), is_studied=True)
        yield [stream]
        first_bias = voice.bias_for(opening.next_unit_fits)
        return Beginning(opening.begun, opening.heard_begun, first_bias, stream.memory, stream.study())


def title_of(text: str) -> str:
    """What a song's chorus comes back to: the first clause of its opening, or its first words."""
    line = text.strip().split("\n")[0]
    clause = re.split(r"[,.;:!?()\"]| - ", line)[0].strip()
    words = clause.split()
    return " ".join(words[:TITLE_WORDS]) if words else ""


def drive(composition: Composition) -> Iterator[str]:
    """Sample what a composition asks for, by itself; yields the song's text in pieces."""
    batches: dict[PackedWeights, StreamBatch] = {}
    for item in composition.steps():
        if isinstance(item, str):
            yield item
        else:
            voice = composition.voice
            batches.setdefault(voice.packed, StreamBatch(voice)).run(item)


def compose(
    model: Model | Singer, seed: str, settings: SongSettings, partner: Model | Singer | None = None
) -> Iterator[str]:
    """Compose one song; yields its text in pieces."""
    singers: Sequence[Singer] = [
        each if isinstance(each, Singer) else Singer(each) for each in (model, partner) if each is not None
    ]
    return drive(Composition(singers[0], seed, settings, partner=singers[1] if len(singers) > 1 else None))
