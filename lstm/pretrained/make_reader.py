"""Make the reader of lines for the base model: read marked lines as the artists who wrote them do, and teach it.

    python lstm/pretrained/make_reader.py

Reads marks.jsonl.gz beside this file: in each line a song by an artist in data/models, where its stanzas begin, and
candidates for some of its lines with the marks that they were given. First teaches a reader without the songs of one
artist, and reports how far it agrees with their marks; then teaches one with all, and writes reader.safetensors.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from lstm.decoding.stream import Stream, Study
from lstm.decoding.stream_batch import StreamBatch
from lstm.model.model_file import dump_tensors, load_model
from lstm.song.cache import Cache
from lstm.song.candidates import LineWriter, Place
from lstm.song.judging import Judge
from lstm.song.singer import Singer
from lstm.song.taste import TASTE, Scores
from lstm.song.theme import Nearness, Theme
from lstm.training.marks import Marked, agreement, marked
from lstm.training.reader_teaching import Group, Taught, TeachingSettings, teach

HERE = Path(__file__).parent
MODELS = HERE.parents[1] / "data" / "models"
HELD_OUT = "gravel-and-rain"
OTHERS = [field.name for field in fields(Scores) if field.name not in ("mark", "coming_back")]
"""Scores that are weighed together with the reader's mark."""
AT_ONCE = 24


def read(places: Sequence[Marked], singer: Singer) -> Iterable[Group]:
    """How an artist reads the candidates for some places."""
    encode, fold = singer.voice.vocabulary.encode, singer.voice.vocabulary.fold
    writer = LineWriter(singer, TASTE, 0.5, 0.95)
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        songs = [Stream(singer.voice.start(), encode(place.text_before(fold)), is_studied=True) for place in some]
        StreamBatch(singer.voice).run(songs)
        lines = [
            [Stream(song.memory, encode(fold(text) + "\n"), is_studied=True) for text in place.candidates]
            for place, song in zip(some, songs, strict=True)
        ]
        StreamBatch(singer.voice).run([stream for its in lines for stream in its])
        for place, song, its in zip(some, songs, lines, strict=True):
            studies = [stream.study() for stream in its]
            scores = writer.scores(studies, place.candidates, _place(place, song, singer))
            others = np.array([[getattr(each, name) for name in OTHERS] for each in scores], np.float32)
            yield Group([_small(study) for study in studies], others, np.array(place.marks, np.float32))


def _place(place: Marked, song: Stream, singer: Singer) -> Place:
    theme, cache = Theme(Nearness.shipped(), place.opening), Cache()
    for line in place.before:
        theme.hear(line.removeprefix(place.opening))
    cache.add(song.study())
    wanted = len(place.rhymes_with) or singer.style.line_lengths[1]
    return Place(song.memory, Judge(singer.style).after(()), theme, cache, float(wanted))


def _small(study: Study) -> Study:
    return replace(study, hidden=study.hidden.astype(np.float16))


def main() -> None:
    """Read, teach, measure, write."""
    places = marked(HERE / "marks.jsonl.gz")
    base = load_model((HERE / "base.safetensors").read_bytes())
    groups: dict[str, list[Group]] = {}
    for artist in sorted({place.artist for place in places}):
        singer = Singer(load_model((MODELS / f"{artist}.safetensors").read_bytes()))
        singer.reader = None  # only the other scores are wanted
        groups[artist] = list(read([place for place in places if place.artist == artist], singer))
        print(f"{artist}: {len(groups[artist])} places", file=sys.stderr, flush=True)
    held_out = groups[HELD_OUT]

    def report(epoch: int, loss: float, taught: Taught) -> None:
        agrees = agreement([taught.marks(group) for group in held_out], [group.marks for group in held_out])
        print(f"epoch {epoch}: loss {loss:.4f}, agrees with marks by {agrees:.3f}", file=sys.stderr, flush=True)

    embedding, settings = base.parameters["embedding.weight"], TeachingSettings()
    others = [group for artist, its in groups.items() if artist != HELD_OUT for group in its]
    without = teach(others, embedding, settings, report)
    agrees = agreement([without.marks(group) for group in held_out], [group.marks for group in held_out])
    taught = teach([*others, *held_out], embedding, settings)
    for name, weight in zip(OTHERS, taught.scores_weight.tolist(), strict=True):
        print(f"{name} {weight:.3f}", file=sys.stderr)
    tensors = {name: array.astype(np.float16) for name, array in taught.reader.weights.items()}
    lines = sum(len(group.lines) for its in groups.values() for group in its)
    metadata = {"base": base.sha256, "lines": str(lines), "held_out_agreement": f"{agrees:.4f}"}
    (HERE / "reader.safetensors").write_bytes(dump_tensors(tensors, metadata))


if __name__ == "__main__":
    main()
