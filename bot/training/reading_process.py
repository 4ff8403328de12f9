"""Reading a stranger's text, as it runs in a process of its own: within limits of memory and time.

Imports the readers only, not NumPy: such a process starts in a fraction of a second.
"""

import sys
from dataclasses import dataclass

from lstm.text.bounds import check_bounds
from lstm.text.errors import CorpusError
from lstm.text.summary import CorpusSummary
from lstm.text.understanding import understand

TOO_MUCH_MEMORY = "Reading this text takes too much memory; use a smaller or simpler file."
MOST_STANZAS_KNOWN = 50_000
"""Of a text with more of them, the kinds of stanzas are not kept: a few bytes of each song would outgrow the songs."""


@dataclass(frozen=True)
class ReadText:
    """A text as it is learned, and what was understood of its file; little else, for the bot has to take it in."""

    text: str
    summary: CorpusSummary
    first_lines: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    """The kind of each stanza, song by song; empty for a text of very many stanzas."""


@dataclass(frozen=True)
class Unreadable:
    """A text that cannot be read, or that no model can be learned from."""

    reason: str
    """One sentence that says what to do."""


def read_text(data: bytes, memory_bytes: int, seconds: int) -> ReadText | Unreadable:
    """Read a text within limits of this process: beyond `memory_bytes` it is refused, beyond `seconds` it dies."""
    _limit(memory_bytes, seconds)
    try:
        understood = understand(data)
        check_bounds(understood.text)
        is_known = sum(len(song.stanzas) for song in understood.songs) <= MOST_STANZAS_KNOWN
        kinds = understood.kinds if is_known else ()
        return ReadText(understood.text, understood.summary, tuple(understood.first_lines), kinds)
    except CorpusError as error:
        return Unreadable(str(error))
    except MemoryError:
        return Unreadable(TOO_MUCH_MEMORY)


def _limit(memory_bytes: int, seconds: int) -> None:
    if sys.platform == "win32":  # without such limits; the bot still ends a process that takes too long
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
