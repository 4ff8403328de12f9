"""Cold start, memory and growth (`make bench`): whole processes, beside PyTorch doing the same where it is installed.

Every figure is of a fresh process: wall-clock time from start to end, and the largest resident size that the operating
system recorded.
"""

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm.model.model_file import Model, dump_model
from lstm.network.parameters import Shape, initial_parameters
from lstm.text.vocabulary import UNKNOWN, Vocabulary

HAS_TORCH = importlib.util.find_spec("torch") is not None
ENVIRONMENT = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.;:!?'\"()-0123456789"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """What one process took."""

    seconds: float
    megabytes: float


# The process reports its own peak: what `wait4` reports is at least the peak of this process, which started it.
REPORT_PEAK = """
import sys
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def run(program: str, *arguments: str) -> Run:
    """Run a program in a process of its own: seconds to its end, and its peak memory."""
    started = time.perf_counter()
    command = [sys.executable, "-c", program + REPORT_PEAK, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=ROOT)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"a program ended with status {done.returncode}: {done.stderr[-500:]}")
    return Run(seconds, int(done.stderr.split()[-2]) / 1024)


def median(times: int, program: str, *arguments: str) -> Run:
    """The medians of several runs."""
    runs = [run(program, *arguments) for _ in range(times)]
    return Run(statistics.median(r.seconds for r in runs), statistics.median(r.megabytes for r in runs))


def untrained(shape: Shape) -> bytes:
    """A model file of random weights whose units are letters."""
    units = [UNKNOWN, "\n", *LETTERS][: shape.V]
    vocabulary = Vocabulary(units)
    rng = np.random.default_rng(0)
    return dump_model(Model(initial_parameters(Shape(len(units), shape.E, shape.H, shape.L), rng), vocabulary))


TORCH_SAMPLE = """
import json, sys, torch
from safetensors import safe_open
torch.set_num_threads(1)
with safe_open(sys.argv[1], "pt") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    units = json.loads(file.metadata()["vocabulary"])
L = sum("weight_hh" in name for name in tensors)
V, E = tensors["embedding.weight"].shape
H = tensors["lstm.weight_hh_l0"].shape[1]
embedding, lstm, output = torch.nn.Embedding(V, E), torch.nn.LSTM(E, H, L), torch.nn.Linear(H, V)
for module, name in ((embedding, "embedding."), (lstm, "lstm."), (output, "output.")):
    module.load_state_dict({k[len(name):]: v for k, v in tensors.items() if k.startswith(name)})
with torch.inference_mode():
    ids, state, text = torch.tensor([1]), None, []
    for _ in range(400):
        h, state = lstm(embedding(ids)[None], state)
        p = torch.softmax(output(h[0]) / 0.8, 1)
        ids = torch.multinomial(p, 1)[0]
        text.append(units[int(ids)])
print("".join(text))
"""

OUR_SAMPLE = """
import sys
from pathlib import Path
import numpy as np
from lstm.model.model_file import load_model
from lstm.decoding.stream import Stream
from lstm.decoding.stream_batch import StreamBatch
from lstm.decoding.weights import Voice
voice = Voice(load_model(Path(sys.argv[1])))
stream = Stream(voice.start(), np.empty(0, np.int32), np.random.default_rng(0), 0.8, 1.0, last=0, limit=400)
StreamBatch(voice).run([stream])
print(voice.vocabulary.decode(stream.sampled))
"""

OUR_TRAINING = """
import sys, numpy as np
from lstm.training.loop import TrainingLoop, LoopSettings
from lstm.network.parameters import Shape, initial_parameters
H, L, B, T, N, updates = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
ids = rng.integers(0, 97, N, dtype=np.int32)
parameters = initial_parameters(Shape(97, 64, H, L), rng)
loop = TrainingLoop(parameters, ids, ids[:1000], LoopSettings(batch=B, unroll=T), updates * B * T)
for _ in range(updates):
    loop.update()
