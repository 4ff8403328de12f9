"""Asking for several things side by side."""

import numpy as np

from lstm.decoding.stream import Stream
from lstm.decoding.weights import Voice
from lstm.model.model_file import Model
from lstm.network.parameters import Parameters, Shape
from lstm.song.asking import Asking, together
from lstm.text.vocabulary import UNKNOWN, Vocabulary

VOICE = Voice(Model(Parameters(Shape(3, E=2, H=2, L=1)), Vocabulary([UNKNOWN, *"\na"])))


def a_stream() -> Stream:
    return Stream(VOICE.start(), np.empty(0, np.int32))


def ask(name: str, *asked: list[Stream]) -> Asking[str]:
    yield from asked
    return name


def test_streams_are_run_side_by_side_and_results_keep_their_order() -> None:
    a, b, c, d = (a_stream() for _ in range(4))
    asking = together([ask("first", [a, b], [c]), ask("nothing to ask"), ask("last", [d])])
    assert next(asking) == [a, b, d]
    assert next(asking) == [c]
    try:
        next(asking)
    except StopIteration as ended:
        assert ended.value == ["first", "nothing to ask", "last"]
    else:
        raise AssertionError("more was asked")


def test_nothing_is_asked_for_nothing() -> None:
    assert list(together([ask("no streams", []), ask("none")])) == []
    assert list(together([])) == []
