"""Small real inputs: a corpus, and models that load quickly."""

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bot.store.database import Database
from bot.store.versions import NewVersion
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, base_of, dump_model, load_model
from lstm.model.record import ArtistProfile, TrainingRecord
from lstm.network.adapters import Adapters
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.song.style import Style
from lstm.text.vocabulary import Vocabulary

_LINES = (
    "I walk the harbour when the lights are low",
    "and count the boats that have no place to go",
    "the gulls are sleeping on the cannery wall",
    "and nobody is waiting here at all",
    "so roll me out along the morning tide",
    "with half a map and no one at my side",
    "the rope is frayed, the lantern burning blue",
    "and every wave is saying something true",
)


def corpus(songs: int = 40) -> str:
    """Return songs of the same eight lines, each song in another order."""
    orders = itertools.islice(itertools.permutations(_LINES), 0, songs * 997, 997)
    return "\n\n\n".join("\n".join(order) for order in orders)


def model(random_seed: int = 0, **record: Any) -> bytes:
    """Return the file of a small, untrained model with a training record."""
    vocabulary = Vocabulary.of(corpus(2))
    shape = Shape(len(vocabulary), 8, 16, 1)
    training = TrainingRecord.from_json(record)
    return dump_model(
        Model(initial_parameters(shape, np.random.default_rng(random_seed)), vocabulary, training=training)
    )


def artists(count: int) -> list[Model]:
    """Artists that are adapters of one small, untrained base."""
    base, models = load_model(model()), []
    for random_seed in range(count):
        adapters = Adapters(base.shape, 2)
        adapters.flat[...] = 0.3 * np.random.default_rng(random_seed).standard_normal(len(adapters.flat))
        models.append(Model(Adapted(base_of(base), adapters), base.vocabulary))
    return models


def copying_model() -> bytes:
    """Return the file of a model that always sings the same line, which is a line of its artist's corpus.

    Its weights are written by hand: the cell remembers only the character that it has just read, and since each
    character occurs once in the line, that determines the next.
    """
    line = "\na,b;c:d!e?f.g"
    vocabulary = Vocabulary.of(line)
    V = len(vocabulary)
    parameters = Parameters(Shape(V, V, V, 1))
    identity = np.eye(V, dtype=np.float32)
    parameters["embedding.weight"][:] = identity
    parameters["lstm.weight_ih_l0"][2 * V : 3 * V] = 10 * identity  # the cell stores what it reads,
    parameters["lstm.bias_ih_l0"][:] = np.repeat(np.float32([20, -20, 0, 20]), V)  # forgets the rest, outputs all
    for character, following in zip(line, line[1:] + line[0], strict=True):
        parameters["output.weight"][vocabulary.id_of(following), vocabulary.id_of(character)] = 50
    profile = ArtistProfile(style=Style.of(f"{line}\n{line}".strip()).to_json())
    return dump_model(Model(parameters, vocabulary, profile))


def new_version(bits: float | None = 2.0, corpus_sha256: str | None = "c0", weights: bytes = b"weights") -> NewVersion:
    """Return a version as the store sees it; its weights need not be a model."""
    return NewVersion(weights, b"curve", 1000, corpus_sha256, bits, 2.5, 100_000, 60.0)


async def damage(database: Database, path: Path, table: str) -> None:
    """Overwrite the first page of a table, as a bad disk might; whoever reads the table next notices."""

    def first_page(connection: sqlite3.Connection) -> tuple[int, int]:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        return connection.execute(query, (table,)).fetchone()[0], connection.execute("PRAGMA page_size").fetchone()[0]

    page, size = await database.write(first_page)
    await database.give_back_space()  # so that nothing is left in the log file, which would be read first
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    # Connections that have read the page keep it until something changes.
    await database.write(lambda connection: connection.execute("INSERT INTO registrations VALUES (1, 'changed')"))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self._seconds = 0.0

    def seconds(self) -> float:
        """As a monotonic clock."""
        return self._seconds

    def set_back(self, **duration: float) -> None:
        """Correct the time of day, which no monotonic clock notices."""
        self.time -= timedelta(**duration)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **duration: float) -> None:
        self.time += timedelta(**duration)
        self._seconds += timedelta(**duration).total_seconds()


def counting_bits() -> "Iterator[int]":
    """Replaces random numbers where it only matters that they differ."""
    return itertools.count(1)