"""

TORCH_TRAINING = """
import sys, torch
from tests.benchmarks.pytorch_model import LanguageModel, Trainer
torch.set_num_threads(1)
H, L, B, T, N, updates = map(int, sys.argv[1:])
data = torch.randint(0, 97, (N,))
trainer = Trainer(LanguageModel(97, 64, H, L))
n = (N - 1) // B
x, y = data[: n * B].view(B, n).T.contiguous(), data[1 : n * B + 1].view(B, n).T.contiguous()
for k in range(updates):
    at = k * T % max(1, n - T)
    trainer.step(x[at : at + T], y[at : at + T])
"""


def cold_start(folder: Path, times: int, shapes: tuple[tuple[int, int], ...]) -> None:
    """From a cold process to 400 characters."""
    print("| from a cold process | seconds | PyTorch | ratio | MB | PyTorch |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for H, L in shapes:
        path = folder / f"{H}-{L}.safetensors"
        path.write_bytes(untrained(Shape(97, 64, H, L)))
        ours = median(times, OUR_SAMPLE, str(path))
        pytorch = median(times, TORCH_SAMPLE, str(path)) if HAS_TORCH else Run(float("nan"), float("nan"))
        print(
            f"| 400 characters, H {H}, L {L} | {ours.seconds:.3f} | {pytorch.seconds:.3f} "
            f"| 1/{pytorch.seconds / ours.seconds:.1f} | {ours.megabytes:.0f} | {pytorch.megabytes:.0f} |"
        )
    numpy, ours = median(times, "import numpy"), median(times, "import lstm")
    whole = median(times, "import lstm.song.composing")
    print(
        f"\n`import numpy` {numpy.seconds:.3f} s, `import lstm` {ours.seconds:.3f} s, "
        f"`import lstm.song.composing` (all that singing needs) {whole.seconds:.3f} s\n"
    )


def memory(times: int, sizes: tuple[tuple[int, int, int, int], ...]) -> None:
    """Peak memory of training."""
    print("| training: H, L, B, T | peak MB | PyTorch | ratio |\n| --- | ---: | ---: | ---: |")
    for size in sizes:
        arguments = [*map(str, size), "100000", "4"]
        ours = median(times, OUR_TRAINING, *arguments).megabytes
        pytorch = median(times, TORCH_TRAINING, *arguments).megabytes if HAS_TORCH else float("nan")
        print(f"| {', '.join(map(str, size))} | {ours:.0f} | {pytorch:.0f} | {ours / pytorch:.0%} |")


def growth(sizes: tuple[int, ...]) -> None:
    """Time and memory of a pass by the corpus's length: reading, vocabulary, n-gram baseline and updates."""
    program = textwrap.dedent("""
        import sys
        from lstm.training.settings import TrainingSettings
        from lstm.training.trainer import Trainer
        import numpy as np
        size = int(sys.argv[1])
        words = ["".join(np.random.default_rng(k).choice(list("etaoinshrdlu"), 2 + k % 6)) for k in range(3000)]
        rng = np.random.default_rng(0)
        lines = [" ".join(words[w] for w in rng.zipf(1.3, 7) % 3000) for _ in range(size // 35)]
        text = "\\n\\n\\n".join("\\n".join(lines[k : k + 16]) for k in range(0, len(lines), 16))
        del words, lines
        trainer = Trainer(text, TrainingSettings(epochs=float(sys.argv[2]), hidden=32), "growth")
        for progress in trainer.run(): pass
        trainer.result()
    """)
    print("\n| corpus | seconds of a quarter pass, H 32 | seconds per MB | peak MB |\n| --- | ---: | ---: | ---: |")
    for size in sizes:
        taken = run(program, str(size), "0.25")
        print(
            f"| {size / 1e6:g} MB | {taken.seconds:.1f} | {taken.seconds / size * 1e6:.1f} | {taken.megabytes:.0f} |",
            flush=True,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="tiny sizes: a smoke run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cold_start(Path(folder), options.times, ((16, 1),) if options.small else ((256, 1), (512, 1), (512, 2)))
    memory(
        1,
        ((16, 1, 2, 8),)
        if options.small
        else ((128, 1, 32, 64), (256, 1, 32, 64), (256, 2, 64, 64), (512, 1, 32, 128), (512, 2, 64, 100)),
    )
    growth((20_000,) if options.small else (100_000, 1_000_000, 10_000_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
