"""A song from streams: line by line, each the best of a few candidates under rules.

`Composition` says what is to be sampled and chooses among what comes back; it does not sample itself. Whoever drives it
hands its streams to a chorus, alone (`compose`) or together with the streams of other songs (the bot's engine).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from lstm.model_file import Model
from lstm.sampling import Chorus, Memory, Stream, Voice
from lstm.vocabulary import clean_seed

RHYME_SCHEMES = ("none", "AABB", "ABAB", "ABBA", "AAAA")
CANDIDATES = 4
ATTEMPTS = 3
LINE_LIMIT = 160
"""Longest line in characters; a candidate that reaches it has lost its way and is no candidate."""
LINE_ENDS = (".", "!", "?", ";", ":", ",")


@dataclass(frozen=True)
class SongSettings:
    """What may be chosen about a song."""

    lines: int = 12
    """Lines of text, the seed's own included; blank lines between stanzas come on top."""
    temperature: float = 0.8
    top_p: float = 0.95
    rhyme: str = "none"
    random_seed: int | None = None


class Composition:
    """One song in the making."""

    def __init__(self, voice: Voice, seed: str, settings: SongSettings) -> None:
        """``seed`` is kept as typed; the network reads it folded to the characters that it knows."""
        self.voice, self.settings = voice, settings
        self.seed = seed
        self._rng = np.random.default_rng(settings.random_seed)
        self._heard = voice.vocabulary.fold(clean_seed(seed))
        self.sampled_characters = 0

    def steps(self) -> Generator[list[Stream] | str, None, None]:
        """Yield streams to be run until all have finished, and pieces of the song as soon as they are known.

        The pieces, put together, are the song; it begins with the seed as typed.
        """
        seed, heard = self.seed, self._heard.lstrip("\n")
        memory = yield from self._read(self.voice.start(), "\n\n" + heard)
        if seed:
            yield seed
        lines = [line for line in seed.splitlines() if line.strip()]
        wanted = max(self.settings.lines, len(lines))
        # The seed's last line is gone on with, unless it is finished: by a line break, by a sentence's end, or because
        # the network knows none of its characters.
        is_open = bool(seed.strip()) and not seed.endswith(("\n", "\r"))
        if is_open and (not heard.strip() or seed.rstrip().endswith(LINE_ENDS)):
            is_open = False
            if len(lines) < wanted:
                memory = yield from self._read(memory, "\n")
                yield "\n"
        may_break = bool(lines) and not is_open
        while is_open or len(lines) < wanted:
            line, memory, stanza_ends = yield from self._line(memory, "" if not is_open else lines[-1], may_break)
            if stanza_ends:
                yield "\n"
                may_break = False
                continue
            if is_open:
                lines[-1] += line
            else:
                lines.append(line)
            yield line + "\n" if len(lines) < wanted else line
            is_open, may_break = False, True

    def _read(self, memory: Memory, text: str) -> Generator[list[Stream] | str, None, Memory]:
        stream = Stream(memory, self.voice.vocabulary.encode(text))
        yield [stream]
        return stream.memory

    def _line(
        self, memory: Memory, begun: str, may_break: bool
    ) -> Generator[list[Stream] | str, None, tuple[str, Memory, bool]]:
        """The next line (the rest of it after ``begun``), the memory after its line end, or that a stanza ends here."""
        settings = self.settings
        best: Candidate | None = None
        nothing = np.empty(0, np.int32)
        for _ in range(ATTEMPTS):
            streams = [
                Stream(memory, nothing, rng, settings.temperature, settings.top_p, limit=LINE_LIMIT)
                for rng in self._rng.spawn(CANDIDATES)
            ]
            yield streams
            self.sampled_characters += sum(len(stream.sampled) for stream in streams)
            candidates = [self._candidate(stream, begun) for stream in streams]
            # The first candidate decides whether a stanza ends: so it does as often as the artist's do.
            if may_break and not candidates[0].text:
                return "", candidates[0].memory, True
            usable = [c for c in candidates if c.usable]
            best = max([*usable, *([best] if best else [])], key=lambda c: c.nats_per_character, default=None)
            if best:
                break
        if best is None:
            best = max(candidates, key=lambda c: c.nats_per_character)
            best = yield from self._cut(best, memory)
        return best.text, best.memory, False

    def _candidate(self, stream: Stream, begun: str) -> Candidate:
        text = self.voice.vocabulary.decode(stream.sampled)
        ended = text.endswith("\n")
        line = text.rstrip("\n")
        return Candidate(
            text=line.rstrip(),
            memory=stream.memory,
            nats_per_character=stream.nats / max(1, len(stream.sampled)),
            usable=ended and bool((begun + line).strip()) and (bool(line.strip()) or bool(begun)),
        )

    def _cut(self, candidate: Candidate, memory: Memory) -> Generator[list[Stream] | str, None, Candidate]:
        """What to sing where no candidate ended its line: the likeliest, up to its last whole word."""
        text = candidate.text.rpartition(" ")[0] or candidate.text or "..."
        after = yield from self._read(memory, self.voice.vocabulary.fold(text) + "\n")
        return Candidate(text, after, candidate.nats_per_character, True)


@dataclass(frozen=True)
class Candidate:
    """One way in which a line might go."""

    text: str
    memory: Memory
    """After the line and its line end."""
    nats_per_character: float
    usable: bool


def drive(composition: Composition) -> Iterator[str]:
    """Sample what a composition asks for, by itself; yields the song's text in pieces."""
    chorus = Chorus(composition.voice)
    for item in composition.steps():
        if isinstance(item, str):
            yield item
        else:
            chorus.run(item)


def compose(model: Model | Voice, seed: str, settings: SongSettings) -> Iterator[str]:
    """Compose one song; yields its text in pieces."""
    return drive(Composition(model if isinstance(model, Voice) else Voice(model), seed, settings))
