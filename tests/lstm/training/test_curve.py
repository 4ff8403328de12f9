"""The training curve: a picture for any record."""

import struct
import zlib

import pytest

from lstm.model.record import TrainingRecord
from lstm.training import curve

CURVE = [
    {"characters": 1_000 * k, "seconds": k, "train_bits_per_character": 4 - k / 3, "validation_bits_per_character": 3.8}
    for k in range(1, 6)
]
RECORD = {"artist": "Ann", "curve": CURVE, "validation_bits_per_character": 3.8, "rival_bits_per_character": 2.1}


def draw_curve(record):
    return curve.draw_curve(TrainingRecord.from_json(record))


def size_of(png):
    """Width and height of a PNG whose chunks are whole."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, chunks = 8, {}
    while place < len(png):
        length = struct.unpack(">I", png[place : place + 4])[0]
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + data) == struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0]
        chunks[kind], place = data, place + 12 + length
    assert b"IEND" in chunks
    return struct.unpack(">II", chunks[b"IHDR"][:8])


def test_a_whole_record():
    assert size_of(draw_curve(RECORD)) == (770, 440)


def test_the_same_record_is_the_same_picture_and_another_is_not():
    assert draw_curve(RECORD) == draw_curve(RECORD)
    assert draw_curve(RECORD) != draw_curve(RECORD | {"rival_bits_per_character": 2.5})
    assert draw_curve(RECORD) != draw_curve(RECORD | {"artist": "Bob"})


@pytest.mark.parametrize(
    "record",
    [{}, {"artist": None}, {"curve": []}, {"curve": CURVE[:1]}, {"curve": CURVE, "rival_bits_per_character": None}],
    ids=["empty", "no name", "no point", "one point", "no baseline"],
)
def test_a_record_that_lacks_something(record):
    assert size_of(draw_curve(record)) == (770, 440)


@pytest.mark.parametrize("name", ["A$AP", r"$x^2$ \frac{ a_b^c", r"\$", "李白 हिन्दी 🎵"])
def test_any_name(name):
    assert size_of(draw_curve({"artist": name})) == (770, 440)
