"""Discord's Markdown as HTML, as far as the bot uses it."""

import html
import re
from collections.abc import Callable

_INLINE = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)"
    r"|\*(?P<italic>(?:\\.|[^\\*])+?)\*"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>[^)]+)\)"
    r"|<@(?P<user>\d+)>"
    r"|<#(?P<channel>\d+)>"
    r"|<t:(?P<time>\d+)(?::(?P<style>\w))?>",
    re.DOTALL,
)


def as_html(text: str, names: Callable[[str], str], ago: Callable[[int, str], str]) -> str:
    """Show Markdown; ``names`` gives what an id is called, ``ago`` how a time is shown."""

    def inline(source: str) -> str:
        shown, end = [], 0
        for found in _INLINE.finditer(source):
            shown.append(html.escape(source[end : found.start()]))
            end = found.end()
            kind = next(kind for kind in ("time", *shows) if found[kind])
            if kind == "time":
                shown.append(f'<span class="time">{ago(int(found["time"]), found["style"] or "f")}</span>')
            else:
                shown.append(shows[kind](found[kind]))
        return "".join([*shown, html.escape(source[end:])])

    shows: dict[str, Callable[[str], str]] = {
        "escaped": html.escape,
        "code": lambda code: f"<code>{html.escape(code)}</code>",
        "bold": lambda bold: f"<strong>{inline(bold)}</strong>",
        "italic": lambda italic: f"<em>{inline(italic)}</em>",
        "label": lambda label: f"<a>{inline(label)}</a>",
        "user": lambda user: f'<span class="mention">@{html.escape(names(user))}</span>',
        "channel": lambda channel: f'<span class="mention">#{html.escape(names(channel))}</span>',
    }
    # Emphasis may run over line ends, so that a text is first made one, and then cut into lines.
    return _in_blocks(inline(text))


def _in_blocks(text: str) -> str:
    """Headings, small print, quotes and paragraphs, a line each."""
    blocks: list[str] = []
    quoted: list[str] = []

    def end_quote() -> None:
        if quoted:
            blocks.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
            quoted.clear()

    for line in text.split("\n"):
        if line.startswith("&gt; "):
            quoted.append(line.removeprefix("&gt; "))
            continue
        end_quote()
        if line.startswith("### "):
            blocks.append(f"<h3>{line.removeprefix('### ')}</h3>")
        elif line.startswith("-# "):
            blocks.append(f"<small>{line.removeprefix('-# ')}</small>")
        else:
            blocks.append(f"<p>{line or '&nbsp;'}</p>")
    end_quote()
    return "".join(blocks)
