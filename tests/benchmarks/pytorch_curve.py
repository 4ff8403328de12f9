"""PyTorch training the same network from scratch, for the curve of quality against seconds in `make quality`."""

import math
import time

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812 -- its usual name

from tests.benchmarks.pytorch_model import LanguageModel, Trainer

B, T, E, DROPOUT, LEARNING_RATE, WARM_UP, EVALUATIONS = 16, 64, 64, 0.3, 4e-3, 0.05, 20


def curve(
    training: npt.NDArray[np.int32],
    held_out: npt.NDArray[np.int32],
    log_frequencies: npt.NDArray[np.float32],
    H: int,
    seconds: float,
) -> list[tuple[float, float]]:
    """(seconds of training, bits per character of the held-out text), for a run that is planned to last ``seconds``.

    Adam with warm-up and linear decay, clipping at 1, carried state, one thread, output bias at the log frequencies:
    the settings of our own training from scratch at this size. Evaluations do not count as training time.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = LanguageModel(len(log_frequencies), E, H, dropout=DROPOUT)
    model.output.bias.data = torch.tensor(log_frequencies)
    trainer = Trainer(model)
    n = (len(training) - 1) // B
    inputs = torch.tensor(training[: n * B].reshape(B, n).T.copy(), dtype=torch.long)
    targets = torch.tensor(training[1 : n * B + 1].reshape(B, n).T.copy(), dtype=torch.long)
    text = torch.tensor(held_out, dtype=torch.long)[:, None]
    points, spent, at, due = [], 0.0, 0, seconds / EVALUATIONS
    while spent < seconds:
        started = time.perf_counter()
        progress = spent / seconds
        trainer.learning_rate = LEARNING_RATE * min(progress / WARM_UP + 0.01, (1 - progress) / (1 - WARM_UP))
        trainer.step(inputs[at : at + T], targets[at : at + T])
        at = at + T if at + 2 * T <= n else 0
        spent += time.perf_counter() - started
        if spent >= due or spent >= seconds:
            due += seconds / EVALUATIONS
            points.append((spent, _bits(model, text)))
    return points


def _bits(model: LanguageModel, text: torch.Tensor) -> float:
    model.eval()
    with torch.inference_mode():
        logits, _ = model(text[:-1], None)
        bits = F.cross_entropy(logits[:, 0], text[1:, 0]).item() / math.log(2)
    model.train()
    return bits
