"""Odd inputs: texts out of what breaks programs, and files that are nearly right."""

import random
import unicodedata

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ETAOIN'",
    " \t\n\r\v\f\x1c\x1d\x1e\x85\xa0\u2028\u2029\u3000",
    "\x00\x01\x07\x1b\x7f\ufeff\u200b\u200c\u200d\u200e\u202e\u2066\u2069\u00ad\u034f\u2800\u3164",
    "".join(map(chr, range(0x300, 0x370))),
    "\u0430\u0435\u043e\u03b1\u03bf\u0561ａｂ𝐚ſıİßŉǰ",
    "éèàüöñçłøæœđðþαβγδжщюあア漢字한글กำहिन्दी",
    "[](){}<>|\\/*_~`#+-=.:;,!?@$%^&\"'",
    "0123456789+-.eE_,",
    "😀👩‍👩‍👧‍👦🏳️‍🌈🇩🇪\U0001f3fb\U000e0041\U000e007f",
    "\ud800\udfff\ue000\U0010ffff\ufffe",
)
TOKENS = (
    "[Verse 1]", "[Chorus]", "x2", "(x4)", "[00:12.34]", "{title: A}", "<br>", "<p>", "</div>", "&amp;", "&#x41;",
    "1\n00:00:01,000 --> 00:00:02,000\n", "Am  G  C", '{"lyrics": "', '"}', "[[", "]]", "title,artist,lyrics\n", '""',
    "\n\n\n", "\r\n", "\r\r\n", "Ã©", "â€™", "<@1>", "@everyone", "https://a.b", "null", "NaN", "1e999", "-0", "../",
    "seed:", "artist:", "/lyrics ", "/train corpus:", "none", "True", "song:again:", "artist:forget:id:", "\\", "%s",
)  # fmt: skip


def text(rng: random.Random, longest: int = 300) -> str:
    """Any text: runs of characters of a kind, and pieces that mean something to somebody."""
    pieces = []
    left = rng.choice((0, 1, 5, 40, longest))
    while left > 0:
        if rng.random() < 0.3:
            piece = rng.choice(TOKENS)
        else:
            alphabet = rng.choice(ALPHABETS)
            size = rng.choice((1, 2, 7, 40))
            piece = rng.choice(alphabet) * size if rng.random() < 0.3 else "".join(rng.choices(alphabet, k=size))
        pieces.append(piece)
        left -= len(piece)
    made = "".join(pieces)[: longest or None]
    return unicodedata.normalize(rng.choice(("NFC", "NFD")), made) if rng.random() < 0.1 else made


def without_halves(made: str) -> str:
    """Text that can be encoded: without halves of surrogate pairs."""
    return made.encode("utf-8", "replace").decode()


def mutated(rng: random.Random, data: bytes, like: tuple[bytes, ...] = ()) -> bytes:
    """Bytes that differ from some sound ones in a few places."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(8):
            case 0 if changed:
                changed[min(at, len(changed) - 1)] ^= 1 << rng.randrange(8)
            case 1 if changed:
                changed[min(at, len(changed) - 1)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 2:
                del changed[at:]
            case 3:
                del changed[at : at + rng.choice((1, 8, 100))]
            case 4:
                changed[at:at] = rng.randbytes(rng.choice((1, 8, 100)))
            case 5:
                size = rng.choice((1, 8, 200))
                changed[at:at] = changed[at : at + size] * rng.choice((1, 2, 20))
            case 6:
                changed[at:at] = rng.choice(TOKENS).encode()
            case _ if like:
                other = rng.choice(like)
                start = rng.randrange(len(other) + 1)
                changed[at : at + 50] = other[start : start + 50]
    return bytes(changed)
