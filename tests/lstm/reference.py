"""A plain, slow LSTM: one stream, one step and one gate at a time, as the equations read, in float64.

The fast kernels of `lstm.network.layer` and `lstm.network.network` are compared with it. It shares no code with them,
knows no batch inside of its equations, keeps PyTorch's names and gate order (i, f, g, o), and remembers every step
whole.
"""

from dataclasses import dataclass, field

import numpy as np


def sigma(z):
    return 1 / (1 + np.exp(-z))


@dataclass
class LayerWeights:
    """One layer: for each gate (i, f, g, o) its rows, ``w_x`` (H, D), ``w_h`` (H, H), ``bias`` (H,)."""

    w_x: list
    w_h: list
    bias: list

    @classmethod
    def of(cls, w_x, w_h, bias):
        """From arrays of 4H rows, gates in the order i, f, g, o."""
        cut = [np.split(np.asarray(array, np.float64), 4) for array in (w_x, w_h, bias)]
        return cls(*cut)


@dataclass
class Step:
    """All values of one step of one layer of one stream."""

    x: np.ndarray
    h_before: np.ndarray
    c_before: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray


def step(weights, x, h_before, c_before):
    """One step of one layer: x (D,), h and c (H,)."""
    z_i, z_f, z_g, z_o = (
        w_x @ x + w_h @ h_before + b for w_x, w_h, b in zip(weights.w_x, weights.w_h, weights.bias, strict=True)
    )
    i, f, g, o = sigma(z_i), sigma(z_f), np.tanh(z_g), sigma(z_o)
    c = f * c_before + i * g
    return Step(x, h_before, c_before, i, f, g, o, c, h=o * np.tanh(c))


def step_backward(weights, s, dh, dc):
    """From dL/dh_t and dL/dc_t: dz of the gates i, f, g, o, and dL/d of x_t, h_{t-1}, c_{t-1}."""
    tanh_c = np.tanh(s.c)
    do = dh * tanh_c
    dc = dc + dh * s.o * (1 - tanh_c**2)
    di, df, dg = dc * s.g, dc * s.c_before, dc * s.i
    dz = [di * s.i * (1 - s.i), df * s.f * (1 - s.f), dg * (1 - s.g**2), do * s.o * (1 - s.o)]
    dx = sum(w.T @ d for w, d in zip(weights.w_x, dz, strict=True))
    dh_before = sum(w.T @ d for w, d in zip(weights.w_h, dz, strict=True))
    return dz, dx, dh_before, dc * s.f


@dataclass
class Masks:
    """Dropout masks; None where nothing is dropped. Shapes as in `lstm.network.dropout`: (V, E), (H, B), (4H, H)."""

    embedding: np.ndarray | None = None
    output: list | None = None
    recurrent_weights: list | None = None


@dataclass
class Result:
    """The result of a pass over a chunk."""

    nats: np.ndarray
    """Cross-entropy of each target, (T, B)."""
    hidden: np.ndarray
    """State after the chunk, (L, H, B)."""
    cell: np.ndarray
    probabilities: np.ndarray
    """(T, V, B)"""
    gradients: dict = field(default_factory=dict)
    """Of the mean cross-entropy, by name of the parameter."""
    d_hidden: np.ndarray | None = None
    """Of the mean cross-entropy, with respect to the state before the chunk, (L, H, B)."""
    d_cell: np.ndarray | None = None


def run(parameters, inputs, targets, hidden, cell, masks=None):
    """Loss and gradients of ``targets`` given ``inputs``, both (T, B), from a state (L, H, B).

    ``parameters`` maps PyTorch's names to arrays.
    """
    masks = masks or Masks()
    p = {name: np.asarray(array, np.float64) for name, array in parameters.items()}
    (T, B), (L, H) = inputs.shape, hidden.shape[:2]
    V = len(p["output.bias"])
    embedding = p["embedding.weight"] * (1 if masks.embedding is None else masks.embedding)
    recurrent = [
        p[f"lstm.weight_hh_l{k}"] * (1 if masks.recurrent_weights is None else masks.recurrent_weights[k])
        for k in range(L)
    ]
    layers = [
        LayerWeights.of(p[f"lstm.weight_ih_l{k}"], recurrent[k], p[f"lstm.bias_ih_l{k}"] + p[f"lstm.bias_hh_l{k}"])
        for k in range(L)
    ]
    out = [np.ones((H, B)) if masks.output is None else np.asarray(masks.output[k], np.float64) for k in range(L)]

    result = Result(np.empty((T, B)), np.empty((L, H, B)), np.empty((L, H, B)), np.empty((T, V, B)))
    gradients = result.gradients = {name: np.zeros_like(array) for name, array in p.items()}
    d_embedding = np.zeros_like(embedding)
    d_recurrent = [np.zeros_like(w) for w in recurrent]
    result.d_hidden, result.d_cell = np.zeros((L, H, B)), np.zeros((L, H, B))

    for b in range(B):
        h, c = [hidden[k, :, b] for k in range(L)], [cell[k, :, b] for k in range(L)]
        steps = []
        for t in range(T):
            x, now = embedding[inputs[t, b]], []
            for k in range(L):
                now.append(step(layers[k], x, h[k], c[k]))
                h[k], c[k] = now[k].h, now[k].c
                x = h[k] * out[k][:, b]
            steps.append(now)
            logits = p["output.weight"] @ x + p["output.bias"]
            e = np.exp(logits - logits.max())
            result.probabilities[t, :, b] = e / e.sum()
            result.nats[t, b] = -np.log(result.probabilities[t, targets[t, b], b])
        result.hidden[:, :, b], result.cell[:, :, b] = h, c

        dh, dc = [np.zeros(H) for _ in range(L)], [np.zeros(H) for _ in range(L)]  # from step t + 1
        for t in reversed(range(T)):
            d_logits = result.probabilities[t, :, b].copy()
            d_logits[targets[t, b]] -= 1
            d_logits /= T * B
            top = steps[t][-1].h * out[-1][:, b]
            gradients["output.weight"] += np.outer(d_logits, top)
            gradients["output.bias"] += d_logits
            d_above = p["output.weight"].T @ d_logits
            for k in reversed(range(L)):
                s = steps[t][k]
                dz, d_above, dh[k], dc[k] = step_backward(layers[k], s, d_above * out[k][:, b] + dh[k], dc[k])
                dz = np.concatenate(dz)
                gradients[f"lstm.weight_ih_l{k}"] += np.outer(dz, s.x)
                d_recurrent[k] += np.outer(dz, s.h_before)
                gradients[f"lstm.bias_ih_l{k}"] += dz
                gradients[f"lstm.bias_hh_l{k}"] += dz
            d_embedding[inputs[t, b]] += d_above
        result.d_hidden[:, :, b], result.d_cell[:, :, b] = dh, dc

    gradients["embedding.weight"] += d_embedding * (1 if masks.embedding is None else masks.embedding)
    for k in range(L):
        mask = 1 if masks.recurrent_weights is None else masks.recurrent_weights[k]
        gradients[f"lstm.weight_hh_l{k}"] += d_recurrent[k] * mask
    return result
