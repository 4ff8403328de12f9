"""Rhyme: how words sound, which of them rhyme, and which lines of a song should rhyme."""
