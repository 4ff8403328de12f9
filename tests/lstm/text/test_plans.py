import hypothesis.strategies as st
from hypothesis import given

from lstm.text.cleaning import clean
from lstm.text.plans import PLAN_END, alternating, characters_of, plan_of, planned
from lstm.text.vocabulary import UNKNOWN, Vocabulary
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


def test_every_song_is_planned_in_one_of_two_versions() -> None:
    songs = ["one day", "two nights", "three"]
    first, second = alternating(songs)
    assert [song == plain for song, plain in zip(first, songs, strict=True)] == [False, True, False]
    assert [song == plain for song, plain in zip(second, songs, strict=True)] == [True, False, True]


def test_units_of_plans_count_no_characters() -> None:
    text = "ab\n\n" + planned("one two\n...\nTwo") + "\n\nend\n"
    vocabulary = Vocabulary([UNKNOWN, *sorted(set(text))])
    ids = vocabulary.encode(text)
    counts = characters_of(ids, vocabulary.lengths, vocabulary.id_of(PLAN_END), vocabulary.id_of("\n"))
    assert "".join(c for c, n in zip(text, counts, strict=True) if n) == without_plans(text)
    assert counts.sum() == len(without_plans(text))
