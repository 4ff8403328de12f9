"""From bytes in any common encoding to text.

A byte order mark decides. Otherwise what looks like UTF-8 is read as UTF-8, even if a few of its bytes are wrong;
among the one-byte encodings of the Latin script Windows-1252 is taken, unless the letters of some language fit another
clearly better; for other scripts charset-normalizer decides.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from lstm.text.errors import CorpusError
from lstm.text.refused_formats import refuse_other_formats

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_BINARY = "This looks like a binary file, not plain text."
_UNRECOGNISED = "The text's encoding could not be recognised; save it as UTF-8."

MOST_DAMAGE = 0.02
"""Share of characters that may be wrong in a text whose byte order mark names its encoding."""
LEAST_VALID = 0.75
"""Share of a line's bytes beyond ASCII that sequences of UTF-8 must cover; Shift-JIS has some by chance."""
STRAY_NULS = 0.001
"""Share of bytes that may be NUL in a text of one-byte or UTF-8 encoding."""


@dataclass(frozen=True)
class Decoded:
    """A text and the name of the encoding it was in."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """The text of some bytes.

    Raises:
        CorpusError: not text, or in no encoding that could be recognised.
    """
    refuse_other_formats(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding)
    nuls = data.count(0)
    if nuls:
        if nuls > max(3, STRAY_NULS * len(data)):
            return _decode_wide(data)
        data = data.replace(b"\0", b"")
        if _control_share(data) > STRAY_NULS:
            raise CorpusError(_BINARY)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _control_share(data) > 0.02:
        raise CorpusError(_BINARY)
    if _is_mostly_utf_8(data):
        return Decoded(_decode_damaged_utf_8(data), "utf-8")
    return _decode_one_byte(data)


def _control_share(data: bytes) -> float:
    controls = len(data) - len(data.translate(None, bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1a")))
    return controls / max(1, len(data))


def _decode_marked(data: bytes, encoding: str) -> Decoded:
    if encoding == "utf-8":
        text = _decode_damaged_utf_8(data)
        damage = len(data) - len(data.decode("utf-8", "ignore").encode())
    else:
        text = data.decode(encoding, "ignore")
        damage = len(data) - len(text.encode(encoding))
    if damage > max(4, MOST_DAMAGE * len(data)) or (not text.strip() and damage):
        raise CorpusError(f"The text is marked as {encoding.upper()}, but {damage:,} of its bytes are damaged.")
    return Decoded(text, encoding)


def _decode_wide(data: bytes) -> Decoded:
    """UTF-16 or UTF-32 without a mark: the reading that has most spaces and line ends, and no control characters."""
    readings = []
    for encoding in _WIDE:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        kinds = {unicodedata.category(c) for c in set(text) - set("\n\r\t\v\f\ufeff")}
        if not kinds & {"Cc", "Cn", "Co"} and not text.isspace():
            readings.append((text.count(" ") + text.count("\n"), text, encoding))
    blanks, text, encoding = max(readings, default=(0, "", ""))
    if not blanks:
        raise CorpusError(_BINARY)
    return Decoded(text, encoding)


# UTF-8 ---------------------------------------------------------------------------------------------------------------

_MULTI_BYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"  # enough for a vote
)
_CUT_END = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")


def _is_mostly_utf_8(data: bytes) -> bool:
    """Whether lines with valid sequences of UTF-8 are at least a fifth of the lines with bytes beyond ASCII."""
    cut = _CUT_END.search(data[-4:])
    if cut is not None and _is_valid_utf_8(data[: len(data) - len(cut.group())]):
        return True
    valid = foreign = 0
    for line in data.splitlines():
        if line.isascii():
            continue
        sequences = _MULTI_BYTE.findall(line)
        high = len(line) - len(line.translate(None, bytes(range(128, 256))))
        if sum(map(len, sequences)) >= LEAST_VALID * high:
            valid += 1
        else:
            foreign += 1
    return valid > 0 and 4 * valid >= foreign


def _is_valid_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_bad_byte(error: UnicodeError) -> tuple[str, int]:
    """Error handler: bytes that are not UTF-8 are read as Windows-1252; a character cut at the end is dropped."""
    assert isinstance(error, UnicodeDecodeError)
    if error.end == len(error.object) and error.reason == "unexpected end of data":
        return "", error.end
    return error.object[error.start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error("lyrics-windows-1252", _read_bad_byte)


def _decode_damaged_utf_8(data: bytes) -> str:
    return data.decode("utf-8", "lyrics-windows-1252")


# One byte per character ----------------------------------------------------------------------------------------------

_LETTERS: dict[str, str] = {
    "French": "àâæçéèêëîïôœùûüÿ",
    "Italian": "àèéìíîòóùú",
    "Portuguese": "àáâãçéêíóôõúü",
    "Spanish": "áéíñóúüç",
    "Catalan": "àçèéíïòóúü·",
    "German": "äöüßéàè",
    "Dutch": "áàèéëêïíóöüúç",
    "Swedish": "åäöéáü",
    "Danish": "æøåéóôäöü",
    "Icelandic": "áðéíóúýþæö",
    "Turkish": "çğıöşüâîûé",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţ",
    "Croatian": "čćđšž",
    "Lithuanian": "ąčęėįšųūž",
    "Latvian": "āčēģīķļņšūž",
    "Estonian": "äöõüšž",
    "Albanian": "çë",
    "Welsh": "âêîôûŵŷáéíóúàèìòùäëïöü",
}
_LATIN_ENCODINGS = (
    "cp1252", "mac_roman", "cp1254", "cp1250", "iso8859_2", "cp1257", "mac_latin2", "iso8859_15", "cp850", "cp437",
)  # fmt: skip
_PUNCTUATION = frozenset("‘’‚“”„«»‹›–—…¿¡·•°©®™€£¥§ºª½¼¾²³¹´`¨×÷±¬µ¶¢\u00a0\u00ad")
_INSIDE_WORDS = frozenset("’‘'–—-…·\u00ad\u00a0´`")
_CYRILLIC_ENCODINGS = ("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic")
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпуі")
LEAST_CYRILLIC_SHARE = 0.6
MOST_LATIN_SHARE = 0.5
"""Of the letters of a text in the Latin script, at most this share lies beyond ASCII."""
MOST_MISFIT = 0.8
"""Per byte beyond ASCII; a text of another script, read as Latin, has more."""
_SAMPLE_BYTES = 262_144


def _decode_one_byte(data: bytes) -> Decoded:
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    letters = len(re.findall(rb"[A-Za-z]", data))
    if high <= MOST_LATIN_SHARE * (high + letters):
        latin = _decode_latin(data)
        if latin is not None:
            return latin
    return _decode_other_script(data)


def _decode_latin(data: bytes) -> Decoded | None:
    """Of the encodings of the Latin script the one whose letters make words; Windows-1252 where others are no better.

    None where the letters make no words in any of them.
    """
    framed = b"\n" + data + b"\n"
    places = (match.start() for match in re.finditer(rb"[\x80-\xff]", framed))
    high = Counter((framed[k - 1], framed[k], framed[k + 1]) for k in places)
    total = sum(high.values())
    best, least = "cp1252", _misfit(high, "cp1252")
    default = least
    for encoding in _LATIN_ENCODINGS[1:]:
        misfit = _misfit(high, encoding)
        if misfit < least and misfit <= 0.6 * default and default - misfit > min(2.0, 0.04 * total + 1):
            best, least = encoding, misfit
    if least > MOST_MISFIT * total + 10:
        return None
    return Decoded(data.decode(best, "ignore"), best)


def _misfit(contexts: Counter[tuple[int, int, int]], encoding: str) -> float:
    """How badly bytes beyond ASCII, by their neighbours, fit an encoding: about 0 per byte is good, 3 is wrong."""
    table = [bytes([k]).decode(encoding, "replace") for k in range(256)]
    misfit, letters = 0.0, Counter[str]()
    for (before, byte, after), n in contexts.items():
        left, character, right = table[before], table[byte], table[after]
        if character == "\ufffd" or unicodedata.category(character) == "Cc":
            misfit += 4 * n
        elif character.isalpha():
            letters[character.lower()] += n
            misfit += _letter_misfit(left, character, right) * n
        elif character in _PUNCTUATION:
            if left.isalpha() and right.isalpha() and character not in _INSIDE_WORDS:
                misfit += 2 * n
        else:
            misfit += 2 * n
    if letters:
        misfit += min(
            sum(n for letter, n in letters.items() if letter not in alphabet) for alphabet in _LETTERS.values()
        )
    return misfit


def _letter_misfit(left: str, letter: str, right: str) -> int:
    """How badly a letter fits between its neighbours."""
    if left.isalpha():
        if letter.isupper() and left.islower():
            return 3
        if letter.isupper() and right.islower():
            return 1
        return 2 if letter.islower() and left.isupper() and right.isupper() else 0
    return 1 if not right.isalpha() and letter.lower() not in "àéèêóòáäöåæøyouúíìıôº" else 0


def _decode_other_script(data: bytes) -> Decoded:
    import charset_normalizer  # only texts that are in no encoding above wait for it

    foreign = b"\n".join(line for line in data.splitlines() if not line.isascii())
    sample = foreign[:_SAMPLE_BYTES]
    encoding = max(_CYRILLIC_ENCODINGS, key=lambda name: _cyrillic_share(sample, name))
    if _cyrillic_share(sample, encoding) < LEAST_CYRILLIC_SHARE:
        best = charset_normalizer.from_bytes(sample).best()
        if best is None:
            raise CorpusError(_UNRECOGNISED)
        encoding = best.encoding
    text = data.decode(encoding, "ignore")
    if len(text.encode(encoding, "ignore")) < (1 - MOST_DAMAGE) * len(data):
        raise CorpusError(_UNRECOGNISED)
    return Decoded(text, encoding)


def _cyrillic_share(data: bytes, encoding: str) -> float:
    """Share of the letters beyond ASCII that are frequent small letters of Cyrillic languages."""
    counts = Counter(data.decode(encoding, "ignore"))
    foreign = {c: n for c, n in counts.items() if not c.isascii() and not c.isspace()}
    return sum(n for c, n in foreign.items() if c in _COMMON_CYRILLIC) / max(1, sum(foreign.values()))
