import pytest

from bot.services.song import song_title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("I walk alone,\nand on", "I walk alone"),
        ("the lamp is out\nroll me home!\n\nthe tide is in\nRoll me home,\n", "Roll me home"),
        ('"so," said the captain', 'So," said the captain'),
        (
            "it is a very long line that goes on and on and never seems to end",
            "It is a very long line that goes on and on and …",
        ),
        ("x" * 60, "X" + "x" * 47 + " …"),
        ("***\n\n", ""),
        ("", ""),
    ],
)
def test_a_title_is_the_line_that_comes_most_often_or_the_first(text: str, title: str) -> None:
    assert song_title(text) == title
