"""What a training starts from: the base model, fresh weights, or a model of the user's choice.

The base is the default for every corpus that shares its alphabet. Where the corpus may be in another language, a trial
decides: both starts are trained briefly on the same songs, and the better one is taken. English in any dress, in lower
case or in capitals, needs no trial.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lstm.model.model_file import Model, base_of, base_with_hash
from lstm.model.record import StartTrial
from lstm.network.adapters import Adapters
from lstm.network.parameters import Shape, initial_parameters
from lstm.rhyme.ear import is_english
from lstm.text.vocabulary import Vocabulary
from lstm.text.words import words_of
from lstm.training import base_model, recipe
from lstm.training.loop import LoopSettings, TrainingLoop
from lstm.training.recipe import Recipe
from lstm.training.settings import TrainingSettings
from lstm.training.trainable import AdaptersOnly, AllWeights, Trainable

LANGUAGE_CHARACTERS = 200_000
"""Of the text, by which its language is recognised."""
TRIAL_CHARACTERS = 60_000
"""Read by each start in a trial of a training without a time limit: a few seconds."""
TRIAL_CHARACTERS_PER_MINUTE = 15_000
FEWEST_TRIAL_CHARACTERS = 6_000
FEWEST_TRIAL_MINUTES = 0.4
"""In fewer, a trial that says anything would take much of them."""
TRIAL_SHARE = 0.07
"""Of the minutes: a trial that takes longer, on a busy machine, is given up."""
TRIAL_MEASURED_CHARACTERS = 6_000
FREQUENCY_CHARACTERS = 1_000_000
"""Of the text, that show how frequent a character is that the base does not have."""

FEW_UNKNOWN = 0.003
"""Share of characters that a base may lack: emoji and other rare signs are not worth a whole network of its own."""

EVALUATION_SHARE = 0.15
"""The largest share of the time that measuring may take, where it is as fast as usual (`LoopSettings`)."""

BASE, SCRATCH = "base", "scratch"
NO_TIME = "It started from the base model; there was no time to try both starts."


@dataclass(frozen=True)
class Start:
    """What a training may start from."""

    model: Model | None
    """None: fresh weights."""
    label: str = BASE
    """Its name in the record: ``base``, ``scratch`` or a file."""
    is_fixed: bool = True
    """Whether the user asked for it, so that it must be used."""

    @classmethod
    def auto(cls, base: Model | None) -> "Start":
        """The base where it helps; from scratch where there is none."""
        return cls(base, is_fixed=False)

    @classmethod
    def from_scratch(cls) -> "Start":
        """Fresh weights."""
        return cls(None, SCRATCH)


@dataclass(frozen=True)
class StartDecision:
    """What a training starts from, and why."""

    label: str
    reason: str
    """A sentence for people."""
    trial: StartTrial | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "StartDecision":
        """The decision in a checkpoint.

        Raises:
            KeyError, TypeError: it is none.
        """
        trial = data["trial"]
        return cls(str(data["label"]), str(data["reason"]), None if trial is None else StartTrial(**trial))


@dataclass(frozen=True)
class StartingPoint:
    """Weights to start from, for one corpus."""

    vocabulary: Vocabulary
    trainable: Trainable
    recipe: Recipe


def fresh(vocabulary: Vocabulary, training: str, settings: TrainingSettings) -> StartingPoint:
    """Fresh weights for the characters of a corpus."""
    chosen = recipe.from_scratch(len(training), len(vocabulary), settings.hidden)
    shape = Shape(
        len(vocabulary), settings.embedding or chosen.embedding, chosen.hidden, settings.layers or chosen.layers
    )
    frequencies = vocabulary.log_frequencies(vocabulary.encode(training[:FREQUENCY_CHARACTERS]))
    weights = AllWeights(initial_parameters(shape, _rng(settings), frequencies))
    return StartingPoint(vocabulary, weights, chosen)


def from_model(model: Model, training: str, minimum_count: int, settings: TrainingSettings) -> StartingPoint:
    """A model's weights to continue from: adapters of an installed base that has the corpus's characters, else all.

    All weights take in rows for the characters that the corpus has and the model does not. Adapters of a base that is
    not installed could not be loaded.
    """
    text = training[:FREQUENCY_CHARACTERS]
    is_installed = model.is_base and base_with_hash(model.sha256) is not None
    if is_installed and base_model.unknown_share(model.vocabulary, text) <= FEW_UNKNOWN:
        chosen, parameters = recipe.fine_tuning(adapters=True), model.parameters
        adapters = Adapters.initial(parameters, recipe.RANK, _rng(settings))
        return StartingPoint(model.vocabulary, AdaptersOnly(base_of(model), parameters, adapters), chosen)
    vocabulary = Vocabulary.of(training, minimum_count, model.vocabulary)
    parameters = base_model.extend(model, vocabulary, text, _rng(settings))
    chosen = recipe.fine_tuning(bool(vocabulary.merges))
    return StartingPoint(vocabulary, AllWeights(parameters), chosen)


def _rng(settings: TrainingSettings) -> np.random.Generator:
    return np.random.default_rng([settings.random_seed, 2])


def choose(
    start: Start,
    training: str,
    measured: str,
    vocabulary: Vocabulary,
    minimum_count: int,
    settings: TrainingSettings,
    decided: StartDecision | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[StartDecision, StartingPoint]:
    """Decide what to start from.

    ``training`` and ``measured`` are texts, ``vocabulary`` that of the corpus's own characters. ``decided`` is what an
    interrupted run of the same training had decided.
    """

    def from_given() -> StartingPoint:
        assert start.model is not None
        return from_model(start.model, training, minimum_count, settings)

    def from_nothing() -> StartingPoint:
        return fresh(vocabulary, training, settings)

    if decided is not None:
        is_scratch = decided.label == SCRATCH or start.model is None
        return decided, from_nothing() if is_scratch else from_given()
    if start.model is None:
        if start.is_fixed:
            return StartDecision(SCRATCH, "It learned from scratch, as asked."), from_nothing()
        return StartDecision(SCRATCH, "There is no base model to start from."), from_nothing()
    if start.is_fixed:
        name = "the base model" if start.label == BASE else start.label
        return StartDecision(start.label, f"It started from {name}, as asked."), from_given()
    if not base_model.knows_script(start.model, training[:FREQUENCY_CHARACTERS]):
        return StartDecision(
            SCRATCH, "The base model does not know this script, so it learned from scratch."
        ), from_nothing()
    if is_english(words_of(training[:LANGUAGE_CHARACTERS])):
        return StartDecision(BASE, "It started from the base model."), from_given()
    if settings.minutes is not None and settings.minutes < FEWEST_TRIAL_MINUTES:
        return StartDecision(BASE, NO_TIME), from_given()
    return _try_both(from_given(), from_nothing(), training, measured, settings, clock)


def _try_both(
    base: StartingPoint,
    scratch: StartingPoint,
    training: str,
    measured: str,
    settings: TrainingSettings,
    clock: Callable[[], float],
) -> tuple[StartDecision, StartingPoint]:
    started = clock()
    characters = trial_characters(settings, len(training))
    deadline = started + (math.inf if settings.minutes is None else 60 * TRIAL_SHARE * settings.minutes)
    theirs = _short_training(scratch, training, measured, characters, settings, clock, deadline)
    ours = _short_training(base, training, measured, characters, settings, clock, deadline)
    if ours is None or theirs is None:
        return StartDecision(BASE, NO_TIME), base
    trial = StartTrial(characters, ours, theirs, round(clock() - started, 2))
    if theirs < ours:
        decision = StartDecision(
            SCRATCH,
            f"It learned from scratch, because the base model did worse in a short trial: after {characters:,} "
            f"characters each, {ours:.2f} bits per character with it and {theirs:.2f} without.",
            trial,
        )
        return decision, scratch
    decision = StartDecision(
        BASE,
        f"It started from the base model, which won a short trial: after {characters:,} characters each, "
        f"{ours:.2f} bits per character with it and {theirs:.2f} without.",
        trial,
    )
    return decision, base


def trial_characters(settings: TrainingSettings, available: int) -> int:
    """How many characters each start reads in a trial: a few seconds, and a small part of a short time limit."""
    wanted = TRIAL_CHARACTERS
    if settings.minutes is not None:
        by_minutes = round(settings.minutes * TRIAL_CHARACTERS_PER_MINUTE)
        wanted = max(FEWEST_TRIAL_CHARACTERS, min(TRIAL_CHARACTERS, by_minutes))
    return min(wanted, available)


def _short_training(
    candidate: StartingPoint,
    training: str,
    measured: str,
    characters: int,
    settings: TrainingSettings,
    clock: Callable[[], float],
    deadline: float,
) -> float | None:
    """Bits per held-out character after a whole, short training: the rate rises and falls to zero within it.

    None if it has not ended at ``deadline``.
    """
    vocabulary = candidate.vocabulary
    # A little more than is read, as the last chunk of each stream is only a target.
    ids = vocabulary.encode(training[: characters + characters // 4])
    held_out = vocabulary.encode(measured[:TRIAL_MEASURED_CHARACTERS])
    how = replace(loop_settings(settings, candidate.recipe), evaluations=1, patience=0)
    trial = TrainingLoop(candidate.trainable.copy(), ids, held_out, how, characters, clock, vocabulary.lengths)
    for _ in trial.run():
        if clock() > deadline:
            return None
    return trial.best_bits


def loop_settings(settings: TrainingSettings, recipe: Recipe) -> LoopSettings:
    """What was chosen, and the recipe where nothing was."""
    return LoopSettings(
        batch=settings.batch or recipe.batch,
        unroll=settings.unroll or recipe.unroll,
        optimiser=settings.optimiser,
        learning_rate=settings.learning_rate or recipe.learning_rate,
        warm_up=recipe.warm_up,
        decay=1 - recipe.warm_up,
        dropout=recipe.dropout if settings.dropout is None else settings.dropout,
        patience=recipe.patience,
        evaluation_share=EVALUATION_SHARE,
        random_seed=settings.random_seed,
    )
