"""What an artist may be called: something visible that can be typed and told apart from other names."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.artist_name import LONGEST_ARTIST_NAME
from bot.services.asking import Refusal
from bot.store.artists import name_key
from lstm.text.confusables import skeleton, without_ignorable

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u2800")  # a Braille cell without dots counts as a symbol, and looks like a space
_PATH_CHARACTERS = frozenset('/\\:*?"<>|')
_EMOJI_STYLE = re.compile("[\ufe0e\ufe0f]")
_OTHER_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_MOST_MARKS = 4  # on one letter: UTS #39, section 5.4
_MARKS = frozenset({"Mn", "Me"})
# Scripts that are written together in one word, and with Latin letters; UTS #39, section 5.2, "highly restrictive".
_MIXED_IN_ONE_WORD = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})


def check_name(name: str) -> str:
    """Return a name with plain spaces, none around it, and without the selectors that phones put behind emoji.

    Raises:
        Refusal: unless it has 1 to `LONGEST_ARTIST_NAME` visible characters, none of which could mean a path, with no
            more marks on a letter than languages use, and no word mixes alphabets that look alike.
    """
    stripped = _OTHER_SPACE.sub(" ", _EMOJI_STYLE.sub("", name)).strip()
    if not 1 <= len(stripped) <= LONGEST_ARTIST_NAME:
        raise Refusal(f"An artist's name must have 1 to {LONGEST_ARTIST_NAME} characters.")
    # Also in the form in which names are compared: there, a full-width slash is a slash.
    compared = unicodedata.normalize("NFKC", stripped)
    characters = set(stripped + compared)
    if any(unicodedata.category(character) in _INVISIBLE or character in _BLANK for character in characters):
        raise Refusal("An artist's name cannot contain invisible characters; type it again.")
    if without_ignorable(stripped) != stripped or without_ignorable(compared) != compared:
        raise Refusal("An artist's name cannot contain invisible characters; type it again.")
    if characters & _PATH_CHARACTERS or stripped.startswith("."):
        raise Refusal("An artist's name cannot start with a dot or contain any of / \\ : * ? \" < > |")
    if _longest_stack(compared) > _MOST_MARKS or unicodedata.category(compared[0]) in _MARKS:
        raise Refusal(f"A letter in an artist's name can have at most {_MOST_MARKS} accents.")
    for word in re.split(r"[\W_]+", "".join(_without_marks(compared))):
        if len(scripts := _scripts(word)) > 1:
            mixed = ", ".join(script.title() for script in sorted(scripts))
            raise Refusal(f"An artist's name cannot mix alphabets in one word ({mixed}); use only one of them.")
    return stripped


def check_distinct(name: str, others: Iterable[str]) -> None:
    """Refuse a new name that looks like another one without being the same.

    Raises:
        Refusal: if it cannot be told apart from one of the others.
    """
    key, looks = name_key(name), _looks(name)
    for other in others:
        if name_key(other) != key and looks & _looks(other):
            raise Refusal(f"That name looks too much like “{other}”, which is already in use; choose another one.")


def _looks(name: str) -> frozenset[str]:
    """Return what a name looks like, as written and in lower case: "BiIl" looks like "Bill"."""
    compared = unicodedata.normalize("NFKC", name.strip())
    return frozenset(skeleton(spelling).casefold() for spelling in (compared, compared.casefold()))


def _without_marks(text: str) -> Iterator[str]:
    return (character for character in text if unicodedata.category(character) not in _MARKS)


def _longest_stack(text: str) -> int:
    longest = stacked = 0
    for character in unicodedata.normalize("NFD", text):
        stacked = stacked + 1 if unicodedata.category(character) in _MARKS else 0
        longest = max(longest, stacked)
    return longest


def _scripts(word: str) -> set[str]:
    """Return the scripts of a word's letters, without those that may be mixed with others.

    Python has no such property, but the name of every letter begins with its script.
    """
    letters = (character for character in word if unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo"))
    return {re.split("[ -]", unicodedata.name(letter, ""))[0] for letter in letters} - _MIXED_IN_ONE_WORD
