"""Text: from the bytes of a corpus to songs, words and the units that the network reads."""
