"""What a base model reads, update by update: the texts as ids, and batches of streams drawn from them.

The order follows from the recipe's seed and the position alone, so that a run can continue anywhere, and both programs
that follow recipes (`lstm.pretrain`, ``lstm/pretrained/make_base.py``) read the same batches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lstm.arrays import IntArray
from lstm.network.parameters import Parameters, Shape, initial_parameters
from lstm.text.plans import PLAN_END, planned
from lstm.text.songs import SONG_BREAK
from lstm.text.vocabulary import Vocabulary
from lstm.training.pretraining.recipe import LOWER, PretrainingRecipe, RecipeError, Run
from lstm.training.pretraining.texts import Texts, make_vocabulary, read_texts


@dataclass(frozen=True)
class Encoded:
    """Texts in one form, plain or planned, and the share of them that is read in it."""

    ids: Sequence[IntArray]
    """Of each text, uint16."""
    characters: Sequence[int]
    """Of each text, without its plans."""
    share: float


@dataclass(frozen=True)
class Pass:
    """Texts drawn by weight, in random order, one after the other."""

    ids: IntArray
    """(N,), uint16."""
    characters: int
    """Of all texts, without their plans."""


@dataclass(frozen=True)
class ReadingPosition:
    """How far a recipe has come."""

    run: int = 0
    update: int = 0
    """Of the run."""
    passes: int = 0
    """Completed passes of the run."""
    chunk: int = 0
    """Of the pass."""


BEGINNING = ReadingPosition()


@dataclass(frozen=True)
class Batch:
    """What one update learns from."""

    run: Run
    stage: str
    position: ReadingPosition
    after: ReadingPosition
    """The position of the next batch."""
    updates: int
    """Of the whole run."""
    rate: float
    """Learning rate."""
    inputs: IntArray
    """(T, B), int32; T may be shorter at the end of a pass."""
    targets: IntArray
    """(T, B): the units that follow ``inputs``."""
    characters: float
    """Of the targets, without plans: their number times the mean of the pass."""

    @property
    def begins_run(self) -> bool:
        """Whether the optimiser is reset."""
        return self.position.update == 0

    @property
    def begins_pass(self) -> bool:
        """Whether the streams begin again, from a zero state."""
        return self.position.chunk == 0


class Reading:
    """The encoded texts of a recipe, and their vocabulary."""

    def __init__(self, recipe: PretrainingRecipe, corpora: Path, vocabulary: Vocabulary | None = None) -> None:
        """Read the texts from the folder ``corpora``, which takes some minutes for 100 MB.

        With the ``vocabulary`` of a model that the recipe continues, only the sources that its runs read are read.

        Raises:
            RecipeError: they cannot be read as the recipe says.
        """
        if vocabulary is not None and recipe.planned and PLAN_END not in vocabulary.units:
            raise RecipeError("modes.planned: the model has no unit that marks plans.")
        wanted = None if vocabulary is None else _sources_of(recipe)
        texts, self.hashes = read_texts(recipe, corpora, wanted)
        """SHA-256 of each file, by its path below ``corpora``."""
        self.recipe, self.vocabulary = recipe, vocabulary or make_vocabulary(recipe, texts)
        self._sources = {name: self._encoded(source) for name, source in texts.items()}
        measured = texts[recipe.measured].validation
        self.validation = [self.vocabulary.encode(song + SONG_BREAK) for song in measured]
        """Songs to measure on, plain."""
        self.training_characters = sum(sum(forms[0].characters) for forms in self._sources.values())
        """Of all sources together."""

    def _encoded(self, texts: Texts) -> list[Encoded]:
        characters = [len(text) + len(SONG_BREAK) for text in texts.training]

        def form(of: Sequence[str], share: float) -> Encoded:
            ids = [self.vocabulary.encode(text + SONG_BREAK).astype(np.uint16) for text in of]
            return Encoded(ids, characters, share)

        if texts.are_prose:
            return [form(texts.training, 1.0)]
        songs = [planned(song) for song in texts.training]
        return [form(songs, self.recipe.planned), form(texts.training, self.recipe.plain)]

    def units(self, name: str) -> float:
        """How many units a pass over one source has on average."""
        return sum(form.share * sum(map(len, form.ids)) for form in self._sources[name])

    def updates(self, run: Run, share: float = 1.0) -> int:
        """Length of a run, of which ``share`` is done."""
        updates = run.updates
        if updates is None:
            assert run.passes is not None
            assert run.of is not None
            return max(1, round(share * run.passes * self.units(run.of) / (run.batch * run.unroll)))
        return max(1, round(share * updates))

    def one_pass(self, weights: Mapping[str, float], rng: np.random.Generator) -> Pass:
        """Every text as often as its source's weight says, a fraction by chance."""
        drawn: list[IntArray] = []
        characters = 0
        for name, weight in weights.items():
            for form in self._sources[name] if weight else ():
                times = weight * form.share
                whole, fraction = int(times), times % 1
                for ids, count, chance in zip(form.ids, form.characters, rng.random(len(form.ids)), strict=True):
                    repeats = whole + int(chance < fraction)
                    drawn += [ids] * repeats
                    characters += count * repeats
        if not drawn:
            return Pass(np.empty(0, np.uint16), 0)
        return Pass(np.concatenate([drawn[k] for k in rng.permutation(len(drawn))]), characters)


