"""Decoding: the network run forward, many streams at once, and the choice of each next unit."""
