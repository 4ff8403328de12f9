"""Reading a stranger's text, as it runs in a process of its own: within limits of memory and time.

Imports the readers only, not NumPy: such a process starts in a fraction of a second.
"""

import sys
from dataclasses import dataclass

from lstm.text.bounds import check_bounds
from lstm.text.errors import CorpusError
from lstm.text.understanding import Understood, understand


@dataclass(frozen=True)
class Unreadable:
    """A text that cannot be read, or that no model can be learned from."""

    reason: str
    """One sentence that says what to do."""


def read_text(data: bytes, memory_bytes: int, seconds: int) -> Understood | Unreadable:
    """Read a text within limits of this process: beyond `memory_bytes` it is refused, beyond `seconds` it dies."""
    _limit(memory_bytes, seconds)
    try:
        understood = understand(data)
        check_bounds(understood.text)
    except CorpusError as error:
        return Unreadable(str(error))
    except MemoryError:
        return Unreadable("Reading this text takes too much memory; bring a smaller or plainer file.")
    return understood


def _limit(memory_bytes: int, seconds: int) -> None:
    if sys.platform == "win32":  # without such limits; the bot still ends a process that takes too long
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
