"""Songs made up by a small grammar: text that a tiny network learns in seconds, and that differs from song to song."""

import numpy as np

from lstm.text.corpus import SONG_BREAK

SUBJECTS = ("the river", "my old guitar", "a lonely train", "the morning", "your shadow", "the harbour light")
VERBS = ("is calling", "rolls along", "remembers", "sings low", "will wander", "keeps on turning")
PLACES = ("by the sea", "in the rain", "down the line", "for you and me", "one more time", "through the night")


def make_songs(count, seed=0, stanzas=2):
    """Songs of stanzas of four lines."""
    rng = np.random.default_rng(seed)

    def line():
        return " ".join(str(rng.choice(words)) for words in (SUBJECTS, VERBS, PLACES))

    return ["\n\n".join("\n".join(line() for _ in range(4)) for _ in range(stanzas)) for _ in range(count)]


def make_corpus(count, seed=0, stanzas=2):
    """Songs as the text of a corpus file."""
    return SONG_BREAK.join(make_songs(count, seed, stanzas)) + "\n"
