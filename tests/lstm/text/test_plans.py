import hypothesis.strategies as st
from hypothesis import given

from lstm.text.cleaning import clean
from lstm.text.plans import PLAN_END, plan_of, planned
from tests.lstm.songs import without_plans


def test_the_last_word_of_each_line_stands_before_it() -> None:
    assert planned("The rain came down,\nand I sang.\n\nOn Elm Street!") == (
        f" down{PLAN_END}The rain came down,\n sang{PLAN_END}and I sang.\n\n street{PLAN_END}On Elm Street!"
    )


def test_a_line_without_a_word_has_no_plan() -> None:
    assert plan_of("") == plan_of("...") == ""


def test_clean_text_holds_no_mark() -> None:
    assert PLAN_END not in clean(f"one{PLAN_END}two")


@given(st.lists(st.text(alphabet="ab' ,.\n"), max_size=5).map("\n".join))
def test_a_text_without_its_plans_is_the_text(text: str) -> None:
    assert without_plans(planned(text)) == text
