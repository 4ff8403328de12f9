"""Makes text of members and models safe for Discord: it is shown literally, pings nobody and links nowhere."""

import re
import unicodedata

_ZERO_WIDTH_SPACE = "\u200b"

# A backslash before punctuation makes it literal: emphasis, code, spoilers, links,
# and with "<" every mention, timestamp and custom emoji.
_ANYWHERE = re.compile(r"[\\*_~`|<>\[\]]")
_AT_LINE_START = re.compile(r"^([ \t]*)([#+-])", re.MULTILINE)
_LIST_NUMBER = re.compile(r"^([ \t]*\d{1,9})\.(?=[ \t])", re.MULTILINE)
_LINK = re.compile(r":(?=//)")
# The only mentions without "<"; a backslash has no effect on them.
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_ESCAPED_OR_BOLD = re.compile(r"\\(.)|\*\*")
_ADDRESS = re.compile(r"https?://\S+")
_CUSTOM_EMOJI = re.compile(r"<a?:\w{1,64}:\d{1,20}>|<[@#][!&]?\d{1,20}>|<t:\d{1,20}(?::\w)?>")
_MARKS = re.compile(r"[*_~`|\\]{1,3}")
_JOINERS = "\u200c\u200d"
_MARKS_ON_LETTERS = ("Mn", "Me")
_MOST_MARKS = 4  # UTS #39, section 5.4
_LINE_MARK = re.compile(r"^(?:#{1,3}|-#|>{1,3}|[-+])[ \t]")


def plain(text: str) -> str:
    """Keep line breaks and printable characters; drop what could reverse, overlay or hide text.

    Marks that are piled up on a letter reach into the lines above and below: four of them stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept: list[str] = []
    piled_up = 0
    for character in text:
        if unicodedata.category(character) in _MARKS_ON_LETTERS:
            piled_up += 1
            if piled_up > _MOST_MARKS:
                continue
        elif character != "\n" and not _is_harmless(character):
            continue
        elif character not in _JOINERS:
            piled_up = 0
        kept.append(character)
    return "".join(kept)


def escape(text: str) -> str:
    """Escape text so that Discord shows it literally."""
    text = _ANYWHERE.sub(r"\\\g<0>", plain(text))
    text = _LIST_NUMBER.sub(r"\1\\.", text)
    text = _AT_LINE_START.sub(r"\1\\\2", text)
    text = _LINK.sub(r"\\:", text)
    return _EVERYBODY.sub("@" + _ZERO_WIDTH_SPACE, text)


def one_line(text: str, longest: int) -> str:
    """Fit plain text into one line of at most ``longest`` characters."""
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def shortened(text: str, longest: int = 60) -> str:
    """Fit text into one line of at most `longest` characters, and escape it."""
    return escape(one_line(text, longest))


def quoted(text: str, *, most: int | None = None, longest: int = 200, mark: str = "") -> str:
    """Show the first `most` lines that are not blank as a quotation.

    Each is cut to `longest` characters and stands between two `mark`s, such as `*` for italics.
    """
    lines = [line for line in (one_line(line, longest) for line in text.splitlines()) if line]
    return "\n".join(f"> {mark}{escape(line)}{mark}" for line in lines[:most]) or "> …"


def opening_words(text: str, longest: int) -> str:
    """Return the first words of a member's message, without links, custom emoji and Markdown.

    At most `longest` characters, cut between lines or words where that is possible.
    """
    text = _CUSTOM_EMOJI.sub("", _ADDRESS.sub("", plain(text)))
    lines = (_LINE_MARK.sub("", line).strip() for line in _MARKS.sub("", text).split("\n"))
    text = "\n".join(" ".join(line.split()) for line in lines if line)
    if len(text) <= longest:
        return text
    cut = max(text.rfind("\n", 0, longest + 1), text.rfind(" ", 0, longest + 1))
    return text[: cut if cut > 0 else longest].rstrip()


def opening_lines(song: str, longest: int) -> str:
    """Return the first whole lines of a song that was escaped to be shown, as it was sung.

    They end with a line break; together they have at most `longest` characters. If the first one alone has more, its
    first words are returned.
    """
    text = plain(_ESCAPED_OR_BOLD.sub(r"\1", song)).strip("\n") + "\n"
    if end := text.rfind("\n", 0, longest) + 1:
        return text[:end]
    return opening_words(text, longest)


def split(text: str, longest: int) -> list[str]:
    """Cut text into pieces of at most ``longest`` characters, between lines where that is possible."""
    pieces: list[str] = []
    while len(text) > longest:
        cut = text.rfind("\n", 1, longest + 1)
        if cut == -1:
            cut = longest
            # Never between a backslash and what it escapes.
            trailing = len(text[:cut]) - len(text[:cut].rstrip("\\"))
            cut -= trailing % 2
        pieces.append(text[:cut])
        text = text[cut:].removeprefix("\n")
    return [*pieces, text] if text or not pieces else pieces


def _is_harmless(character: str) -> bool:
    # Cc: control characters; Cf: direction overrides, zero-width joiners; Zl, Zp: Unicode line separators.
    # Joiners shape emoji and several scripts, and are harmless.
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
