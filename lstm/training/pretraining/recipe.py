"""The recipe of a base model: one TOML file with texts, mixtures, sizes, schedules and seeds, checked when it is read.

``lstm/pretrained/base.toml`` is the one that ships, with a comment on each key.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lstm.network.dropout import Dropout
from lstm.network.optimiser import Schedule

MOST_UNITS = 1 << 16
"""Ids of units are kept in 16 bits."""


class RecipeError(ValueError):
    """A recipe that cannot be followed; the message is one sentence that names the key."""


@dataclass(frozen=True)
class Source:
    """Texts of one kind, and how they are cut."""

    files: tuple[str, ...]
    """Patterns below the folder of corpora."""
    left_out: frozenset[str]
    """Names of files, without suffix, that are not read."""
    left_out_tail: Mapping[str, float]
    """File name -> share of its songs, the last ones, that are not read."""
    held_out: float
    """Share of each file's songs, after a shuffle, that are never read."""
    validation: float
    """Share of each file's songs, before those, that are only measured."""
    validation_songs: int
    """Songs of the whole source, instead of a share of each file, that are only measured."""
    longest: int | None
    """Lines of a piece that a longer song is cut into."""
    passage: int | None
    """Characters of a piece of prose; None for songs."""


@dataclass(frozen=True)
class VocabularyRecipe:
    """How characters and subwords are chosen."""

    units: int
    minimum_count: int
    """Of a character in the sources that are sampled."""
    letters: str
    """Known even where the texts lack them, capitals too."""
    first: Mapping[str, int | None]
    """Source -> how many of its texts subwords are learned from; None for all."""
    times: Mapping[str, int]
    """Source -> how often each of them counts."""


@dataclass(frozen=True)
class Stage:
    """A part of a run with one mixture."""

    name: str
    share: float
    """Of the run's updates."""
    weights: Mapping[str, float]
    """Source -> how often a pass reads each of its texts, on average."""


@dataclass(frozen=True)
class Run:
    """A run of the optimiser, from the first rate to the last."""

    name: str
    updates: int | None
    passes: float | None
    """Length as passes over the units of source ``of``, where ``updates`` is None."""
    of: str | None
    batch: int
    unroll: int
    schedule: Schedule
    beta2: float
    dropout: Dropout
    bfloat16: bool
    """Whether a GPU computes in half precision; NumPy never does."""
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class PretrainingRecipe:
    """All that determines a base model, apart from the texts themselves."""

    text_seed: int
    """Decides which songs are held out, validate, or are read in lower case."""
    weight_seed: int
    order_seed: int
    embedding: int
    hidden: int
    layers: int
    embedding_scale: float
    """Standard deviation of the first embeddings."""
    planned: float
    """Share of the songs that are read with plans (`lstm.text.plans`)."""
    plain: float
    sources: Mapping[str, Source]
    lower: Mapping[str, int]
    """Source -> how many of its songs make the source ``lower``: without capitals and punctuation at line ends."""
    vocabulary: VocabularyRecipe
    measured: str
    """Source whose validation songs the run is measured on."""
    evaluations: int
    """How often each run is measured on them."""
    runs: tuple[Run, ...]
    settings: Mapping[str, Any]
    """The file as it is, for the record."""

    def from_run(self, name: str) -> "PretrainingRecipe":
        """The recipe without the runs before the one called ``name``.

        Raises:
            RecipeError: there is no such run.
        """
        names = [run.name for run in self.runs]
        if name not in names:
            raise RecipeError(f"there is no run {name!r}, only {', '.join(names)}.")
        return replace(self, runs=self.runs[names.index(name) :])


LOWER = "lower"


