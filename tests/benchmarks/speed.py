"""Training and sampling beside PyTorch, interleaved in one process (`make bench`).

One core, one BLAS thread, float32. Shared machines drift by tens of per cent, so absolute figures mean little: what
counts is the ratio of neighbouring runs, of which the median and the spread are shown. The PyTorch side is the fastest
that was found (`tests.benchmarks.pytorch_model`). When sampling, both sides do the same work: 200 units per stream at
temperature 0.8 and top-p 0.9, from ready weights and a zero state, without summing likelihoods
(``is_scored=False``); ours checks its stop rules as well. `make bench` measures sizes for characters, then those of the
bases of 0.1 and 0.2. The last table has no PyTorch side: streams of two artists of one base, in one batch and in two.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import importlib.util
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import threadpoolctl

from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, base_of
from lstm.network.adapters import Adapters
from lstm.network.network import Network, State
from lstm.network.optimiser import Adam, clip_by_global_norm
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.vocabulary import UNKNOWN, Vocabulary

HAS_TORCH = importlib.util.find_spec("torch") is not None


@dataclass(frozen=True)
class Size:
    """A shape and the batch that it is trained with."""

    H: int
    L: int
    B: int
    T: int
    V: int = 97
    E: int = 64

    def __str__(self) -> str:
        return f"{self.H}, {self.L}" + (f" (V {self.V})" if self.V != Size.V else "")


SIZES = (
    Size(128, 1, 32, 64),
    Size(256, 1, 32, 64),
    Size(256, 2, 64, 64),
    Size(512, 1, 32, 128),
    Size(512, 2, 64, 100),
    Size(640, 1, 32, 64, V=1024, E=128),  # the base of 0.1
    Size(640, 2, 32, 64, V=2047, E=256),  # the base of 0.2
)
SMALL = (Size(16, 1, 2, 8), Size(16, 2, 2, 8))


@dataclass(frozen=True)
class Comparison:
    """Median figures of ours and PyTorch's in items per second, and the ratios pair by pair."""

    ours: float
    pytorch: float
    ratios: tuple[float, ...]

    def __str__(self) -> str:
        ratio = statistics.median(self.ratios)
        return f"{self.ours:,.0f} | {self.pytorch:,.0f} | {ratio:.2f} ({min(self.ratios):.2f}–{max(self.ratios):.2f})"


def compare(
    ours: Callable[[], None], pytorch: Callable[[], object], items: int, pairs: int, seconds: float
) -> Comparison:
    """Run both in turn, each as often as fills ``seconds``, in pairs; the second need not be PyTorch."""
    ours(), pytorch()
    started = time.perf_counter()
    ours()
    times = max(1, round(seconds / (time.perf_counter() - started)))

    def rate(run: Callable[[], object]) -> float:
        begun = time.perf_counter()
        for _ in range(times):
            run()
        return times * items / (time.perf_counter() - begun)

    measured = []
    for k in range(pairs):
        # Which side is first alternates: a drift of the machine's speed then favours neither.
        first, second = (ours, pytorch) if k % 2 else (pytorch, ours)
        a, b = rate(first), rate(second)
        measured.append((a, b) if first is ours else (b, a))
    return Comparison(
        statistics.median(a for a, _ in measured),
        statistics.median(b for _, b in measured),
        tuple(a / b for a, b in measured),
    )


