"""The same language model in PyTorch, as fast as PyTorch runs it on one core: what `make bench` compares with.

The choices below were measured. Training: fused Adam is faster than PyTorch's default Adam and than `torch.compile`;
without oneDNN training is 30 % slower. Sampling: a step written out by hand is 2-23 times as fast at batch 1 as a call
of `nn.LSTM` per unit, and 1.3-4.4 times at batch 16.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- its usual name

CLIP = 1.0


class LanguageModel(nn.Module):
    """Embedding (V, E), L LSTM layers of H units, dropout, linear layer (V)."""

    def __init__(self, V: int, E: int, H: int, L: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding, self.lstm, self.output = nn.Embedding(V, E), nn.LSTM(E, H, L), nn.Linear(H, V)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Ids (T, B) -> logits (T, B, V) and the state after them, two tensors (L, B, H)."""
        hidden, state = self.lstm(self.embedding(ids), state)
        return self.output(self.dropout(hidden)), state


class Trainer:
    """Truncated backpropagation through time: Adam, clipping by the global norm, the state carried between chunks."""

    def __init__(self, model: LanguageModel, learning_rate: float = 2e-3) -> None:
        self.model, self.learning_rate = model, learning_rate
        self._optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
        self._state: tuple[Tensor, Tensor] | None = None

    def step(self, inputs: Tensor, targets: Tensor) -> float:
        """One update on ids (T, B); returns the mean loss in nats."""
        for group in self._optimiser.param_groups:
            group["lr"] = self.learning_rate
        self._optimiser.zero_grad(set_to_none=True)
        logits, (hidden, cell) = self.model(inputs, self._state)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self._optimiser.step()
        self._state = hidden.detach(), cell.detach()
        return loss.item()


class Sampler:
    """Samples with a step that needs few calls: first layer's input by table, one tanh for all four gates.

    sigma(z) = tanh(z / 2) / 2 + 1 / 2, with the half taken into the weights; gates in the order g, i, f, o.
    """

    def __init__(self, model: LanguageModel) -> None:
        lstm, self.H, self.L = model.lstm, model.lstm.hidden_size, model.lstm.num_layers

        def reordered(rows: Tensor) -> Tensor:
            i, f, g, o = rows.chunk(4)
            return torch.cat([g, i / 2, f / 2, o / 2])

        def weight(kind: str, layer: int) -> Tensor:
            return reordered(getattr(lstm, f"{kind}_l{layer}"))

        with torch.no_grad():
            biases = [weight("bias_ih", k) + weight("bias_hh", k) for k in range(self.L)]
            self._table = (model.embedding.weight @ weight("weight_ih", 0).T + biases[0]).contiguous()
            self._recurrent = [weight("weight_hh", k).contiguous() for k in range(self.L)]
            self._input = [weight("weight_ih", k).contiguous() for k in range(1, self.L)]
            self._biases = biases[1:]
            self._output, self._output_bias = model.output.weight.detach(), model.output.bias.detach()

    @torch.inference_mode()
    def sample(self, units: int, batch: int, temperature: float = 0.8, top_p: float = 0.9) -> Tensor:
        """Sampled ids (units, batch); every stream starts from id 0 and a zero state."""
        return (self._one if batch == 1 else self._many)(units, batch, temperature, top_p)

    def _many(self, units: int, batch: int, temperature: float, top_p: float) -> Tensor:
        """Streams as rows; top-p by one sort of each row."""
        H = self.H
        hidden = [torch.zeros(batch, H) for _ in range(self.L)]
        cell = [torch.zeros(batch, H) for _ in range(self.L)]
        recurrent, inputs = [w.T.contiguous() for w in self._recurrent], [w.T.contiguous() for w in self._input]
        output, uniform = self._output.T.contiguous(), torch.rand(units, batch, 1)
        ids, sampled = torch.zeros(batch, dtype=torch.long), []
        for t in range(units):
            for k in range(self.L):
                from_below = torch.addmm(self._biases[k - 1], hidden[k - 1], inputs[k - 1]) if k else self._table[ids]
                z = torch.addmm(from_below, hidden[k], recurrent[k]).tanh_()
                z[:, H:].mul_(0.5).add_(0.5)
                g, i, f, o = z.split(H, 1)
                cell[k].mul_(f).addcmul_(i, g)
                hidden[k] = o * cell[k].tanh()
            logits = torch.addmm(self._output_bias, hidden[-1], output)
            p, order = torch.softmax(logits / temperature, 1).sort(1, descending=True)
            mass = p.cumsum(1)
            last = (mass < top_p).sum(1, keepdim=True).clamp_(max=p.shape[1] - 1)
            chosen = torch.minimum((mass <= uniform[t] * mass.gather(1, last)).sum(1, keepdim=True), last)
            ids = order.gather(1, chosen)[:, 0]
            sampled.append(ids)
        return torch.stack(sampled)

    def _one(self, units: int, _batch: int, temperature: float, top_p: float) -> Tensor:
        """Vectors instead of matrices of one row, and top-p in plain Python: fewer and cheaper calls."""
        H, table = self.H, self._table.unbind(0)
        hidden = [torch.zeros(H) for _ in range(self.L)]
        cell = [torch.zeros(H) for _ in range(self.L)]
        z, tanh_cell = torch.empty(4 * H), torch.empty(H)
        (g, i, f, o), sigmoids = z.split(H), z[H:]
        uniform, unit, sampled = torch.rand(units).tolist(), 0, []
        for t in range(units):
            for k in range(self.L):
                from_below = torch.addmv(self._biases[k - 1], self._input[k - 1], hidden[k - 1]) if k else table[unit]
                torch.addmv(from_below, self._recurrent[k], hidden[k], out=z)
                z.tanh_()
                sigmoids.mul_(0.5).add_(0.5)
                cell[k].mul_(f).addcmul_(i, g)
                torch.mul(o, torch.tanh(cell[k], out=tanh_cell), out=hidden[k])
            logits = torch.addmv(self._output_bias, self._output, hidden[-1])
            p, order = torch.softmax(logits / temperature, 0).sort(descending=True)
            mass, last = p.cumsum(0).tolist(), 0
            while mass[last] < top_p:
                last += 1
            threshold, chosen = uniform[t] * mass[last], 0
            while mass[chosen] <= threshold and chosen < last:
                chosen += 1
            unit = int(order[chosen])
            sampled.append(unit)
        return torch.tensor(sampled)[:, None]
