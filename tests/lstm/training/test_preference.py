import numpy as np
import pytest

from lstm.network.adapters import adapted_matrices
from lstm.network.network import Network, State
from lstm.network.parameters import Parameters, Shape
from lstm.training.marks import agreement
from lstm.training.preference import Choice, Preference, PreferenceSettings, teach

SHAPE = Shape(V=9, E=4, H=6, L=2)
LIKED, LINE_END = 3, 8
RNG = np.random.default_rng(2)


def parameters(dtype: type[np.floating] = np.float32) -> Parameters:
    made = Parameters(SHAPE, dtype)
    made.flat[...] = 0.4 * np.random.default_rng(1).normal(size=made.flat.size)
    return made


def line() -> np.ndarray:
    return np.append(RNG.integers(0, 8, RNG.integers(1, 7)), LINE_END)


def choices(songs: int, places: int = 3) -> list[Choice]:
    """Each place of a song goes on from the one before it; a line is marked by how often it has one unit."""
    made = []
    for song in range(songs):
        before = np.array([LINE_END])
        for _ in range(places):
            lines = [line() for _ in range(6)]
            marks = np.array([np.count_nonzero(each == LIKED) for each in lines], np.float32)
            made.append(Choice(song, before, lines, 2 * marks + RNG.integers(0, 4)))
            before = np.concatenate([before, line()])
    return made


def log_likelihood(weights: Parameters, before: np.ndarray, its_line: np.ndarray) -> float:
    """The plain way: song and line in one."""
    ids = np.concatenate([before, its_line])
    counted = np.arange(1, len(ids)) >= len(before)
    nats, _ = Network(weights, len(ids), 1).loss(
        ids[:-1, None], ids[1:, None], State.zeros(SHAPE, 1, weights.flat.dtype), counted[:, None]
    )
    return -nats


def test_differences_are_those_of_reading_song_and_line_in_one() -> None:
    weights, places = parameters(), choices(4)
    preference = Preference(weights, places)
    before = [[log_likelihood(weights, place.before, each) for each in place.lines] for place in places]
    for found, wanted in zip(preference.reference, before, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    weights.flat[...] += 0.05 * RNG.normal(size=weights.flat.size).astype(np.float32)
    preference.states = preference.read()
    chosen = [7, 2, 11]
    for k, found in zip(chosen, preference.differences(chosen), strict=True):
        after = [log_likelihood(weights, places[k].before, each) for each in places[k].lines]
        np.testing.assert_allclose(found, np.subtract(after, before[k]), atol=1e-4)


def test_the_gradient_is_the_numeric_one() -> None:
    weights, places = parameters(np.float64), choices(2)
    preference = Preference(weights, places)
    weights.flat[...] += 0.05 * RNG.normal(size=weights.flat.size)
    (batch,) = preference.batches(range(len(places)))

    def loss() -> float:
        return preference.loss_and_gradients(batch, 0.7, 36)

    differences = preference.differences(range(len(places)))
    plain = [
        np.sum(((d - d.mean()) / 0.7 - (place.marks - place.marks.mean())) ** 2)
        for d, place in zip(differences, places, strict=True)
    ]
    assert loss() == pytest.approx(sum(plain) / 36)
    gradient = preference.network.gradients.flat.copy()
    for k in RNG.choice(len(gradient), 60, replace=False).tolist():
        kept = weights.flat[k]
        weights.flat[k] = kept + 1e-6
        above = loss()
        weights.flat[k] = kept - 1e-6
        below = loss()
        weights.flat[k] = kept
        assert gradient[k] == pytest.approx((above - below) / 2e-6, rel=1e-4, abs=1e-7)


def test_what_readers_liked_becomes_likelier_in_songs_that_they_did_not_mark() -> None:
    weights, places = parameters(), choices(60)
    learned, measured = range(120), range(120, 180)
    preference = Preference(weights, places)
    songs = [np.concatenate([line() for _ in range(5)]) for _ in range(5)]
    settings = PreferenceSettings(passes=40, choices=20, streams=2, unroll=8, songs_weight=0.01, learning_rate=1e-2)
    before, losses = weights.copy(), []
    teach(preference, learned, songs, settings, lambda *report: losses.append(report))
    assert [report[0] for report in losses] == list(range(1, 241))
    assert losses[-1][2] < 0.5 * losses[0][2]
    assert agreement(preference.differences(measured), [places[k].marks for k in measured]) > 0.8
    changed = {name for name, array in weights.items() if (array != before[name]).any()}
    assert changed == set(adapted_matrices(SHAPE)), "what adapters could not express stays as it was"


def test_lines_that_are_too_long_are_left_out() -> None:
    lines = [line(), np.ones(41, int), line()]
    place = Choice(0, np.array([LINE_END]), lines, np.array([1, 5, 2], np.float32))
    preference = Preference(parameters(), [place])
    assert preference.choices[0].marks.tolist() == [1, 2]
    assert len(preference.differences([0])[0]) == 2


def test_too_many_lines_for_one_place_are_refused() -> None:
    place = Choice(0, np.array([LINE_END]), [line()] * 193, np.zeros(193, np.float32))
    with pytest.raises(ValueError, match="at most 192"):
        Preference(parameters(), [place])
