"""Training a base model by its recipe, with checkpoints from which it continues bit for bit."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from lstm.model.model_file import ModelFileError, dump_tensors, read_tensors
from lstm.model.record import CurvePoint
from lstm.network.likelihood import bits_of_texts
from lstm.network.network import Network, State
from lstm.network.optimiser import Adam, clip_by_global_norm
from lstm.network.parameters import Parameters
from lstm.training.errors import CheckpointError
from lstm.training.pretraining.reading import BEGINNING, Batch, Reading, ReadingPosition, batches

LARGEST_NORM = 1.0
"""Of the gradient; a larger one is clipped."""


@dataclass(frozen=True)
class Seen:
    """How far a run has come, and its sums."""

    position: ReadingPosition = BEGINNING
    """The next batch."""
    characters: float = 0.0
    seconds: float = 0.0
    """Of all processes that worked on it."""
    nats: float = 0.0
    """Sum of the loss over the units since the last evaluation."""
    characters_measured: float = 0.0
    """Since the last evaluation."""


class Pretraining:
    """A recipe being followed, in NumPy.

    Texts, recipe and ``share`` (of each run) determine every bit of `parameters`; time does not.
    """

    def __init__(
        self,
        reading: Reading,
        parameters: Parameters,
        share: float = 1.0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``parameters`` are the initial ones, and are changed in place."""
        self.recipe, self._reading, self._share, self._clock = reading.recipe, reading, share, clock
        self.parameters, self.seen = parameters, Seen()
        self.curve: list[CurvePoint] = []
        self.stage = ""
        """Run and stage of the last update."""
        updates = [reading.updates(run, share) for run in self.recipe.runs]
        self._units = [count * run.batch * run.unroll for count, run in zip(updates, self.recipe.runs, strict=True)]
        self._updates = updates
        self._begin(0)

    def _begin(self, number: int) -> None:
        """Prepare a run: its optimiser, streams and arrays."""
        run = self.recipe.runs[min(number, len(self.recipe.runs) - 1)]
        self._network = Network(self.parameters, run.unroll, run.batch)
        self._optimiser = Adam(len(self.parameters.flat), self.parameters.flat.dtype, beta2=run.beta2)
        self._state = State.zeros(self.parameters.shape, run.batch)

    @property
    def progress(self) -> float:
        """Share of all units that have been read."""
        at = self.seen.position
        read = sum(self._units[: at.run])
        if at.run < len(self._units):
            read += round(self._units[at.run] * at.update / self._updates[at.run])
        return read / sum(self._units)

    @property
    def updates(self) -> int:
        """How many updates were made."""
        return sum(self._updates[: self.seen.position.run]) + self.seen.position.update

    def run(self) -> Iterator[CurvePoint | None]:
        """Continue to the end; yields after every update: None, or the evaluation that it led to."""
        for batch in batches(self.recipe, self._reading, self._share, self.seen.position):
            self._update(batch)
            done, evaluations = batch.position.update + 1, self.recipe.evaluations
            due = done * evaluations // batch.updates != (done - 1) * evaluations // batch.updates
            yield self._evaluate() if due else None

    def _update(self, batch: Batch) -> None:
        started = self._clock()
        if batch.begins_run:
            self._begin(batch.position.run)
        if batch.begins_pass:
            self._state = State.zeros(self.parameters.shape, self._network.B)
        rng = np.random.default_rng([self.recipe.order_seed, batch.position.run, batch.position.update, 1])
        nats, self._state = self._network.loss_and_gradients(
            batch.inputs, batch.targets, self._state, batch.run.dropout, rng
        )
        gradient = self._network.gradients.flat
        clip_by_global_norm(gradient, LARGEST_NORM)
        self._optimiser.step(self.parameters.flat, gradient, batch.rate)
        self.stage = f"{batch.run.name}, {batch.stage}"
        self.seen = Seen(
            batch.after,
            self.seen.characters + batch.characters,
            self.seen.seconds + self._clock() - started,
            self.seen.nats + nats * batch.targets.size,
            self.seen.characters_measured + batch.characters,
        )

    def _evaluate(self) -> CurvePoint:
        started = self._clock()
        bits = bits_of_texts(self._network, self._reading.validation, self._reading.vocabulary.lengths)
        seconds = self.seen.seconds + self._clock() - started
        train = self.seen.nats / math.log(2) / max(1.0, self.seen.characters_measured)
        point = CurvePoint(round(self.seen.characters), round(seconds, 2), train, bits)
        self.curve.append(point)
        self.seen = replace(self.seen, seconds=seconds, nats=0.0, characters_measured=0.0)
        return point

    def checkpoint(self, identity: Mapping[str, Any]) -> bytes:
        """All that the rest of the run depends on, with a hash; ``identity`` is what `restore` must be given too."""
        tensors = {
            "parameters": self.parameters.flat,
            "hidden": self._state.hidden,
            "cell": self._state.cell,
            **{f"moment.{name}": moment for name, moment in self._optimiser.moments.items()},
        }
        run = {
            "identity": identity,
            "seen": asdict(self.seen),
            "optimiser_steps": self._optimiser.steps,
            "curve": [asdict(point) for point in self.curve],
        }
        return dump_tensors(tensors, {"pretraining": json.dumps(run)})

    def restore(self, data: bytes, identity: Mapping[str, Any]) -> None:
        """Go back to where `checkpoint` was called.

        Raises:
            CheckpointError: the bytes are damaged, or belong to another recipe, share or other texts.
        """
        try:
            tensors, metadata = read_tensors(data)
            run = json.loads(metadata["pretraining"])
            if run["identity"] != json.loads(json.dumps(identity)):
                raise CheckpointError("The checkpoint belongs to another recipe or other texts.")
            seen = Seen(**run["seen"] | {"position": ReadingPosition(**run["seen"]["position"])})
            self._begin(seen.position.run)
            if seen.position.update:
                self._state = State(tensors["hidden"], tensors["cell"])
                for name, moment in self._optimiser.moments.items():
                    moment[...] = tensors[f"moment.{name}"]
                self._optimiser.steps = run["optimiser_steps"]
            self.parameters.flat[...] = tensors["parameters"]
            self.seen, self.curve = seen, [CurvePoint(**point) for point in run["curve"]]
        except CheckpointError:
            raise
        except ModelFileError as error:
            raise CheckpointError(f"The checkpoint is damaged: {error}") from None
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"The checkpoint cannot be used: {error}.") from None
