import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services import Refusal
from bot.services.names import check_name


@pytest.mark.parametrize("name", ["burns", " Gilbert & Sullivan ", "Тютчев", "李白", "x" * 40, "don't", "@everyone"])
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
    ],
)
def test_no_names(name: str) -> None:
    with pytest.raises(Refusal, match=r"An artist's name"):
        check_name(name)


@given(st.text())
def test_a_name_cannot_leave_its_folder(name: str) -> None:
    try:
        checked = check_name(name)
    except Refusal:
        return
    assert 1 <= len(checked) <= 40
    assert checked.isprintable()
    assert not set(checked) & set("/\\\0") and not checked.startswith(".")
    assert check_name(checked) == checked
