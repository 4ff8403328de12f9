"""Candidates for a line of a song: planned where the network reads plans, else sampled and made to rhyme.

A planned line is written towards its last word. Words are proposed first: by the network, and from what the song is
about; where a rhyme is due, only rhyming ones. The network weighs them all, some are chosen, and lines are sampled that
lead to them (M. Pasini et al. 2024, arXiv 2405.05176).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lstm.arrays import FloatArray
from lstm.decoding.streams import Stream, Study
from lstm.decoding.weights import Memory
from lstm.song.asking import Asking
from lstm.song.cache import Cache
from lstm.song.ending import ending_of
from lstm.song.judging import LineJudge
from lstm.song.opening import ends_word
from lstm.song.singer import Singer
from lstm.song.taste import Scores, Taste
from lstm.song.theme import Theme, common_rhymes
from lstm.text.plans import PLAN_END
from lstm.text.words import last_word

LINE_LIMIT, PLAN_LIMIT = 160, 12
"""Longest line and plan in units; a candidate that reaches it has lost its way."""
RHYMES_PER_LINE = 4
"""Rhyming words that the network weighs, for each candidate."""
NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True)
class Candidate:
    """One way in which a line may be sung."""

    text: str
    """The line, or what is new of it, without its line end."""
    scores: Scores
    faults: float
    memory: Memory | None = None
    """After the line and its line end; None if the network has not read it as it reads the rest of the song."""
    plain: Memory | None = None
    """The same without plans."""
    study: Study | None = None
    """How it was read without plans."""
    rhymes: bool = True

    def rank(self, taste: Taste) -> float:
        """Higher is better."""
        return self.scores.weighted_by(taste.weights) - self.faults - (0.0 if self.rhymes else taste.misses_rhyme)


@dataclass(frozen=True)
class Beginning:
    """The part of a line that the seed already supplies."""

    typed: str
    heard: str
    first_bias: FloatArray
    """Which units may come next, (V,)."""
    memory: Memory
    """After the song and this beginning, read without plans."""

    def followed_by(self, text: str) -> str:
        """The whole line as the network reads it."""
        return self.heard + (" " if self.typed[-1:].isspace() else "") + text


@dataclass(frozen=True)
class Place:
    """Where in a song a line is wanted."""

    memory: Memory
    """After the song so far, with plans if the network reads them."""
    plain: Memory
    """After the song so far without plans."""
    judge: LineJudge
    theme: Theme
    cache: Cache
    rhyme_with: Sequence[str] = ()
    is_answered: bool = False
    used: frozenset[str] = frozenset()
    """Words at the ends of the last few lines, in lower case: no rhyme repeats them."""
    recent: frozenset[str] = frozenset()
    """Words at the ends of more lines: no plan repeats them where there is another."""
    beginning: Beginning | None = None
    title: str = ""
    """What the line should come back to."""


@dataclass(frozen=True)
class Plan:
    """The last word of a line to come."""

    word: str
    memory: Memory
    """After the word and its mark, and the line's beginning where there is one."""
    nats: float