def _sources_of(recipe: PretrainingRecipe) -> set[str]:
    """The sources that the recipe's runs need."""
    read = {name for run in recipe.runs for stage in run.stages for name, weight in stage.weights.items() if weight}
    read |= {run.of for run in recipe.runs if run.of is not None}
    return read | {recipe.measured} | (set(recipe.lower) if LOWER in read else set())


def initial_weights(recipe: PretrainingRecipe, reading: Reading) -> Parameters:
    """The network that the first run starts from; its output bias knows how frequent each unit is."""
    shape = Shape(len(reading.vocabulary), recipe.embedding, recipe.hidden, recipe.layers)
    rng = np.random.default_rng(recipe.weight_seed)
    frequencies = reading.vocabulary.log_frequencies(reading.one_pass({recipe.measured: 1.0}, rng).ids)
    parameters = initial_parameters(shape, rng, frequencies)
    parameters["embedding.weight"] *= recipe.embedding_scale
    return parameters


def batches(
    recipe: PretrainingRecipe, reading: Reading, share: float = 1.0, start: ReadingPosition = BEGINNING
) -> Iterator[Batch]:
    """All batches of a recipe from a position on; ``share`` shortens each run.

    Raises:
        RecipeError: a stage has too little text for its streams.
    """
    for number in range(start.run, len(recipe.runs)):
        run = recipe.runs[number]
        at = start if number == start.run else ReadingPosition(number)
        updates = reading.updates(run, share)
        ends = np.round(np.cumsum([stage.share for stage in run.stages]) * updates).astype(int)
        ends[-1] = updates
        while at.update < updates:
            k = int(np.searchsorted(ends, at.update, side="right"))
            stage, end = run.stages[k], int(ends[k])
            read = reading.one_pass(stage.weights, np.random.default_rng([recipe.order_seed, number, at.passes]))
            n = len(read.ids) // run.batch
            if n < 2:
                raise RecipeError(f"runs[{number}].stages[{k}]: too little text for {run.batch} streams.")
            streams = read.ids[: n * run.batch].reshape(run.batch, n).T
            per_unit = read.characters / len(read.ids)
            while at.update < end:
                first = at.chunk * run.unroll
                last = min(first + run.unroll, n - 1)
                is_last = last == n - 1
                after = replace(at, update=at.update + 1, chunk=at.chunk + 1)
                if after.update == updates:
                    after = ReadingPosition(number + 1)
                elif is_last or after.update == end:
                    after = replace(after, passes=at.passes + 1, chunk=0)
                targets = streams[first + 1 : last + 1].astype(np.int32)
                yield Batch(
                    run=run,
                    stage=stage.name,
                    position=at,
                    after=after,
                    updates=updates,
                    rate=run.schedule.rate(at.update / updates),
                    inputs=streams[first:last].astype(np.int32),
                    targets=targets,
                    characters=targets.size * per_unit,
                )
                at = after
                if at.chunk == 0:
                    break
            if at.run != number:
                break
