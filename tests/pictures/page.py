"""A page that shows messages as Discord does, on dark and light."""

import base64
import html
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.discord_stand_in.attachments import Upload
from tests.discord_stand_in.components import (
    ACTION_ROW,
    ATTACHED,
    BUTTON,
    CONTAINER,
    FILE,
    LINK_STYLE,
    MEDIA_GALLERY,
    SECTION,
    SEPARATOR,
    TEXT_DISPLAY,
)
from tests.pictures.markdown import as_html

_STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}


@dataclass(frozen=True)
class Shown:
    """A message at one moment, and what it answers."""

    who: str
    """The member that acted, or wrote."""
    used: str | None
    """What they did: "/lyrics"; None: they wrote the message."""
    content: str = ""
    components: Sequence[dict[str, Any]] = ()
    uploads: Sequence[Upload] = ()
    is_layout: bool = True
    ephemeral: bool = False
    names: dict[str, str] = field(default_factory=dict)
    """Of users and channels, by their ids."""


def page(messages: Sequence[Shown], *, dark: bool, width: int) -> str:
    """Lay messages out, one below the other."""
    theme = "dark" if dark else "light"
    shown = "".join(_message(message) for message in messages)
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_CSS}</style>'
        f'<body class="{theme}" style="width:{width}px">{shown}</body>'
    )


def _message(message: Shown) -> str:
    by_member = message.used is None
    author = message.who if by_member else "Lyrics"
    above = ""
    if not by_member:
        above = (
            f'<div class="reply"><span class="hook"></span>{_avatar(message.who, small=True)}'
            f"<b>{html.escape(message.who)}</b> used <a>{html.escape(str(message.used))}</a></div>"
        )
    tag = "" if by_member else '<span class="tag">APP</span>'
    body = _text(message.content, message) if message.content else ""
    body += "".join(_part(part, message) for part in message.components)
    if not message.is_layout:
        body += "".join(_file(upload) for upload in message.uploads)
    only_you = (
        '<div class="only-you">👁 Only you can see this · <a>Dismiss message</a></div>' if message.ephemeral else ""
    )
    kind = "message ephemeral" if message.ephemeral else "message"
    return (
        f'<div class="{kind}">{above}<div class="line">{_avatar(author)}<div class="body">'
        f'<div class="head"><b>{html.escape(author)}</b>{tag}<span class="when">Today at 20:15</span></div>'
        f"{body}{only_you}</div></div></div>"
    )


def _avatar(name: str, *, small: bool = False) -> str:
    hue = sum(map(ord, name)) * 47 % 360
    colour = "#8e5bd0" if name == "Lyrics" else f"hsl({hue} 45% 50%)"
    sign = "♪" if name == "Lyrics" else html.escape(name[0].upper())
    return f'<span class="avatar{" small" if small else ""}" style="background:{colour}">{sign}</span>'


def _part(part: dict[str, Any], message: Shown) -> str:
    match part["type"]:
        case kind if kind == CONTAINER:
            inner = "".join(_part(child, message) for child in part["components"])
            colour = part.get("accent_color")
            edge = "" if colour is None else f' style="border-left-color:#{colour:06x}"'
            return f'<div class="box{"" if colour is None else " accent"}"{edge}>{inner}</div>'
        case kind if kind == TEXT_DISPLAY:
            return _text(part["content"], message)
        case kind if kind == SECTION:
            texts = "".join(_part(child, message) for child in part["components"])
            return f'<div class="section"><div class="text">{texts}</div>{_part(part["accessory"], message)}</div>'
        case kind if kind == ACTION_ROW:
            return f'<div class="row">{"".join(_part(child, message) for child in part["components"])}</div>'
        case kind if kind == BUTTON:
            return _button(part)
        case kind if kind == SEPARATOR:
            return f'<hr class="{"" if part.get("divider", True) else "blank"}">'
        case kind if kind == MEDIA_GALLERY:
            return "".join(_picture(item["media"]["url"], message) for item in part["items"])
        case kind if kind == FILE:
            name = part["file"]["url"].removeprefix(ATTACHED)
            return "".join(_file(upload) for upload in message.uploads if upload.filename == name)
    raise ValueError(f"a component of type {part['type']} is not drawn")


def _button(part: dict[str, Any]) -> str:
    emoji = (part.get("emoji") or {}).get("name", "")
    label = html.escape(part.get("label") or "")
    arrow = " \u2197\ufe0e" if part["style"] == LINK_STYLE else ""
    inner = " ".join(word for word in (emoji, label) if word)
    return f'<span class="button {_STYLES[part["style"]]}">{inner}{arrow}</span>'


def _picture(url: str, message: Shown) -> str:
    name = url.removeprefix(ATTACHED)
    data = next(upload.data for upload in message.uploads if upload.filename == name)
    return f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}">'


