"""What a song says again, and what it leaves open."""

from collections.abc import Iterable

from lstm.text.words import words_of

_CLOSING = {")": "(", "]": "[", "}": "{", "\u201d": "\u201c", "\u00bb": "\u00ab"}
_OPENING = frozenset(_CLOSING.values())


def repeated_lines(song: str) -> tuple[int, int]:
    """How many lines of a song repeat an earlier one, but for case and punctuation, and how many lines it has."""
    lines = [" ".join(words) for line in song.splitlines() if (words := words_of(line))]
    return len(lines) - len(set(lines)), len(lines)


def repeated_share(songs: Iterable[str]) -> float:
    """An artist's own habit: the share of the lines of all songs that repeat an earlier line of the same song."""
    counts = [repeated_lines(song) for song in songs]
    lines = sum(count for _, count in counts)
    return sum(repeated for repeated, _ in counts) / lines if lines else 0.0


def has_phrase_loop(line: str) -> bool:
    """Whether a line is stuck: "and the and the and the", "love love love love".

    That is a phrase of two or more words three times in a row, or a single word four times; two or three times are
    what poets do ("to me, to me", "Holy, holy, holy!").
    """
    words = words_of(line)
    for size in range(1, len(words) // 3 + 1):
        times = 4 if size == 1 else 3
        same = 0  # words in a row that are those of one phrase before
        for k in range(size, len(words)):
            same = same + 1 if words[k] == words[k - size] else 0
            if same == size * (times - 1):
                return True
    return False


def closes_what_it_opens(text: str) -> bool:
    """Whether brackets and double quotes are balanced and nested; apostrophes and single quotes are not looked at."""
    still_open = _still_open(text)
    return still_open is not None and not still_open


def missing_ends(text: str) -> str:
    """What closes the brackets and double quotes that a text leaves open; nothing if it also closes wrong ones."""
    closing = {opened: closed for closed, opened in _CLOSING.items()} | {'"': '"'}
    return "".join(closing[sign] for sign in reversed(_still_open(text) or []))


def _still_open(text: str) -> list[str] | None:
    """The signs that are open at the end of a text, the innermost last; None if one was closed that was not open."""
    still_open: list[str] = []
    for sign in text:
        if sign == '"':
            if still_open and still_open[-1] == '"':
                still_open.pop()
            else:
                still_open.append(sign)
        elif sign in _OPENING:
            still_open.append(sign)
        elif sign in _CLOSING and (not still_open or still_open.pop() != _CLOSING[sign]):
            return None
    return still_open
