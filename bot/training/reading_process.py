"""Reads a stranger's text in a separate process, within limits of memory and time.

Imports only the readers, not NumPy, so that the process starts in a fraction of a second.
"""

from dataclasses import dataclass

from lstm.text.bounds import check_bounds
from lstm.text.errors import CorpusError
from lstm.text.summary import CorpusSummary
from lstm.text.understanding import understand

TOO_MUCH_MEMORY = "Reading this text takes too much memory; use a smaller or simpler file."
MOST_STANZAS_KNOWN = 50_000
"""For a text with more, the kinds of stanzas are not kept: they would become larger than the songs themselves."""


@dataclass(frozen=True)
class ReadText:
    """A text as used for training, and what was recognised in its file; nothing large beside that goes to the bot."""

    text: str
    summary: CorpusSummary
    first_lines: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    """The kind of each stanza, song by song; empty for a text with very many stanzas."""


@dataclass(frozen=True)
class Unreadable:
    """A text that cannot be read, or that no model can be trained on."""

    reason: str
    """One sentence that says what to do."""


def read_text(data: bytes, memory_bytes: int, seconds: int) -> ReadText | Unreadable:
    """Read a text with limits on this process: beyond `memory_bytes` the text is refused, beyond `seconds` it dies."""
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
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