def gemm_peak() -> float:
    """FLOP per second of a large matrix product alone: the machine's peak."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2048, 1024), dtype=np.float32), rng.standard_normal((1024, 1024), dtype=np.float32)
    out, best = np.empty((2048, 1024), np.float32), 0.0
    for _ in range(8):
        started = time.perf_counter()
        np.matmul(a, b, out=out)
        best = max(best, 2 * 2048 * 1024 * 1024 / (time.perf_counter() - started))
    return best


def training(size: Size, pairs: int, seconds: float) -> str:
    """One row of the training table."""
    import torch

    from tests.benchmarks.pytorch_model import LanguageModel, Trainer

    V = size.V
    shape = Shape(V, size.E, size.H, size.L)
    rng = np.random.default_rng(0)
    parameters = initial_parameters(shape, rng)
    network, adam = Network(parameters, size.T, size.B), Adam(len(parameters.flat), parameters.flat.dtype)
    x, y = rng.integers(0, V, (size.T, size.B)), rng.integers(0, V, (size.T, size.B))
    state = State.zeros(shape, size.B)

    def ours() -> None:
        nonlocal state
        _, state = network.loss_and_gradients(x, y, state)
        clip_by_global_norm(network.gradients.flat, 1.0)
        adam.step(parameters.flat, network.gradients.flat, 2e-3)

    trainer = Trainer(LanguageModel(V, size.E, size.H, size.L))
    tx, ty = torch.tensor(x), torch.tensor(y)
    result = compare(ours, lambda: trainer.step(tx, ty), x.size, pairs, seconds)
    flops = 24 * size.H**2 + 48 * size.H**2 * (size.L - 1) + 6 * size.H * V
    share = result.ours * flops / gemm_peak()
    return f"| {size}, {size.B}, {size.T} | {result} | {share:.0%} |"


def sampling(size: Size, batch: int, pairs: int, seconds: float) -> str:
    """One row of the sampling table."""
    from tests.benchmarks.pytorch_model import LanguageModel, Sampler

    V = size.V
    shape = Shape(V, size.E, size.H, size.L)
    voice = Voice(Model(initial_parameters(shape, np.random.default_rng(0)), vocabulary_of(size)))
    characters = 200

    def ours() -> None:
        together, nothing = StreamBatch(voice), np.empty(0, np.int32)
        together.run(
            Stream(
                voice.start(), nothing, np.random.default_rng(b), 0.8, 0.9, limit=characters, last=0, is_scored=False
            )
            for b in range(batch)
        )

    sampler = Sampler(LanguageModel(V, size.E, size.H, size.L))
    result = compare(ours, lambda: sampler.sample(characters, batch), characters * batch, pairs, seconds)
    return f"| {size} | {batch} | {result} |"


def two_artists(size: Size, streams: int, pairs: int, seconds: float) -> str:
    """One row of the table of artists: so many streams of each of two."""
    rng = np.random.default_rng(0)
    base = Model(initial_parameters(Shape(size.V, size.E, size.H, size.L), rng), vocabulary_of(size), sha256="base")
    voices = []
    for _ in range(2):
        adapters = Adapters.initial(base.parameters, 32, rng)
        voices.append(Voice(Model(Adapted(base_of(base), adapters), base.vocabulary)))
    units = 100

    def run(*singing: Voice) -> None:
        together, nothing = StreamBatch(singing[0]), np.empty(0, np.int32)
        together.run(
            Stream(voice.start(), nothing, np.random.default_rng(b), 0.8, 0.9, limit=units, last=0, is_scored=False)
            for voice in singing
            for b in range(streams)
        )

    result = compare(
        lambda: run(*voices), lambda: [run(voice) for voice in voices], 2 * units * streams, pairs, seconds
    )
    return f"| {size} | 2 x {streams} | {result} |"


def vocabulary_of(size: Size) -> Vocabulary:
    """Units of one character."""
    return Vocabulary([UNKNOWN, "\n", *(chr(0x100 + k) for k in range(size.V - 2))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one run of a pair")
    parser.add_argument("--small", action="store_true", help="tiny sizes: a smoke run")
    options = parser.parse_args()
    if not HAS_TORCH:
        print("PyTorch is not installed (extra: bench): there is nothing to compare with.")
        return 0
    import torch

    torch.set_num_threads(1)
    blas = {pool["internal_api"]: pool for pool in threadpoolctl.threadpool_info()}.get("openblas", {})
    print(
        f"{platform.processor() or platform.machine()}, NumPy {np.__version__}, "
        f"OpenBLAS {blas.get('version')} ({blas.get('architecture')}), {blas.get('num_threads')} thread\n"
    )
    sizes = SMALL if options.small else SIZES
    print("| training: H, L, B, T | characters/s | PyTorch's | ratio (spread) | share of GEMM peak |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for size in sizes:
        print(training(size, options.pairs, options.seconds), flush=True)
    print("\n| sampling: H, L | batch | characters/s | PyTorch's best loop | ratio (spread) |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for size in sizes:
        for batch in (1, 16, 64):
            print(sampling(size, batch, options.pairs, options.seconds), flush=True)
    print("\n| two artists: H, L | streams | units/s in one batch | in two | ratio (spread) |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for streams in (2, 12, 32):
        print(two_artists(sizes[-1], streams, options.pairs, options.seconds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
