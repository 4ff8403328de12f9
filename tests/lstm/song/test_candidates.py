"""Candidates for a line, by an artist that starts from the shipped base."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from lstm.arrays import IntArray
from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.song.asking import Asking, T
from lstm.song.cache import Cache
from lstm.song.candidates import Beginning, Candidate, LineWriter, Place
from lstm.song.judging import Judge
from lstm.song.singer import Singer
from lstm.song.style import Style
from lstm.song.taste import TASTE
from lstm.song.theme import Nearness, Theme
from lstm.text.words import last_word
from lstm.training.base_model import load_base

BEFORE = "I walk alone\n"


@pytest.fixture(scope="module")
def singer() -> Singer:
    base = load_base()
    assert base is not None
    return Singer(base)


def place_after(singer: Singer, song: str) -> Place:
    voice = singer.voice
    stream = Stream(voice.start(), voice.vocabulary.encode("\n\n" + song))
    StreamBatch(voice).run([stream])
    judge = Judge(singer.style).after(song.splitlines())
    return Place(stream.memory, judge, Theme(Nearness.shipped(), song), Cache(), wanted_length=30)


def answer(asking: Asking[T], singer: Singer, asked: list[list[Stream]] | None = None) -> T:
    """What asking returns once its streams have been run."""
    batch = StreamBatch(singer.voice)
    try:
        streams = next(asking)
        while True:
            if asked is not None:
                asked.append(streams)
            batch.run(streams)
            streams = asking.send(None)
    except StopIteration as ended:
        found: T = ended.value
        return found


def units_of(candidate: Candidate) -> IntArray:
    assert candidate.study is not None
    return candidate.study.units


def test_a_line_that_answers_none_should_not_end_as_one_of_the_last_few(singer: Singer) -> None:
    writer, place = LineWriter(singer, TASTE, 0.6, 0.95), place_after(singer, BEFORE)

    def lines_at(place: Place) -> list[Candidate]:
        return answer(writer.write(place, np.random.default_rng(0), 6, 0), singer)

    lines = lines_at(place)
    used = frozenset([last_word(lines[0].text).lower()])
    for line, again in zip(lines, lines_at(replace(place, used=used)), strict=True):
        ends_alike = last_word(line.text).lower() in used
        assert again.faults == pytest.approx(line.faults + ends_alike * TASTE.ends_alike)
    titled = lines_at(replace(place, used=used, title="I walk alone"))
    assert [line.faults for line in titled] == [line.faults for line in lines]


def test_a_line_that_had_to_be_cut_goes_on_from_the_song(singer: Singer) -> None:
    place = place_after(singer, BEFORE)
    writer = LineWriter(singer, TASTE, 0.6, 0.95)
    cut = [answer(writer.cut(place, np.random.default_rng(seed)), singer).text for seed in range(6)]
    assert all(len(text.split()) > 1 for text in cut)


def test_a_line_that_had_to_be_cut_ranks_below_any_that_was_found(singer: Singer) -> None:
    writer, place = LineWriter(singer, TASTE, 0.5, 0.95), place_after(singer, BEFORE)
    found = answer(writer.write(place, np.random.default_rng(1), 4, 0), singer)
    for poor in (answer(writer.cut(place, np.random.default_rng(1)), singer), writer.silence(place)):
        assert poor.rank(TASTE) < min(each.rank(TASTE) for each in found)


def test_a_rhyme_that_the_network_cannot_spell_is_not_proposed(singer: Singer) -> None:
    other = copy(singer)
    other.style = Style.of("The țara\nThe sara\nThe mara\n" * 3)
    writer = LineWriter(other, TASTE, 0.5, 0.95)
    proposed = writer._rhyming_words(replace(place_after(other, BEFORE), rhyme_with=("vara",)))
    assert "mara" in proposed
    assert "țara" not in proposed


def test_where_no_rhyme_is_due_lines_are_sampled_once(singer: Singer) -> None:
    asked: list[list[Stream]] = []
    writer = LineWriter(singer, TASTE, 0.5, 0.95)
    candidates = answer(writer.write(place_after(singer, BEFORE), np.random.default_rng(0), 8, 0), singer, asked)
    assert [len(streams) for streams in asked] == [8]
    assert 5 <= len(candidates) <= 8
    for each in candidates:
        assert singer.voice.vocabulary.decode(units_of(each).tolist()) == each.text + "\n"


@pytest.mark.parametrize("begun", ["", "She said "])
def test_where_a_rhyme_is_due_lines_turn_to_it_and_are_read_as_they_stand(singer: Singer, begun: str) -> None:
    voice, ear = singer.voice, singer.style.rhymes.rhymes
    place = replace(place_after(singer, BEFORE + "I walk along the street\n"), rhyme_with=["street"])
    if begun:
        heard = begun.rstrip()
        stream = Stream(place.memory, voice.vocabulary.encode(heard), is_studied=True)
        StreamBatch(voice).run([stream])
        first_bias = voice.bias_for(lambda unit: unit.startswith(" "))
        place = replace(place, beginning=Beginning(begun, heard, first_bias, stream.memory, stream.study()))
    asked: list[list[Stream]] = []
    writer = LineWriter(singer, TASTE, 0.5, 0.95)
    candidates = answer(writer.write(place, np.random.default_rng(0), 12, 0), singer, asked)
    _, turned = asked
    assert len(turned) >= 8
    assert all(len(stream.given) <= 4 for stream in turned)  # the word alone
    assert len(candidates) >= 8
    assert len({last_word(each.text) for each in candidates}) >= 4
    for each in candidates:
        assert each.rhymes
        assert ear.rhymes(last_word(each.text), "street")
        assert voice.vocabulary.decode(units_of(each).tolist()).strip() == (begun + each.text).strip()
        whole = Stream(place.memory, units_of(each).astype(np.int32), is_studied=True)
        StreamBatch(voice).run([whole])
        assert each.study is not None
        np.testing.assert_allclose(each.study.hidden, whole.study().hidden, atol=1e-4)
        np.testing.assert_allclose(each.study.log_likelihoods, whole.study().log_likelihoods, atol=2e-3)
        assert each.memory is not None
        np.testing.assert_allclose(each.memory.hidden, whole.memory.hidden, atol=1e-4)


def test_lines_that_begin_with_the_title_rhyme_too(singer: Singer) -> None:
    place = place_after(singer, BEFORE + "I walk along the street\n")
    place = replace(place, rhyme_with=["street"], title="I walk alone")
    writer = LineWriter(singer, TASTE, 0.5, 0.95)
    candidates = answer(writer.write_from_title(place, np.random.default_rng(0), 12, 0), singer)
    assert len(candidates) >= 4
    for each in candidates:
        assert each.text.startswith("I walk alone")
        assert each.text != "I walk alone"
        assert singer.voice.vocabulary.decode(units_of(each).tolist()).rstrip() == each.text


def test_words_that_rhyme_are_spelt_as_the_artist_spells_them(singer: Singer) -> None:
    songs = (
        "Mir brennt das Herz\nund groß ist der Schmerz\nes kam der Scherz\nund ging im März\n"
        "über die Straße geht\nwer nachts nicht schläft\nund schöner blühen Mädchenträume\nzwischen dunklen Bäumen\n"
    )
    german = copy(singer)
    german.style = Style.of(songs)
    assert not german.style.rhymes.rhymes.is_english
    place = replace(place_after(german, "Mir brennt das Herz\n"), rhyme_with=["Herz"])
    writer = LineWriter(german, TASTE, 0.6, 0.95)
    candidates = answer(writer.write(place, np.random.default_rng(0), 8, 0), german)
    assert {last_word(each.text) for each in candidates} <= {"Schmerz", "Scherz", "März"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("And eat the whole thing up", "And eat the whole thing keep"),
        ("I put the kettle on and wait for you", "I put the kettle on and wait for cold"),
        ("And nobody knows my name", "And nobody knows where the lane"),
    ],
)
def test_a_line_whose_last_word_does_not_fit_ranks_below_one_that_ends_well(
    singer: Singer, good: str, bad: str
) -> None:
    place = place_after(singer, BEFORE)
    encode = singer.voice.vocabulary.encode
    streams = [Stream(place.memory, encode(text + "\n"), is_studied=True) for text in (good, bad)]
    StreamBatch(singer.voice).run(streams)
    read = [Candidate(text, study=stream.study()) for text, stream in zip((good, bad), streams, strict=True)]
    better, worse = LineWriter(singer, TASTE, 0.5, 0.95).judged(read, place)
    assert better.rank(TASTE) > worse.rank(TASTE) + 5
