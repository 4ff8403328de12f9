"""What an artist may be called."""

import unicodedata

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.services.asking import Refusal

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PATH_CHARACTERS = frozenset('/\\:*?"<>|')


def check_name(name: str) -> str:
    """Return an artist's name without surrounding space.

    Raises:
        Refusal: unless it has 1 to `LONGEST_ARTIST_NAME` visible characters, none of which could mean a path.
    """
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_ARTIST_NAME:
        raise Refusal(f"An artist's name has 1 to {LONGEST_ARTIST_NAME} characters.")
    # Also as it is compared: a full-width slash is a slash there.
    characters = set(stripped + unicodedata.normalize("NFKC", stripped))
    if any(unicodedata.category(character) in _INVISIBLE for character in characters):
        raise Refusal("An artist's name cannot hold invisible characters; type it again.")
    if characters & _PATH_CHARACTERS or stripped.startswith("."):
        raise Refusal("An artist's name cannot begin with a dot or hold any of / \\ : * ? \" < > |")
    return stripped
