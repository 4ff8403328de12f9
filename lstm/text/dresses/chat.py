"""Chats as they are exported or copied: Discord, WhatsApp, Telegram, Slack, IRC."""

import re

from lstm.text.dresses.undressed import Undressed

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_HALF_DAY_CLOCK = r"\d{1,2}:\d{2}\s?[AP]M"
_DATE = (
    r"(?:\d{1,2}[-./ ](?:\d{1,2}|[A-Za-z]{3,9})[-./ ]\d{2,4}|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|[A-Z][a-z]{2,8} \d{1,2}, \d{4})"
)
_NAME = r"[^\n:<>\[\]]{1,40}"
_FORMATS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # Each has one group: what of the line belongs to the message.
    ("Discord export", re.compile(rf"\[{_DATE},?[ T]{_CLOCK}\] {_NAME}()")),
    ("Discord copy", re.compile(rf"{_NAME} ?(?:—|--) ?(?:(?:Today|Yesterday) at |{_DATE},? )?{_CLOCK}()")),
    ("Telegram export", re.compile(rf"{_NAME}, \[{_DATE},? {_CLOCK}\](?::? ?)(.*)")),
    ("WhatsApp export", re.compile(rf"\u200e?\[{_DATE},? {_CLOCK}\] {_NAME}: (.*)")),
    ("WhatsApp export", re.compile(rf"{_DATE},? {_CLOCK} [-–] (?:{_NAME}: )(.*)")),
    ("IRC log", re.compile(rf"\[?(?:{_DATE}[ T])?{_CLOCK}\]? <[@+%~& ]?[^\s<>]{{1,30}}> (.*)")),
    (
        "IRC log",
        re.compile(
            rf"(?:\[?(?:{_DATE}[ T])?{_CLOCK}\]? )?<(?![@#]!?\d|/?[a-z]{{1,10}}>)[@+%~& ]?[^\s<>]{{1,30}}> (.*)"
        ),
    ),
    ("Slack copy", re.compile(rf"{_NAME}(?:APP)?(?: {{2,3}}\[?{_CLOCK}| \[?{_HALF_DAY_CLOCK})\]?()")),
    ("chat log", re.compile(rf"\[{_CLOCK}\] {_NAME}: (.*)")),
    ("chat log", re.compile(rf"\[(?:{_DATE},? )?{_CLOCK}\] (.*)")),
)
_SERVICE = re.compile(
    r"<Media omitted>|.{0,40}end-to-end encrypted.{0,200}|(?:image|video|audio|sticker|GIF) omitted"
    r"|\{(?:Attachments|Reactions|Embed|Stickers)\}|(?:Guild|Channel|Topic|After|Before): .{0,200}|={10,}"
    r"|Exported \d.{0,40}message\(s\)|(?:Joined|Started a call).{0,80}|This message was deleted|\(edited\)"
    r"|.{0,40}(?:Ende-zu-Ende-verschlüsselt|de extremo a extremo|chiffrés? de bout en bout).{0,200}"
    r"|<(?:Medien ausgeschlossen|Multimedia omitido|Médias omis)>"
    r"|\*{3} .{0,80}(?:joined|left|quit).{0,80}|-!- .{0,200}|NEW|Pinned a message\.?"
)
_SYSTEM = re.compile(rf"{_DATE},? {_CLOCK} [-–] .{{0,200}}")
_LEAST_SHARE = 0.2
_LEAST_COPIED_SHARE = 0.06
"""Of the heads of copied chats, under which a message may have many lines, and which nothing else looks like."""
_FEWEST = 4


def take_off(text: str) -> Undressed | None:
    """Names and times go; the lines of each message stay, and a message of several lines is a stanza."""
    lines = text.split("\n")
    filled = [line.strip()[:200] for line in lines if line.strip()]
    for name, pattern in _FORMATS:
        heads = sum(pattern.fullmatch(line) is not None for line in filled)
        least = _LEAST_COPIED_SHARE if name.endswith(("copy", "export")) else _LEAST_SHARE
        if heads >= _FEWEST and heads >= least * len(filled):
            return _messages(lines, pattern, name)
    return None


def _messages(lines: list[str], pattern: re.Pattern[str], name: str) -> Undressed:
    messages: list[list[str]] = [[]]
    heads = 0
    for line in lines:
        stripped = line.strip()
        match = pattern.match(stripped[:200]) if stripped else None
        if match and pattern.fullmatch(stripped[:200]):
            heads += 1
            said = stripped[match.start(1) :].strip()
            messages.append([said] if said and not _SERVICE.fullmatch(said) else [])
        elif stripped and (_SERVICE.fullmatch(stripped[:300]) or _SYSTEM.fullmatch(stripped[:300])):
            continue
        else:
            messages[-1].append(stripped.removesuffix("(edited)").rstrip() if len(stripped) < 2_000 else stripped)
    result: list[str] = []
    for message in messages:
        text = "\n".join(message).strip("\n")
        if not text:
            continue
        if "\n" in text:
            result += ["", text, ""]
        else:
            result.append(text)
    return Undressed(re.sub(r"\n{3,}", "\n\n", "\n".join(result)), {f"{name} names and times": heads})
