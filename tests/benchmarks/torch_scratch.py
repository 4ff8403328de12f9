"""PyTorch training the same network from scratch, for the curve of quality against seconds in `make quality`."""

from __future__ import annotations

import math
import time

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 -- its usual name

B, T, E, RATE, WARM_UP, EVALUATIONS = 16, 64, 64, 4e-3, 0.05, 20


class Network(nn.Module):
    """Embedding, LSTM, dropout, linear; output bias at the log of the letter frequencies."""

    def __init__(self, V: int, H: int, log_frequencies: npt.NDArray[np.float32]) -> None:
        super().__init__()
        self.embedding, self.lstm, self.output = nn.Embedding(V, E), nn.LSTM(E, H), nn.Linear(H, V)
        self.dropout = nn.Dropout(0.3)
        self.output.bias.data = torch.tensor(log_frequencies)

    def forward(self, ids, state):
        """Ids (T, B) -> logits (T, B, V) and the state."""
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.output(self.dropout(hidden)), state


def curve(
    training: npt.NDArray[np.int32],
    held_out: npt.NDArray[np.int32],
    log_frequencies: npt.NDArray[np.float32],
    H: int,
    seconds: float,
) -> list[tuple[float, float]]:
    """(seconds of training, bits per character of the held-out text), for a run that is planned to last ``seconds``.

    Adam, 4e-3, warm-up and linear decay, clipping at 1, carried state, one thread: the settings of our own training
    from scratch at this size. Measuring does not count as training time.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = Network(len(log_frequencies), H, log_frequencies)
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    n = (len(training) - 1) // B
    x = torch.tensor(training[: n * B].reshape(B, n).T.copy(), dtype=torch.long)
    y = torch.tensor(training[1 : n * B + 1].reshape(B, n).T.copy(), dtype=torch.long)
    text = torch.tensor(held_out, dtype=torch.long)[:, None]
    points, spent, at, state, due = [], 0.0, 0, None, seconds / EVALUATIONS
    while spent < seconds:
        started = time.perf_counter()
        progress = spent / seconds
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(progress / WARM_UP + 0.01, (1 - progress) / (1 - WARM_UP))
        logits, state = model(x[at : at + T], state)
        loss = F.cross_entropy(logits.flatten(0, 1), y[at : at + T].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        state = (state[0].detach(), state[1].detach())
        at = at + T if at + 2 * T <= n else 0
        spent += time.perf_counter() - started
        if spent >= due or spent >= seconds:
            due += seconds / EVALUATIONS
            model.eval()
            with torch.inference_mode():
                logits, _ = model(text[:-1], None)
                bits = F.cross_entropy(logits[:, 0], text[1:, 0]).item() / math.log(2)
            model.train()
            points.append((spent, bits))
    return points
