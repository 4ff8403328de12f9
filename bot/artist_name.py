"""How long an artist's name may be; on its own, because the settings need it before heavier modules are imported."""

LONGEST_ARTIST_NAME = 40
"""In characters, not counting surrounding space."""