class LineWriter:
    """Writes candidates for the lines of one song by one singer."""

    def __init__(self, singer: Singer, taste: Taste, temperature: float, top_p: float) -> None:
        self._singer, self._voice, self._taste = singer, singer.voice, taste
        self._temperature, self._top_p = temperature, top_p
        # A subword has more than two characters on average, and a line that is much too long will not be chosen.
        longest = 8 + 1.3 * singer.style.line_lengths[2] / (2 if self._voice.vocabulary.merges else 1)
        self._limit = min(LINE_LIMIT, int(longest))
        bits = singer.training.validation_bits_per_character or 0.0
        self._likely_enough = -taste.likely_enough * bits * math.log(2)
        self.sampled_characters = 0

    def write(self, place: Place, rng: np.random.Generator, count: int, attempt: int) -> Asking[list[Candidate]]:
        """About ``count`` candidates; each attempt is a little wilder than the one before."""
        temperature = min(1.5, self._temperature + attempt * (0.1 + 0.3 * max(0.0, 0.5 - self._temperature)))
        if not self._voice.reads_plans:
            candidates = yield from self._sampled(place, rng, count, temperature)
            if place.rhyme_with:
                return (yield from self._made_to_rhyme(place, candidates))
            return candidates
        if place.beginning is not None and not place.rhyme_with:
            return (yield from self._sampled(place, rng, count, temperature))
        plans = yield from self._plans(place, rng, count, temperature)
        candidates = yield from self._towards(plans, place, rng, count, temperature)
        if not any(each.rhymes for each in candidates):
            return (yield from self._made_to_rhyme(place, candidates))
        return candidates

    def write_from_title(
        self, place: Place, rng: np.random.Generator, count: int, attempt: int
    ) -> Asking[list[Candidate]]:
        """Candidates that begin with the title."""
        voice = self._voice
        title = Stream(place.plain, voice.vocabulary.encode(place.title), is_scored=False)
        yield [title]
        beginning = Beginning(place.title, place.title, voice.bias_for(ends_word), title.memory)
        candidates = yield from self.write(replace(place, beginning=beginning), rng, count, attempt)
        return [replace(each, text=place.title + each.text) for each in candidates]

    def weigh(self, candidates: Sequence[Candidate], place: Place, count: int) -> Asking[list[Candidate]]:
        """The best ``count`` candidates, with what the network thinks of them without a plan.

        A line may be likely only because its last word was known.
        """
        voice, taste = self._voice, self._taste
        best = sorted(candidates, key=lambda each: each.rank(taste), reverse=True)[:count]
        texts = [place.beginning.followed_by(each.text) if place.beginning else each.text for each in best]
        lines = [voice.vocabulary.encode(voice.vocabulary.fold(text) + "\n") for text in texts]
        grammar = self._singer.grammar
        streams = [Stream(place.plain, ids, is_studied=True) for ids in lines]
        yield streams
        studies = [stream.study() for stream in streams]
        sentence = [0.0] * len(best)
        if grammar is not None and best:
            sentence = np.minimum(grammar.logits(studies), taste.sure_enough).tolist()
        nats = [float(of_units.sum()) for of_units in place.cache.log_likelihoods(studies)]
        weighed = []
        for each, stream, study, its_nats, odds in zip(best, streams, studies, nats, sentence, strict=True):
            scores = replace(each.scores, fluency=self._fluency(study, its_nats), weakest=stream.least, grammar=odds)
            faults = each.faults + self._faults_of_ending(study)
            weighed.append(replace(each, scores=scores, faults=faults, plain=stream.memory, study=study))
        return weighed

    def _fluency(self, study: Study, nats: float) -> float:
        """The log-likelihood of a line that was read without its plan, in nats per character, as far as it counts."""
        if (frequencies := self._singer.frequencies) is not None:
            nats -= self._taste.frequency_aside * frequencies.beyond_mean(study.units)
        return self._capped(nats / max(1, int(self._voice.vocabulary.lengths[study.units].sum())))

    def _faults_of_ending(self, study: Study) -> float:
        taste, ending = self._taste, ending_of(study, self._voice.vocabulary)
        below = max(0.0, taste.fitting - ending.word) + max(0.0, taste.closing - ending.close)
        return taste.ends_badly * below

    def cut(self, place: Place, rng: np.random.Generator) -> Asking[Candidate]:
        """What to sing where no candidate ended its line: one of them up to its last whole word."""
        (stream,) = self._streams(place, [rng], self._temperature)
        yield [stream]
        text = self._text(stream, place).partition("\n")[0].rpartition(" ")[0].rstrip()
        text = text if place.beginning else text.strip() or "..."
        return Candidate(text, Scores(), 0.0, rhymes=not place.rhyme_with)

    def silence(self, place: Place) -> Candidate:
        """What to sing where the language filter lets no candidate pass."""
        return Candidate("" if place.beginning else "...", Scores(), 0.0, rhymes=not place.rhyme_with)

    # Without plans

    def _streams(self, place: Place, rngs: Iterable[np.random.Generator], temperature: float) -> list[Stream]:
        if place.beginning is None:
            memory, first_bias = self._unplanned(place), self._voice.bias_for(_is_no_line_end)
        else:
            memory, first_bias = place.beginning.memory, place.beginning.first_bias
        return [self._line(memory, rng, temperature, first_bias) for rng in rngs]

    def _line(self, memory: Memory, rng: np.random.Generator, temperature: float, first_bias: FloatArray) -> Stream:
        """A stream that samples a line, or the rest of one."""
        tilt = self._singer.tilt(self._taste.tilt, temperature)
        return Stream(
            memory,
            NOTHING,
            rng,
            temperature,
            self._top_p,
            limit=self._limit,
            bias=tilt.sung,
            first_bias=first_bias + tilt.added,
        )

    def _unplanned(self, place: Place) -> Memory:
        """The song so far as it was read without plans: with them, the network would begin a line with its plan."""
        return place.plain if self._voice.reads_plans else place.memory

    def _sampled(
        self, place: Place, rng: np.random.Generator, count: int, temperature: float
    ) -> Asking[list[Candidate]]:
        """Lines sampled from the memory of the song, or of a beginning that was read without plans."""
        streams = self._streams(place, rng.spawn(count), temperature)
        yield streams
        reads_plans = self._voice.reads_plans
        candidates = []
        for stream, text in self._finished(streams, place):
            line = _begun(place) + text
            scores = self._scores(line, stream.nats, len(text) + 1, place)
            faults = place.judge.faults(line)
            if place.is_answered and self._few_rhymes(last_word(line)):
                faults += self._taste.cannot_be_answered
            memory = None if reads_plans else stream.memory
            candidates.append(Candidate(text, scores, faults, memory))
        return candidates

    def _made_to_rhyme(self, place: Place, candidates: Sequence[Candidate]) -> Asking[list[Candidate]]:
        """The candidates, and the best of them with rhyming words in place of their last ones."""
        lucky = [replace(each, rhymes=self._rhymes(_begun(place) + each.text, place)) for each in candidates]
        words = self._rhyming_words(place)
        best = sorted(candidates, key=lambda each: each.rank(self._taste), reverse=True)[:3]
        cut = [(each, end) for each in best if (end := _place_of_last_word(each.text)) is not None]
        if not words or not cut:
            return lucky
        encode = self._voice.vocabulary.encode
        start = place.beginning.memory if place.beginning else self._unplanned(place)
        beginnings = [Stream(start, encode(each.text[:end].removesuffix(" "))) for each, end in cut]
        yield beginnings
        tried = []
        for (each, end), beginning in zip(cut, beginnings, strict=True):
            tail = each.text[end:][len(last_word(each.text[end:])) :]
            space = " " if each.text[:end].endswith(" ") else ""
            for word in words:
                stream = Stream(beginning.memory, encode(f"{space}{word}{tail}\n"))
                tried.append((each.text[:end] + word + tail, beginning, stream))
        yield [stream for _, _, stream in tried]
        # The likeliest few are judged: judging costs more than scoring.
        tried.sort(key=lambda t: (t[1].nats + t[2].nats) / (len(t[0]) + 1), reverse=True)
        for text, beginning, stream in tried[:6]:
            line = _begun(place) + text
            scores = self._scores(line, beginning.nats + stream.nats, len(text) + 1, place)
            memory = None if self._voice.reads_plans else stream.memory
            lucky.append(Candidate(text, scores, place.judge.faults(line), memory))
        return lucky

    # With plans

    def _plans(self, place: Place, rng: np.random.Generator, lines: int, temperature: float) -> Asking[list[Plan]]:
        """Words to write so many lines towards.

        They are sampled without replacement from the network's weighing of those proposed, by the Gumbel top-k trick
        (W. Kool et al. 2019).
        """
        voice, taste = self._voice, self._taste
        encode = voice.vocabulary.encode
        # Plans are in lower case, whatever the language.
        words = list(dict.fromkeys(map(str.lower, self._rhyming_words(place))))[: RHYMES_PER_LINE * lines]
        sampled: list[Stream] = []
        if not words:
            sampled = [
                Stream(
                    place.memory,
                    NOTHING,
                    each,
                    temperature + taste.plan_temperature,
                    self._top_p,
                    limit=PLAN_LIMIT,
                    last=voice.plan_end,
                    first_bias=voice.plan_bias(first=True),
                    bias=voice.plan_bias(first=False),
                )
                for each in rng.spawn(min(taste.proposals, 2 * lines))
            ]
            words = self._near_words(place, rng, min(taste.near_proposals, lines))
        given = {word: Stream(place.memory, encode(f" {word}{PLAN_END}")) for word in words}
        yield [*sampled, *given.values()]
        plans = {word: Plan(word, stream.memory, stream.nats) for word, stream in given.items()}
        for stream in sampled:
            text = voice.vocabulary.decode(stream.sampled)
            if text.endswith(PLAN_END):
                word = text[1:-1]
                plans[word] = Plan(word, stream.memory, stream.nats)
        if place.beginning is not None:
            plans = yield from self._begun_plans(plans, place.beginning)
        allowed = [plan for plan in plans.values() if plan.word not in place.recent] or list(plans.values())
        gumbel = -np.log(-np.log(rng.random(len(allowed)) + 1e-12) + 1e-12)
        nearness = place.theme.nearness_of_words(plan.word for plan in allowed)
        ranks = [
            plan.nats / (temperature + taste.plan_temperature) + taste.plan_nearness * near + noise
            - (taste.few_rhymes if place.is_answered and self._few_rhymes(plan.word) else 0.0)
            for plan, near, noise in zip(allowed, nearness, gumbel.tolist(), strict=True)
        ]  # fmt: skip
        order = sorted(range(len(allowed)), key=ranks.__getitem__, reverse=True)
        return [allowed[k] for k in order[: -(-lines // taste.lines_per_plan)]]

    def _begun_plans(self, plans: dict[str, Plan], beginning: Beginning) -> Asking[dict[str, Plan]]:
        """The likeliest plans of a line whose beginning is known, after that beginning."""
        heard = self._voice.vocabulary.encode(beginning.heard)
        likeliest = sorted(plans.values(), key=lambda plan: plan.nats, reverse=True)[: self._taste.candidates]
        streams = [Stream(plan.memory, heard) for plan in likeliest]
        yield streams
        return {
            plan.word: Plan(plan.word, stream.memory, plan.nats + stream.nats)
            for plan, stream in zip(likeliest, streams, strict=True)
        }

    def _towards(
        self, plans: Sequence[Plan], place: Place, rng: np.random.Generator, count: int, temperature: float
    ) -> Asking[list[Candidate]]:
        """Lines that lead to planned words."""
        first_bias = self._voice.bias_for(_is_no_line_end) if place.beginning is None else place.beginning.first_bias
        plan_of = {}
        for k, each in enumerate(rng.spawn(count) if plans else ()):
            plan = plans[k % len(plans)]
            plan_of[self._line(plan.memory, each, temperature, first_bias)] = plan
        yield list(plan_of)
        candidates = []
        for stream, text in self._finished(plan_of, place):
            plan, line = plan_of[stream], _begun(place) + text
            scores = replace(self._scores(line, stream.nats, len(text) + 1, place), plan=plan.nats)
            faults = place.judge.faults(line)
            if last_word(line).lower() != plan.word:
                faults += self._taste.misses_plan
            rhymes = not place.rhyme_with or self._rhymes(line, place)
            candidates.append(Candidate(text, scores, faults, stream.memory, rhymes=rhymes))
        return candidates

    # Words

    def _rhyming_words(self, place: Place) -> list[str]:
        """Words that rhyme as the place asks: the artist's first, then frequent ones, those near the song preferred."""
        if not place.rhyme_with:
            return []
        first, *others = place.rhyme_with
        own = self._singer.style.rhymes
        words = [*own.rhyming_with(first)[:60]]
        if own.rhymes.is_english and self._voice.reads_plans:
            words += common_rhymes().rhyming_with(first)[:60]
        words = [
            word
            for word in dict.fromkeys(words)
            if word.lower() not in place.used and all(own.rhymes.rhymes(word, other) for other in others)
        ]
        nearness = place.theme.nearness_of_words(words)
        order = sorted(range(len(words)), key=lambda k: math.log(2 + k) - 3 * nearness[k])
        return [words[k] for k in order[: self._taste.rhyming_proposals]]

    def _near_words(self, place: Place, rng: np.random.Generator, count: int) -> list[str]:
        """Some words near to what the song is about."""
        near = [word for word in place.theme.near_words(60) if word not in place.recent]
        picks = rng.choice(len(near), min(count, len(near)), replace=False).tolist() if near else []
        return [near[k] for k in sorted(picks)]

    def _rhymes(self, line: str, place: Place) -> bool:
        word, ear = last_word(line), self._singer.style.rhymes.rhymes
        return word.lower() not in place.used and all(ear.rhymes(word, other) for other in place.rhyme_with)

    def _few_rhymes(self, word: str) -> bool:
        """Whether a word has too few rhymes to be answered."""
        own = self._singer.style.rhymes
        count = len(own.rhyming_with(word)) if word else 0
        if word and count < self._taste.enough_rhymes and own.rhymes.is_english and self._voice.reads_plans:
            count += len(common_rhymes().rhyming_with(word))
        return count < self._taste.enough_rhymes

    # What was sampled

    def _finished(self, streams: Iterable[Stream], place: Place) -> list[tuple[Stream, str]]:
        """Streams with what they add to the line; without those that have no end or say what another says."""
        texts: dict[str, Stream] = {}
        for stream in streams:
            text = self._text(stream, place)
            self.sampled_characters += len(text)
            if text.endswith("\n") and (_begun(place) + text).strip():
                texts.setdefault(text.rstrip(), stream)
        return [(stream, text) for text, stream in texts.items()]

    def _text(self, stream: Stream, place: Place) -> str:
        text = self._voice.vocabulary.decode(stream.sampled)
        return text.removeprefix(" ") if _begun(place)[-1:].isspace() else text

    def _scores(self, line: str, nats: float, characters: int, place: Place) -> Scores:
        """``nats``: of the ``characters`` of the line that are new."""
        mean, likelihood = self._singer.style.line_lengths[1], nats / max(1, characters)
        return Scores(
            likelihood=self._capped(likelihood),
            nearness=place.theme.nearness(line),
            coming_back=place.theme.share_of(line, place.title) if place.title else 0.0,
            length=-abs(len(line) - mean) / mean,
        )

    def _capped(self, likelihood: float) -> float:
        """A likelihood in nats per character as far as it counts."""
        beyond = max(0.0, likelihood - self._likely_enough)
        return likelihood - (1 - self._taste.beyond) * beyond


def _begun(place: Place) -> str:
    return place.beginning.typed if place.beginning else ""


def _is_no_line_end(unit: str) -> bool:
    return unit != "\n"


def _place_of_last_word(text: str) -> int | None:
    """Where the last word of a line begins; None where the line has no other word before it."""
    word = last_word(text)
    place = text.rfind(word) if word else -1
    return place if place > 0 and text[place - 1] in " -" else None