def _file(upload: Upload) -> str:
    size = f"{len(upload.data) / 1000:.2f} KB"
    return f'<div class="file">📄 <span><a>{html.escape(upload.filename)}</a><small>{size}</small></span></div>'


def _text(markdown: str, message: Shown) -> str:
    return f'<div class="md">{as_html(markdown, lambda i: message.names.get(i, "someone"), _when)}</div>'


def _when(timestamp: int, style: str) -> str:
    if style == "d":
        return time.strftime("%d/%m/%Y", time.gmtime(timestamp))
    minutes = max(0, round((time.time() - timestamp) / 60))
    if minutes < 1:
        return "a few seconds ago"
    return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"


_CSS = """
* { box-sizing: border-box; margin: 0; padding: 0 }
body { font: 16px/1.375 "gg sans", "Noto Sans", sans-serif, "Noto Color Emoji"; padding: 14px 0 14px 0 }
.dark { --bg: #323339; --text: #efeff0; --muted: #9b9ca3; --box: #393a41; --edge: #45464d; --strong: #fff;
  --secondary: #4a4b53; --secondary-text: #fbfbfb; --code: #2a2b30; --link: #7bb0f5; --only: #393c4c; --bar: #66676e }
.light { --bg: #fbfbfb; --text: #2f3035; --muted: #676870; --box: #ffffff; --edge: #dfdfe2; --strong: #1f2024;
  --secondary: #e6e6e9; --secondary-text: #2b2c31; --code: #ededf0; --link: #2a63cf; --only: #edf0ff; --bar: #c7c8ce }
body { background: var(--bg); color: var(--text) }
a { color: var(--link) } b, strong { font-weight: 600; color: var(--strong) }
.message { padding: 6px 16px } .message + .message { margin-top: 12px }
.ephemeral { background: var(--only); border-left: 2px solid #5865f2; padding-left: 14px }
.reply { display: flex; align-items: center; gap: 5px; font-size: 14px; color: var(--muted); margin: 0 0 4px 20px }
.reply .hook { width: 28px; height: 9px; border: 2px solid var(--bar); border-width: 2px 0 0 2px;
  border-top-left-radius: 6px; margin-top: 9px; flex: none }
.line { display: flex; gap: 14px }
.avatar { width: 40px; height: 40px; border-radius: 50%; color: #fff; flex: none; display: flex; align-items: center;
  justify-content: center; font-size: 19px; font-weight: 600 }
.avatar.small { width: 16px; height: 16px; font-size: 9px }
.body { flex: 1; min-width: 0 } .head { line-height: 1.3; margin-bottom: 3px }
.when { color: var(--muted); font-size: 12px; margin-left: 8px }
.tag { background: #5865f2; color: #fff; font-size: 10px; font-weight: 600; border-radius: 4px; padding: 1px 5px;
  margin-left: 5px; vertical-align: 2px }
.box { border: 1px solid var(--edge); border-radius: 8px; background: var(--box); padding: 14px 16px; max-width: 560px;
  display: flex; flex-direction: column; gap: 8px }
.box.accent { border-left-width: 4px } .md p { min-height: 6px; overflow-wrap: anywhere }
.md h3 { font-size: 18px; line-height: 1.3; color: var(--strong); font-weight: 700; margin-bottom: 2px }
.md small { display: block; color: var(--muted); font-size: 13px; line-height: 1.45 }
.md small strong { color: inherit } .md em { font-style: italic }
.md blockquote { border-left: 4px solid var(--bar); border-radius: 2px; padding-left: 10px; margin: 2px 0 }
.md code { background: var(--code); border: 1px solid var(--edge); border-radius: 4px; padding: 0 4px;
  font-size: 13.5px;
  font-family: "gg mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace }
.mention { background: #5865f233; color: var(--link); border-radius: 3px; padding: 0 2px; font-weight: 500 }
.time { background: var(--code); border-radius: 3px; padding: 0 2px }
.section { display: flex; gap: 14px; justify-content: space-between; align-items: flex-start }
.section .text { min-width: 0 }
.row { display: flex; flex-wrap: wrap; gap: 8px }
.button { border-radius: 8px; padding: 6px 14px; font-size: 14px; font-weight: 500; white-space: nowrap; flex: none }
.primary { background: #5865f2; color: #fff }
.secondary, .link { background: var(--secondary); color: var(--secondary-text) }
.danger { background: #d22d39; color: #fff } .success { background: #248046; color: #fff }
hr { border: 0; border-top: 1px solid var(--edge); margin: 4px 0 } hr.blank { border: 0 }
img { display: block; max-width: 100%; max-height: 620px; border-radius: 8px }
.file { display: flex; gap: 10px; align-items: center; background: var(--box); border: 1px solid var(--edge);
  border-radius: 8px; padding: 12px; max-width: 420px; font-size: 22px } .file span { font-size: 15px }
.file small { display: block; color: var(--muted); font-size: 12px }
.only-you { color: var(--muted); font-size: 12px; margin-top: 6px }
"""