def read_recipe(path: Path) -> PretrainingRecipe:
    """Read and check a recipe.

    Raises:
        OSError: the file cannot be read.
        RecipeError: it is not TOML, or a key is missing, unknown or has a value that it cannot have.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:  # not UTF-8, or not TOML
        raise RecipeError(f"{path} is not a TOML file: {error}.") from None
    try:
        return _recipe(values)
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}") from None


def _recipe(values: dict[str, Any]) -> PretrainingRecipe:
    top = _Table(values, "")
    seeds, network, modes, measured = (top.table(name) for name in ("seeds", "network", "modes", "measured"))
    sources = {name: _source(table) for name, table in top.table("sources").tables().items()}
    if LOWER in sources:
        raise RecipeError(f"sources.{LOWER} has its own table, [{LOWER}].")
    lower = top.table(LOWER, {}).counts(sources)
    known = sources | {LOWER: None} if lower else sources
    recipe = PretrainingRecipe(
        text_seed=seeds.whole("texts", 0),
        weight_seed=seeds.whole("weights", 0),
        order_seed=seeds.whole("order", 0),
        embedding=network.whole("embedding", 1, 4096),
        hidden=network.whole("hidden", 1, 8192),
        layers=network.whole("layers", 1, 8),
        embedding_scale=network.number("embedding_scale", 0, 10, 1.0),
        planned=modes.number("planned", 0, 100),
        plain=modes.number("plain", 0, 100),
        sources=sources,
        lower=lower,
        vocabulary=_vocabulary(top.table("vocabulary"), sources),
        measured=measured.one_of("source", sources),
        evaluations=measured.whole("evaluations", 1, 10_000),
        runs=tuple(_run(table, sources, known) for table in top.list_of_tables("runs")),
        settings=values,
    )
    for table in (seeds, network, modes, measured, top):
        table.end()
    return recipe


def _source(table: "_Table") -> Source:
    source = Source(
        files=table.texts("files"),
        left_out=frozenset(table.texts("left_out", ())),
        left_out_tail=table.table("left_out_tail", {}).numbers(0, 1),
        held_out=table.number("held_out", 0, 1, 0.0),
        validation=table.number("validation", 0, 1, 0.0),
        validation_songs=table.whole("validation_songs", 0, default=0),
        longest=table.whole("longest", 1) if "longest" in table else None,
        passage=table.whole("passage", 1) if "passage" in table else None,
    )
    table.end()
    return source


def _vocabulary(table: "_Table", sources: Mapping[str, Any]) -> VocabularyRecipe:
    samples = table.table("sample")
    first, times = {}, {}
    for name, sample in samples.tables(sources).items():
        first[name] = sample.whole("first", 1) if "first" in sample else None
        times[name] = sample.whole("times", 1, 1000, 1)
        sample.end()
    recipe = VocabularyRecipe(
        units=table.whole("units", 2, MOST_UNITS),
        minimum_count=table.whole("minimum_count", 1),
        letters=table.text("letters", ""),
        first=first,
        times=times,
    )
    table.end()
    return recipe


def _run(table: "_Table", sources: Mapping[str, Any], known: Mapping[str, Any]) -> Run:
    by_updates = "updates" in table
    run = Run(
        name=table.text("name"),
        updates=table.whole("updates", 1) if by_updates else None,
        passes=None if by_updates else table.number("passes", 0.001, 1e6),
        of=None if by_updates else table.one_of("of", sources),
        batch=table.whole("batch", 1, 4096),
        unroll=table.whole("unroll", 1, 4096),
        schedule=Schedule(
            table.number("learning_rate", 0, 10),
            table.number("warm_up", 0, 1),
            table.number("decay", 0, 1),
            table.number("floor", 0, 1, 0.0),
        ),
        beta2=table.number("beta2", 0, 0.999999, 0.999),
        dropout=Dropout(
            input=table.number("dropout_input", 0, 0.99, 0.0), output=table.number("dropout_output", 0, 0.99, 0.0)
        ),
        bfloat16=table.true_or_false("bfloat16", False),
        stages=tuple(_stage(each, known) for each in table.list_of_tables("stages")),
    )
    table.end()
    if not math.isclose(sum(stage.share for stage in run.stages), 1, abs_tol=1e-6):
        raise RecipeError(f"{table.path}.stages: the shares must add up to 1.")
    return run


def _stage(table: "_Table", known: Mapping[str, Any]) -> Stage:
    stage = Stage(table.text("name"), table.number("share", 0, 1), table.table("weights").numbers(0, 1000, known))
    table.end()
    if not any(stage.weights.values()):
        raise RecipeError(f"{table.path}.weights: at least one source must have a weight above 0.")
    return stage


_MISSING: Any = object()


class _Table:
    """A TOML table that is read key by key; `end` refuses what is left."""

    def __init__(self, values: object, path: str) -> None:
        if not isinstance(values, dict):
            raise RecipeError(f"{path} must be a table.")
        self._left, self.path = dict(values), path

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _take(self, key: str, default: Any) -> Any:  # noqa: ANN401
        value = self._left.pop(key, default)
        if value is _MISSING:
            raise RecipeError(f"{self._at(key)} is missing.")
        return value

    def end(self) -> None:
        """Refuse keys that were not read."""
        if self._left:
            raise RecipeError(f"{self._at(next(iter(self._left)))} is not a key of a recipe.")

    def number(self, key: str, low: float, high: float, default: float = _MISSING) -> float:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise RecipeError(f"{self._at(key)} must be a number from {low:g} to {high:g}, not {value!r}.")
        return float(value)

    def whole(self, key: str, low: int, high: int = 1 << 60, default: int = _MISSING) -> int:
        value = self._take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            wanted = f"from {low} to {high}" if high < 1 << 60 else f"of at least {low}"
            raise RecipeError(f"{self._at(key)} must be a whole number {wanted}, not {value!r}.")
        return value

    def text(self, key: str, default: str = _MISSING) -> str:
        value = self._take(key, default)
        if not isinstance(value, str):
            raise RecipeError(f"{self._at(key)} must be a string, not {value!r}.")
        return value

    def texts(self, key: str, default: tuple[str, ...] = _MISSING) -> tuple[str, ...]:
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise RecipeError(f"{self._at(key)} must be a list of strings, not {value!r}.")
        return tuple(value)

    def true_or_false(self, key: str, default: bool) -> bool:
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise RecipeError(f"{self._at(key)} must be true or false, not {value!r}.")
        return value

    def one_of(self, key: str, known: Mapping[str, Any]) -> str:
        value = self.text(key)
        self._check(key, value, known)
        return value

    def _check(self, key: str, value: str, known: Mapping[str, Any] | None) -> None:
        if known is not None and value not in known:
            raise RecipeError(f"{self._at(key)}: there is no source {value!r}, only {', '.join(known)}.")

    def table(self, key: str, default: Any = _MISSING) -> "_Table":  # noqa: ANN401
        return _Table(self._take(key, default), self._at(key))

    def tables(self, known: Mapping[str, Any] | None = None) -> "dict[str, _Table]":
        """All that is left, as tables that have the names of sources."""
        names = list(self._left)
        for name in names:
            self._check(name, name, known)
        return {name: self.table(name) for name in names}

    def list_of_tables(self, key: str) -> "list[_Table]":
        value = self._take(key, _MISSING)
        if not isinstance(value, list) or not value:
            raise RecipeError(f"{self._at(key)} must be a list of at least one table.")
        return [_Table(each, f"{self._at(key)}[{k}]") for k, each in enumerate(value)]

    def numbers(self, low: float, high: float, known: Mapping[str, Any] | None = None) -> dict[str, float]:
        """All that is left, as numbers; with ``known``, by source."""
        for name in self._left:
            self._check(name, name, known)
        return {name: self.number(name, low, high) for name in list(self._left)}

    def counts(self, known: Mapping[str, Any]) -> dict[str, int]:
        """All that is left, as whole numbers by source."""
        for name in self._left:
            self._check(name, name, known)
        return {name: self.whole(name, 1) for name in list(self._left)}
