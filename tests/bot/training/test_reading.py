"""Strangers' texts are read in a process of their own, so that a bad text cannot harm the bot."""

import asyncio
import pickle
import time
from itertools import pairwise

import pytest

from bot.training import reading
from bot.training.reading import TextReader
from lstm.text.errors import CorpusError

GENIUS = "\n\n\n".join(
    f"{k + 2} ContributorsSong {k} Lyrics[Verse 1: Ann]\nLine {k} of the verse\nand another {k}\n\n"
    f"[Chorus]\nSing it {k}\nagain"
    f"{k}Embed"
    for k in range(30)
)


async def test_a_text_is_understood():
    read = await TextReader().read(GENIUS.encode())
    assert read.kinds == (("verse", "chorus"),) * 30
    assert read.text.startswith("Line 0 of the verse\nand another 0\n\nSing it 0\nagain\n\n\n")
    assert read.summary.size == len(read.text.encode())
    assert read.first_lines == ("Line 0 of the verse", "and another 0", "Sing it 0", "again")
    assert read.summary.sentence().startswith("30 songs to learn from, 2 KB after cleaning (recognised: Genius page")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4", "This is a PDF"),
        (b"[" * 200_000, "nested too deeply"),
        ("".join(chr(0x4E00 + k) for k in range(20_000)).encode(), "different characters"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_a_sentence(data, reason):
    with pytest.raises(CorpusError, match=reason):
        await TextReader().read(data)


async def test_the_loop_is_free_and_a_text_that_takes_too_long_is_given_up():
    beats: list[float] = []

    async def beat() -> None:
        while True:
            beats.append(time.monotonic())
            await asyncio.sleep(0.05)

    heart = asyncio.create_task(beat())
    with pytest.raises(CorpusError, match="takes too long"):
        await TextReader(seconds=1).read(GENIUS.encode() * 1_500)
    heart.cancel()
    assert len(beats) > 10
    assert max(b - a for a, b in pairwise(beats)) < 1.0


async def test_a_text_that_takes_too_much_memory_is_given_up():
    with pytest.raises(CorpusError, match=r"too much memory|takes too long"):
        await TextReader(memory_bytes=64 << 20).read(GENIUS.encode() * 1_500)


async def test_a_text_of_very_many_songs_costs_the_bot_no_more_than_its_letters():
    """When each song was an object, unpickling them once blocked the event loop for seconds."""
    songs = "".join(f"la {k} lo {k}\n\n\n" for k in range(60_000))
    read = await TextReader().read(songs.encode())
    assert read.summary.sentence().startswith("60,000 songs")
    assert read.kinds == ()
    assert len(pickle.dumps(read)) < len(songs) + 1_000


class TooLarge:
    """A result that does not fit into memory a second time, when it is handed over."""

    def __reduce__(self):
        raise MemoryError


def read_too_much(data, memory_bytes, seconds):
    return TooLarge()


async def test_a_result_that_does_not_fit_beside_the_text_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(reading, "read_text", read_too_much)
    with pytest.raises(CorpusError, match="too much memory"):
        await TextReader().read(GENIUS.encode())


async def test_a_cancelled_reading_leaves_no_process():
    task = asyncio.create_task(TextReader().read(GENIUS.encode() * 1_500))
    await asyncio.sleep(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
