"""Make the judge of sentences for the base model: sing lines, have a parser label them, teach the judge.

    python lstm/pretrained/make_grammar.py LINES

Needs `link-parser` (Debian: link-grammar, link-grammar-dictionaries-en). Writes grammar.safetensors beside this file.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm.arrays import IntArray
from lstm.decoding.streams import Chorus, Stream, Study
from lstm.decoding.weights import Memory, Voice
from lstm.model.model_file import dump_tensors, load_model
from lstm.song.grammar import Grammar
from lstm.training.grammar_teaching import TeachingSettings, area_under_curve, teach

HERE = Path(__file__).parent
TEMPERATURES = (0.5, 0.65, 0.8, 1.0)
SONGS = 64
LINES_PER_SONG = 10
HELD_OUT = 0.15
PARSED_AT_ONCE = 200
PARSER = ("link-parser", "en", "-batch", "-echo", "-timeout=2", "-verbosity=1", "-null=0")


@dataclass(frozen=True)
class Sung:
    """A line with the song before it."""

    text: str
    ids: IntArray
    memory: Memory


def sing(voice: Voice, wanted: int, rng: np.random.Generator) -> list[Sung]:
    """Lines of songs without plans, at several temperatures."""
    lines: list[Sung] = []
    begins_line = voice.bias_for(lambda unit: unit[0] not in " \n")
    start = Stream(voice.start(), voice.vocabulary.encode("\n\n"))
    Chorus(voice).run([start])
    while len(lines) < wanted:
        for temperature in TEMPERATURES:
            memories = [start.memory] * SONGS
            for _ in range(LINES_PER_SONG):
                streams = [
                    Stream(memory, np.empty(0, np.int32), each, temperature, 0.95, limit=60, first_bias=begins_line)
                    for memory, each in zip(memories, rng.spawn(SONGS), strict=True)
                ]
                Chorus(voice).run(streams)
                for stream, memory in zip(streams, memories, strict=True):
                    text = voice.vocabulary.decode(stream.sampled)
                    if text.endswith("\n"):
                        lines.append(Sung(text.strip(), np.array(stream.sampled, np.int32), memory))
                memories = [stream.memory for stream in streams]
            print(f"{len(lines)} lines", file=sys.stderr, flush=True)
    return lines


def as_sentence(line: str) -> str:
    """A line with a capital at its beginning and a full stop at its end, as a parser expects them."""
    text = " ".join(line.replace("--", ", ").split()).rstrip(",;:-")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", '"')) else ".")


def parse(lines: list[Sung]) -> dict[int, bool]:
    """Whether the parser finds a complete parse, by the number of the line; without lines that it did not answer."""
    sentences = [as_sentence(line.text) for line in lines]
    labels: dict[int, bool] = {}
    for first in range(0, len(sentences), PARSED_AT_ONCE):
        part = sentences[first : first + PARSED_AT_ONCE]
        printed = subprocess.run(  # noqa: S603
            PARSER, input="\n".join(part) + "\n", capture_output=True, text=True, check=False
        ).stdout.split("\n")
        place = 0
        for output in printed:
            if output.startswith("+++++ error"):
                labels[first + place - 1] = False
            elif output in part[place : place + 3]:
                place = part.index(output, place) + 1
                labels[first + place - 1] = True
    return labels


def study(voice: Voice, lines: list[Sung]) -> list[Study]:
    """What the judge reads of each line."""
    read: list[Study] = []
    for start in range(0, len(lines), SONGS):
        streams = [Stream(line.memory, line.ids, is_studied=True) for line in lines[start : start + SONGS]]
        Chorus(voice).run(streams)
        read += [stream.study() for stream in streams]
    return read


def main() -> None:
    """Sing, label, teach, measure, write."""
    data = (HERE / "base.safetensors").read_bytes()
    model, rng = load_model(data), np.random.default_rng(1)
    voice = Voice(model)
    sung = sing(voice, int(sys.argv[1]), rng)
    sung = [sung[k] for k in rng.permutation(len(sung)) if sung[k].text[:1].isalpha()]
    found = parse(sung)
    labels, lines = np.array(list(found.values())), study(voice, [sung[k] for k in found])
    cut = round(len(lines) * (1 - HELD_OUT))
    held_out = lines[cut:]
    mean = np.array([line.log_likelihoods.mean() for line in held_out])
    print(f"{len(lines)} lines, {labels.mean():.3f} with a parse; likelihood alone: AUC", file=sys.stderr, end=" ")
    print(f"{area_under_curve(mean, labels[cut:]):.3f}", file=sys.stderr, flush=True)

    def report(epoch: int, loss: float, grammar: Grammar) -> None:
        area = area_under_curve(grammar.logits(held_out), labels[cut:])
        print(f"epoch {epoch}: loss {loss:.4f}, held-out AUC {area:.3f}", file=sys.stderr, flush=True)

    grammar = teach(lines[:cut], labels[:cut], model.parameters["embedding.weight"], TeachingSettings(), report)
    tensors = {name: array.astype(np.float16) for name, array in grammar.weights.items()}
    area = area_under_curve(grammar.logits(held_out), labels[cut:])
    metadata = {"base": model.sha256, "lines": str(len(lines)), "held_out_auc": f"{area:.4f}"}
    (HERE / "grammar.safetensors").write_bytes(dump_tensors(tensors, metadata))


if __name__ == "__main__":
    main()
