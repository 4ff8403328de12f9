import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm.data.make_confusables import confusable_lines
from lstm.text.confusables import skeleton, without_ignorable


@pytest.mark.parametrize(
    "text",
    [
        "p\u0430ypal",  # Cyrillic
        "\u03c1\u237a\u0443\u03c1\u0430\u2113",  # Greek, APL, Cyrillic, a script letter
        "p\u200bay\u00adpal",
        "pаураl",
    ],
)
def test_what_looks_alike_has_one_skeleton(text: str) -> None:
    assert skeleton(text) == skeleton("paypal")


@pytest.mark.parametrize("text", ["paypa", "poypal", "раура"])
def test_what_differs_has_another(text: str) -> None:
    assert skeleton(text) != skeleton("paypal")


def test_marks_count_in_any_order_and_form() -> None:
    assert skeleton("\u1e69") == skeleton("s\u0307\u0323") == skeleton("s\u0323\u0307")
    assert skeleton("e\u0301") != skeleton("e")


@given(st.text())
def test_a_skeleton_has_nothing_invisible_and_is_its_own(text: str) -> None:
    bare = skeleton(text)
    assert without_ignorable(bare) == bare
    assert skeleton(bare) == bare


def test_the_list_is_made_from_unicodes() -> None:
    source = [
        "# Version: 99.0.0",
        "# a comment ;",
        "0430 ;\t0061 ;\tMA\t# ( а → a ) CYRILLIC SMALL LETTER A → LATIN SMALL LETTER A\t#",
        "0251 ;\t0061 ;\tMA\t# ( ɑ → a )",
        "0132 ;\t006C 004A ;\tMA\t# ( Ĳ → lJ )",
        "",
    ]
    assert confusable_lines(source) == ["# Unicode 99.0.0\n", "61 < 251 430\n", "6C 4A < 132\n"]
