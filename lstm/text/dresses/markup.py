"""HTML: tags go, breaks and blocks become line ends; and the entities that are left of it.

The scanner cuts the text at every "<" and looks at each piece once, so that no page, however malformed, takes more than
linear time (`html.parser` rereads the rest of a page for every comment or tag that is not closed).
"""

import html
import re
from dataclasses import dataclass, field

from lstm.text import boundaries
from lstm.text.dresses.section_words import kind_of
from lstm.text.dresses.undressed import Undressed

_BREAKS = frozenset("br".split())
_PARAGRAPHS = frozenset("p blockquote pre ul ol dl table tbody section main".split())
_BLOCKS = frozenset("div li tr dd dt td th figure figcaption center address article hr".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_SONGS = frozenset("song lyrics poem".split())
"""Of XML files; each holds a song."""
_SKIPPED = frozenset(
    "head title script style nav footer header noscript svg form button select textarea iframe aside template".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q s samp small source"
    " span strike strong sub sup time tt u var wbr video audio picture object embed html body link meta base"
    " annotation ruby rt rp details summary legend fieldset option colgroup col caption tfoot thead canvas".split()
)
_XML = frozenset("songs artist author album copyright stanza verse chorus line lg l".split())
_KNOWN = _BREAKS | _PARAGRAPHS | _BLOCKS | _HEADINGS | _SKIPPED | _INLINE | _SONGS | _XML
_VOID = frozenset("br hr img input link meta base source wbr col embed".split())
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(?=[\s/>])([^>]*)>")
_SIGN = re.compile(
    r"<(?:!doctype html|html|body|br|p|div|span|i|b|em|strong|a|pre|h[1-6]|ul|ol|li|table|article|section|lyrics"
    r"|songs?)(?:\s[^<>]{0,500})?/?>|<\?xml ",
    re.IGNORECASE,
)
_LYRICS_CONTAINER = re.compile(
    r"""(?:class|id)\s{0,5}=\s{0,5}["']?[^"'>]{0,200}lyric|data-lyrics-container|itemprop=["']?(?:text|lyrics)""",
    re.IGNORECASE,
)
_NOT_A_CONTAINER = re.compile(r"lyrics?[-_ ]?(?:header|footer|ad|credits|title|share|button|link|page)", re.IGNORECASE)
_UNSUNG = re.compile(
    r"""class\s{0,5}=\s{0,5}["']?[^"'>]{0,200}\b(?:ringtone|nav(?:bar)?|menu|footer|breadcrumbs?|advert\w*|ads?|share|social"""
    r"""|related|sidebar|comments?|cookie\w*)\b""",
    re.IGNORECASE,
)
"""Elements whose class says that they are of the page and not of the song."""
_TITLE_PARTS = re.compile(r"\s[-–—|·:]\s")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LINE = "\ue010"
"""Stands for a line end that a tag makes, while they must differ from line ends of the source."""
_HEADING = "\ue011"


def take_off(text: str) -> Undressed | None:
    """The text of a page, or of a fragment of one; where an element is named after lyrics, of that element."""
    if not _SIGN.search(text):
        return None
    page = _Page()
    page.read(text)
    return Undressed(page.text(), {"HTML tags": page.tags})


@dataclass
class _Page:
    """A page as it is read, piece by piece."""

    tags: int = 0
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    """Texts, and whether each is within an element that is named after lyrics."""
    breaks: int = 0
    _skipping: str = ""
    _depth_skipped: int = 0
    _in_comment: bool = False
    _container: str = ""
    _container_depth: int = 0
    _open_item: int = -1
    _link_letters: int = 0
    _is_link: bool = False
    _is_preformatted: bool = False
    _is_title: bool = False
    _after_paragraph: bool = False
    titles: set[str] = field(default_factory=set)
    """What the page's title is made of, and the artist and title that XML names."""

    def read(self, text: str) -> None:
        first, *rest = text.split("<")
        self._write(first)
        for piece in rest:
            self._read_piece(piece)

    def _read_piece(self, piece: str) -> None:
        if self._in_comment:
            _, closed, after = piece.partition("-->")
            self._in_comment = not closed
            self._write(after)
        elif piece.startswith("!--"):
            _, closed, after = piece[3:].partition("-->")
            self._in_comment = not closed
            self.tags += 1
            self._write(after)
        elif piece.startswith(("!", "?")) and ">" in piece:
            if piece[:8].lower() == "!doctype" and self.tags:
                self._write(f"{_LINE}{boundaries.SONG}{_LINE}")  # another page
            self.tags += 1
            self._write(piece.partition(">")[2])
        else:
            match = _TAG.match(piece)
            name = match.group(2).lower() if match else ""
            if match is None or name not in _KNOWN:
                self._write("<" + piece)
                return
            self.tags += 1
            self._read_tag(name, bool(match.group(1)), match.group(3))
            self._write(piece[match.end() :])

    def _read_tag(self, name: str, closes: bool, attributes: str) -> None:
        self._is_title = name in ("title", "author", "artist") and not closes
        if self._skipping:
            self._follow_skipped(name, closes)
        elif name in _SKIPPED or name in ("author", "artist", "album", "copyright") or _is_unsung(name, attributes):
            if not closes and not attributes.endswith("/"):
                self._skipping, self._depth_skipped = name, 1
        else:
            self._follow_container(name, closes, attributes)
            if name == "li":
                self._end_item() if closes else self._begin_item()
            elif name == "a":
                self._is_link = not closes
            elif name == "pre":
                self._is_preformatted = not closes
            self._break_lines(name, closes)

    def _follow_skipped(self, name: str, closes: bool) -> None:
        if name == self._skipping:
            self._depth_skipped += -1 if closes else 1
            if self._depth_skipped == 0:
                self._skipping = ""

    def _break_lines(self, name: str, closes: bool) -> None:
        if name in _BREAKS:
            self.breaks += 1
            self._write(_LINE)
        elif name in _HEADINGS:
            self._write(_LINE + (_LINE if closes else _HEADING))
        elif name in _SONGS:
            self._write(f"{_LINE}{_LINE}" if closes else f"{_LINE}{boundaries.SONG}{_LINE}")
        elif name in _PARAGRAPHS:
            self.breaks += 1
            # A paragraph that begins where another has ended is one break; an empty one is a break of its own.
            if closes or not self._after_paragraph:
                self._write(_LINE + _LINE)
            self._after_paragraph = closes
        elif name in _BLOCKS:
            self._write(_LINE)

    def _follow_container(self, name: str, closes: bool, attributes: str) -> None:
        if self._container:
            if name == self._container and name not in _VOID:
                self._container_depth += -1 if closes else 1
                if self._container_depth == 0:
                    self._container = ""
        elif (
            not closes and name in ("div", "p", "pre", "section", "article", "span", "td") and _is_container(attributes)
        ):
            self._container, self._container_depth = name, 1
            self._write(_LINE + _LINE)

    def _begin_item(self) -> None:
        self._open_item, self._link_letters = len(self.pieces), 0

    def _end_item(self) -> None:
        """An item of a list that is nothing but a link is of the page's menus."""
        if self._open_item >= 0:
            letters = sum(len(piece.strip(_LINE + " \n")) for piece, _ in self.pieces[self._open_item :])
            if 0 < letters == self._link_letters:
                del self.pieces[self._open_item :]
            self._open_item = -1

    def _write(self, text: str) -> None:
        if self._is_title and text.strip():
            self.titles.update(map(_bare, [text, *_TITLE_PARTS.split(html.unescape(text))]))
        if text and not self._skipping:
            if text.strip():
                self._after_paragraph = False
            if self._is_preformatted:
                text = text.replace("\n", _LINE)
            self.pieces.append((text, bool(self._container)))
            if self._is_link:
                self._link_letters += len(text.strip(_LINE + " \n"))

    def text(self) -> str:
        """All that is read, or where there are elements named after lyrics, what is in them; with its line ends."""
        within = "".join(piece for piece, is_inside in self.pieces if is_inside)
        if len(within.replace(_LINE, "").strip()) >= 40:
            text = "".join(piece if is_inside or _HEADING in piece else "" for piece, is_inside in self.pieces)
        else:
            text = "".join(piece for piece, _ in self.pieces)
        if self.breaks * 3 >= text.count("\n") - text.count("\n\n"):
            # Line ends of the source are mere spaces there, but for those that set songs apart.
            text = re.sub(r"\n(?:[ \t]{0,40}\n){2,}", f"{_LINE}{_LINE}{_LINE}", text)
            text = text.replace(f"{_LINE}\n", _LINE).replace(f"\n{_LINE}", _LINE).replace("\n", " ")
        text = text.replace(_LINE, "\n")
        lines = (_without_heading(line.strip(" \t")) for line in text.split("\n"))
        return "\n".join(line for line in lines if not self._is_of_title(line))

    def _is_of_title(self, line: str) -> bool:
        """Whether a line in quotes, or with "Lyrics" behind it, says the page's title again."""
        if (
            not self.titles
            or not 0 < len(line) < 200
            or not (line[0] == "&" or line[0] in _QUOTES or line[-6:] == "Lyrics")
        ):
            return False
        return _bare(line) in self.titles


_QUOTES = "\"'\u201c\u2018"


def _bare(title: str) -> str:
    """A title without quotes and "Lyrics"."""
    return (
        html.unescape(title).casefold().strip(" \n\t").removesuffix("lyrics").strip(" \n\t\"'\u201c\u201d\u2018\u2019")
    )


def _is_unsung(name: str, attributes: str) -> bool:
    return (
        name in ("div", "span", "p", "ul", "section", "table")
        and "class" in attributes
        and bool(_UNSUNG.search(attributes))
        and not _is_container(attributes)
    )


def _is_container(attributes: str) -> bool:
    return bool(_LYRICS_CONTAINER.search(attributes)) and not _NOT_A_CONTAINER.search(attributes)


def _without_heading(line: str) -> str:
    """A heading names a section, which is kept, or a song, which begins there."""
    if not line.startswith(_HEADING):
        return line.replace(_HEADING, "")
    title = line.strip(_HEADING + " \"'[]():*")
    return f"[{title}]" if kind_of(title) is not None else boundaries.SONG


def take_off_entities(text: str) -> Undressed | None:
    """Entities as the characters that they stand for; twice where an ampersand was encoded too."""
    count = 0
    for _ in range(2):
        text, n = _ENTITY.subn(lambda match: html.unescape(match.group()), text)
        count += n
        if not n:
            break
    return Undressed(text, {"entities": count}) if count else None
