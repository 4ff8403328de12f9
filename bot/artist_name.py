"""How long an artist's name may be; apart, because the settings are read before anything heavier is imported."""

LONGEST_ARTIST_NAME = 40
"""In characters, without surrounding space."""
