import pytest

from tests.discord_stand_in.attachments import Upload
from tests.pictures.markdown import as_html
from tests.pictures.page import Shown, page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain <b> & more", "<p>plain &lt;b&gt; &amp; more</p>"),
        ("**a\nb** c", "<p><strong>a</p><p>b</strong> c</p>"),
        (r"\*not\* *this*", "<p>*not* <em>this</em></p>"),
        ("### Title\n-# small", "<h3>Title</h3><small>small</small>"),
        ("> one\n> two\nthree", "<blockquote>one<br>two</blockquote><p>three</p>"),
        (
            "`/lyrics` <@7> [open](https://x.y)",
            '<p><code>/lyrics</code> <span class="mention">@Anna</span> <a>open</a></p>',
        ),
        ("<t:5:R>", '<p><span class="time">5 R</span></p>'),
    ],
)
def test_markdown_is_shown_as_discord_shows_it(text: str, html: str) -> None:
    assert as_html(text, lambda _: "Anna", lambda at, style: f"{at} {style}") == html


def test_a_page_has_every_kind_of_part() -> None:
    button = {"type": 2, "style": 2, "label": "Press"}
    parts = [
        {"type": 10, "content": "text"},
        {"type": 9, "components": [{"type": 10, "content": "beside"}], "accessory": button},
        {"type": 14},
        {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]},
        {"type": 13, "file": {"url": "attachment://b.txt"}},
        {"type": 1, "components": [button]},
    ]
    box = {"type": 17, "accent_color": 0x123456, "components": parts}
    shown = Shown("Anna", "/lyrics", components=[box], uploads=[Upload("a.png", b"png"), Upload("b.txt", b"text")])
    html = page([shown], dark=True, width=400)
    for part in ("text", "beside", "<hr", "data:image/png", "b.txt", "Press", "#123456", 'class="dark"'):
        assert part in html
    with pytest.raises(ValueError, match="type 99"):
        page([Shown("Anna", "/lyrics", components=[{"type": 99}])], dark=False, width=400)
