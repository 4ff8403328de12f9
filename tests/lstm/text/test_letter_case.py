"""Capitals inside sentences, and where sentences begin."""

import random

import pytest

from lstm.data.make_capitals import Examples, add_names, examples, fit, listed_names
from lstm.text.letter_case import LetterCase, english, knows_language_of, stem
from lstm.text.sentences import Sentences, Words
from lstm.text.understanding import understand_text

SONG = "THE DAY IS IN THE AIR AND YOU AND I\nARE ON THE ROAD TO IT, AND IT IS MINE"


def in_ordinary_case(line):
    text = f"{SONG}\n{line.upper()}\n{SONG}"
    return understand_text(text).songs[0].lines[2]


@pytest.mark.parametrize(
    "line",
    [
        "On Monday Tom saw Mrs. Bell in May",
        "And I may go in March, or will you call me?",
        'My mum said, "Come home, the tea is cold."',
        '"I think," she said, "that you know."',
        'She said, "Who?" He said, "Me."',
        'I said, "It\'s true," and she said, "Go."',
        "At two a.m. the TV said we won",
        "The road to New York and Mexico is long",
        "He played a B and then a rock 'n' roll song",
        "We met on Market Street on Friday night",
        "And on Fridays I go to Mr. O'Brien and Mrs. McKay",
        "Well... but what's that sound?",
        "I'm sure I'll see you, and I've said I'd call",
    ],
)
def test_a_line_in_capitals_gets_its_case_back(line):
    assert in_ordinary_case(line) == line


def test_of_a_language_that_is_not_known_only_sentences_begin_with_capitals():
    text = "ICH HAB DEN KOFFER SCHON GEPACKT, DIE UHR SCHLÄGT IHREN TAKT\nDER ZUG FÄHRT EIN. DIE TÜREN AUF, UND NUN\n"
    assert understand_text(text * 2).songs[0].lines[:2] == [
        "Ich hab den koffer schon gepackt, die uhr schlägt ihren takt",
        "Der zug fährt ein. Die türen auf, und nun",
    ]


def test_languages():
    assert knows_language_of("and i saw the light in the trees".split())
    assert not knows_language_of("und ich sah das licht in den bäumen und so ging die nacht vorbei".split())
    assert not knows_language_of([])


def begins(*lines):
    sentences = Sentences()
    return [
        [word for word, is_first in zip(words.words, sentences.begin_at(words), strict=True) if is_first]
        for words in map(Words.of, lines)
    ]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("one two. three four! five", ["one", "three", "five"]),
        ("one, mr. two at three a.m. four", ["one"]),
        ("one... two", ["one"]),
        ('one said, "two three." four', ["one", "two", "four"]),
        ('"one," two said, "three"', ["one"]),
        ('"one!" two said. "three"', ["one", "three"]),
        ('one of the "two"', ["one"]),
        ('one said "two three." four', ["one", "two", "four"]),
        ('one told him "two"', ["one", "two"]),
        ('one said, "two," and three said, "four"', ["one", "two", "four"]),
    ],
)
def test_where_sentences_begin(line, first):
    assert begins(line) == [first]


def test_a_speech_goes_on_in_the_next_line():
    assert begins('"One two," she said,', '"three four. Five', 'six"') == [["one"], ["three", "five"], ["six"]]


def test_stems():
    assert [stem(word) for word in ("tom's", "i'm", "fridays", "days", "o'brien", "'s")] == [
        "tom", "i", "friday", "day", "o'brien", "'s",
    ]  # fmt: skip


def test_the_shipped_model_knows_contexts():
    words = Words.of("see you in may and you may go")
    odds = [english().odds(words, k, after_capital=False) for k, word in enumerate(words.words) if word == "may"]
    assert odds[0] > 0 > odds[1]


def test_a_model_is_learned_from_texts(tmp_path):
    text = "We saw Ann today, and Bob too.\nThen Ann went home and the man sat down.\n" * 200
    data = Examples([text, text, text], [1.0, 1.0, 4.0])
    data.keep_frequent()
    weights = fit(data)
    (tmp_path / "dist.female.first").write_text("ZELDA 0.500 1 1\nRARE 0.001 2 2\n")
    (tmp_path / "iso3166.tab").write_text("# a comment\nIS\tIceland\n")
    names = listed_names([tmp_path / "dist.female.first", tmp_path / "iso3166.tab"])
    assert names == {"zelda", "iceland"}
    add_names(weights, names, [text])
    case = LetterCase({name: 0.5 * weight for name, weight in weights.items()})
    line = Words.of("and then ann saw zelda and the man")
    has_capital = [word for k, word in enumerate(line.words) if case.odds(line, k, after_capital=False) > 0]
    assert has_capital == ["ann", "zelda"]


def test_examples_are_words_inside_sentences():
    found = examples("The man said, I am Tom. He left", set(), random.Random(0))
    assert [
        ("=" + word in names) for word, (names, *_) in zip(("man", "said", "am", "tom", "left"), found, strict=True)
    ]
