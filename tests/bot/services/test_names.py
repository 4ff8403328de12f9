import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import Refusal
from bot.services.names import check_distinct, check_name


@pytest.mark.parametrize(
    "name",
    [
        *("burns", " Gilbert & Sullivan ", "Тютчев", "李白", "x" * 40, "don't", "@everyone", "Μ-Ziq", "Ke$ha", "AC-DC"),
        *("きゃりーぱみゅぱみゅ", "K팝", "Ana Тютчев", "Trần Thị Ngọc", "תִּקְוָה", "กำลัง", "हिन्दी", "🔥 & 🌊"),
    ],
)
def test_names(name: str) -> None:
    assert check_name(name) == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 41,
        "../etc",
        "a/b",
        "a\\b",
        "a\nb",
        "a\0b",
        ".hidden",
        "..",
        "\u202eevil",
        "a\u2028b",
        "Ａ／b",
        "\ud800",
        "\u2800",
        "bur\u2800ns",
        "\u3164",
        "\uffa0burns",
        "\u115f\u1160",
        "burns\U000e0100",
        "burns\u034f",
        "burns\u17b5",
        "e" + "\u0301" * 39,
        "\u0301e",
        "burn\u0455",
        "b\u0301\u0430nd",
        "\u03bfzzy",
        "a_b\u0430c",
    ],
)
def test_no_names(name: str) -> None:
    with pytest.raises(Refusal, match="artist's name"):
        check_name(name)


@given(st.text())
def test_a_name_cannot_leave_its_folder(name: str) -> None:
    try:
        checked = check_name(name)
    except Refusal:
        return
    assert 1 <= len(checked) <= 40
    assert checked.isprintable()
    assert not set(checked) & set("/\\\0")
    assert not checked.startswith(".")
    assert check_name(checked) == checked


def test_an_emoji_is_kept_without_its_selector() -> None:
    assert check_name("❤\ufe0f") == check_name("❤") == "❤"


def test_a_space_is_a_plain_one() -> None:
    assert check_name("\u3000Ana\u00a0Maria\u2003") == "Ana Maria"


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("\u0441\u043e\u0441\u043e", "coco"),  # all Cyrillic
        ("\u0421\u041e\u0421\u041e", "coco"),
        ("BiIl", "bill"),
        ("Bil1", "Bill"),
        ("O-Zone", "0-zone"),
        ("\u0441\u043e\u0441\u043e", "COCO"),
    ],
)
def test_a_name_that_looks_like_another_is_refused(name: str, other: str) -> None:
    with pytest.raises(Refusal, match="That name looks too much like"):
        check_distinct(name, ["burns", other])


@pytest.mark.parametrize(("name", "other"), [("Burns", "burns"), ("burns", "bums"), ("anna", "anne"), ("李白", "李日")])
def test_a_name_may_be_another_ones_or_differ_from_it(name: str, other: str) -> None:
    check_distinct(name, [other])
