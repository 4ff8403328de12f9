"""Candidates for a line, on the shipped base, which reads plans."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from lstm.decoding.streams import Chorus, Stream
from lstm.song.cache import Cache
from lstm.song.candidates import Candidate, LineWriter, Place
from lstm.song.judging import Judge
from lstm.song.singer import Singer
from lstm.song.style import Style
from lstm.song.taste import TASTE, Scores
from lstm.song.theme import Nearness, Theme
from lstm.text.plans import PLAN_END, planned
from lstm.training.base_model import load_base

BEFORE = "I walk alone\n"


@pytest.fixture(scope="module")
def singer() -> Singer:
    base = load_base()
    assert base is not None
    return Singer(base)


def place_after(singer: Singer, song: str) -> Place:
    voice = singer.voice
    with_plans, plain = (
        Stream(voice.start(), voice.vocabulary.encode("\n\n" + text)) for text in (planned(song), song)
    )
    Chorus(voice).run([with_plans, plain])
    judge = Judge(singer.style).after(song.splitlines())
    return Place(with_plans.memory, plain.memory, judge, Theme(Nearness.shipped(), song), Cache())


def test_a_line_that_had_to_be_cut_goes_on_without_a_plan(singer: Singer) -> None:
    """After the song as it was read with plans, only a plan could follow, and its mark may not be sung."""
    place = place_after(singer, BEFORE)
    writer = LineWriter(singer, TASTE, 0.6, 0.95)
    cut = []
    for random_seed in range(6):
        asking = writer.cut(place, np.random.default_rng(random_seed))
        streams = next(asking)
        assert all(stream.memory is place.plain for stream in streams)
        Chorus(singer.voice).run(streams)
        with pytest.raises(StopIteration) as ended:
            asking.send(None)
        cut.append(ended.value.value.text)
    assert all(len(text.split()) > 1 for text in cut)


def test_plans_that_rhyme_are_in_lower_case_and_lines_to_them_reach_them(singer: Singer) -> None:
    """A noun of German has a capital letter, and its line ends with the word all the same."""
    songs = (
        "Mir brennt das Herz\nund groß ist der Schmerz\nes kam der Scherz\nund ging im März\n"
        "über die Straße geht\nwer nachts nicht schläft\nund schöner blühen Mädchenträume\nzwischen dunklen Bäumen\n"
    )
    german = copy(singer)
    german.style = Style.of(songs)
    assert not german.style.rhymes.rhymes.is_english
    place = replace(place_after(german, "Mir brennt das Herz\n"), rhyme_with=["Herz"])
    writer = LineWriter(german, TASTE, 0.6, 0.95)
    asking = writer.write(place, np.random.default_rng(0), 8, 0)
    chorus, given = Chorus(german.voice), []
    try:
        streams = next(asking)
        while True:
            given += [german.voice.vocabulary.decode(stream.given.tolist()) for stream in streams if len(stream.given)]
            chorus.run(streams)
            streams = asking.send(None)
    except StopIteration as ended:
        candidates = ended.value
    plans = {text.removesuffix(PLAN_END).strip() for text in given if text.endswith(PLAN_END)}
    assert plans == {"schmerz", "scherz", "märz"}
    assert all(each.faults < TASTE.misses_plan for each in candidates if each.text.endswith("schmerz"))


def test_a_candidate_whose_last_word_does_not_fit_has_a_fault(singer: Singer) -> None:
    place = place_after(singer, BEFORE)
    writer = LineWriter(singer, TASTE, 0.5, 0.95)
    fitting, not_fitting = (
        Candidate(text, Scores(), 0.0) for text in ("And eat the whole thing up", "And eat the whole thing keep")
    )
    asking = writer.weigh([fitting, not_fitting], place, 2)
    Chorus(singer.voice).run(next(asking))
    with pytest.raises(StopIteration) as ended:
        asking.send(None)
    weighed = {each.text: each.faults for each in ended.value.value}
    assert weighed[fitting.text] == 0
    assert weighed[not_fitting.text] > TASTE.too_faulty
