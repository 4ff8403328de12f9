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
            if found["escaped"]:
                shown.append(html.escape(found["escaped"]))
            elif found["code"]:
                shown.append(f"<code>{html.escape(found['code'])}</code>")
            elif found["bold"]:
                shown.append(f"<strong>{inline(found['bold'])}</strong>")
            elif found["italic"]:
                shown.append(f"<em>{inline(found['italic'])}</em>")
            elif found["label"]:
                shown.append(f"<a>{inline(found['label'])}</a>")
            elif found["user"]:
                shown.append(f'<span class="mention">@{html.escape(names(found["user"]))}</span>')
            elif found["channel"]:
                shown.append(f'<span class="mention">#{html.escape(names(found["channel"]))}</span>')
            else:
                shown.append(f'<span class="time">{ago(int(found["time"]), found["style"] or "f")}</span>')
        return "".join([*shown, html.escape(source[end:])])

    blocks: list[str] = []
    quoted: list[str] = []

    def end_quote() -> None:
        if quoted:
            blocks.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
            quoted.clear()

    # Emphasis may run over line ends, so that a text is first made one, and then cut into lines.
    for line in inline(text).split("\n"):
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
