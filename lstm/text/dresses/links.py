"""Links, mentions and emoji codes: "https://...", "<@123>", "@everyone", ":joy:"."""

import re
from collections import Counter

from lstm.text import boundaries
from lstm.text.dresses.undressed import Undressed

_URL = re.compile(r"<?\b(?:https?://|www\.)[^\s<>\"]{2,2000}>?", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?:^|(?<=\s))[a-z0-9-]{2,60}\.(?:com|net|org|io|co|me|fm|tv|gg|info|de|uk|us|ru)(?:/\S{0,500})?(?=\s|$)", re.I
)
_MAIL = re.compile(r"(?<!\S)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_MENTION = re.compile(
    r"<(?:@[!&]?|#)\d{5,25}>|<a?:\w{2,32}:\d{5,25}>|<t:\d{1,15}(?::[a-zA-Z])?>|@(?:everyone|here)\b|(?<!\S)@\w{2,40}"
)
_SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?![\w:])")
_KINDS = (
    ("links", _URL),
    ("email addresses", _MAIL),
    ("mentions", _MENTION),
    ("links", _DOMAIN),
    ("emoji codes", _SHORTCODE),
)


def take_off(text: str) -> Undressed | None:
    """Links and mentions go; emoji codes too where a text has several or comes from a chat."""
    if not any(sign in text for sign in ("://", "www.", "@", "<#", "<:", "<a:", "<t:", ".com", ".net", ".org")) and (
        ":" not in text or len(_SHORTCODE.findall(text)) < 2
    ):
        return None
    removed = Counter[str]()
    lines = [
        _line(line, removed) if len(line) > 1 and line[0] not in boundaries.ALL else line for line in text.split("\n")
    ]
    return Undressed("\n".join(lines), dict(removed)) if removed else None


def _line(line: str, removed: Counter[str]) -> str:
    if not any(sign in line for sign in ":@.<"):
        return line
    rest = line
    for kind, pattern in _KINDS:
        rest, n = pattern.subn("", rest)
        if n:
            removed[kind] += n
    if rest == line:
        return line
    indent = line[: len(line) - len(line.lstrip(" "))] if rest.startswith(" ") and line.startswith(" ") else ""
    return indent + " ".join(rest.split())
