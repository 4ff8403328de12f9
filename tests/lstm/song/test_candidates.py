"""Candidates for a line, on the shipped base, which reads plans."""

import numpy as np
import pytest

from lstm.decoding.streams import Chorus, Stream
from lstm.song.candidates import LineWriter, Place
from lstm.song.judging import Judge
from lstm.song.singer import Singer
from lstm.song.taste import TASTE
from lstm.song.theme import Nearness, Theme
from lstm.text.plans import planned
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
    return Place(with_plans.memory, plain.memory, judge, Theme(Nearness.shipped(), song))


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
