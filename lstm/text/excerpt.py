"""A part of a text that is too long to be read: passages spread evenly over it, whole songs where it shows songs."""

from collections.abc import Sequence

from lstm.text.songs import SONG_BREAK, STANZA_BREAK

PASSAGES = 16
"""Many enough for every part of a collection, album by album, to be in it."""
BREAKS = (SONG_BREAK, STANZA_BREAK, "\n")
_FEWEST_BREAKS = 8
"""Per passage, so that looking for one loses little."""


def excerpt(text: str, most: float, breaks: Sequence[str] = BREAKS) -> str:
    """The text, or of a longer one passages that have at most ``most`` characters together, in their order.

    A passage begins and ends with the first of the ``breaks`` that the text has enough of. Takes a fraction of a
    second for any text.
    """
    if len(text) <= most:
        return text
    fewest = _FEWEST_BREAKS * PASSAGES * len(text) / max(1.0, most)
    boundary = next((each for each in breaks if text.count(each) >= fewest), None)
    size, passages = int(most) // PASSAGES, []
    for k in range(PASSAGES):
        begin, next_begin = (each * len(text) // PASSAGES for each in (k, k + 1))
        end = begin + size
        if boundary is not None:
            begin = text.find(boundary, begin, end) if k else 0
            end = text.rfind(boundary, begin + 1, min(begin + size, next_begin)) if begin >= 0 else -1
        if end > begin:
            passages.append(text[begin:end])
    return "".join(passages)
