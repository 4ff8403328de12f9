"""What the readers make of every kind of file that people bring: ``python -m tests.benchmarks.corpora``.

Dresses clean songs up by each pair of dressings of `tests.lstm.text.dressings`, reads them back, and prints the share
of the clean lines that come back exactly; "+3" are lines that are none of them.

``--folder DIR`` reads the files of a folder that holds ``clean-reference.txt`` instead. With ``--train SECONDS`` each
of them is learned from as well, for so many seconds of processor time, and bits per character stand beside those of
the n-gram. With ``--sing N`` each model sings N songs, and what of the file's dress is in them is counted. Both are
slow.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lstm.text.cleaning import clean
from lstm.text.errors import CorpusError
from lstm.text.understanding import understand
from tests.benchmarks.sung_junk import Dress
from tests.lstm.text.dressings import BODIES, FILES, NONSENSE, Song

if TYPE_CHECKING:
    from lstm.model.model_file import Model

CORPORA = Path(__file__).parent.parent / "corpora"
DEFAULT = [CORPORA / "dickinson.txt"]
MOST_CHARACTERS = 40_000
FEWEST_STANZAS = 2
LEAST_RECOVERED = 0.99
SONGS_TOGETHER = 20
DEFAULT_SECONDS = 30.0


@dataclass(frozen=True)
class Reading:
    """What came back of a file."""

    songs: int
    recovered: float
    """Share of the clean lines that are there exactly."""
    other: int
    """Lines that are none of the clean ones."""
    dresses: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A dressed file."""

    name: str
    data: bytes


def songs_of(path: Path) -> list[Song]:
    """Songs of two stanzas or more from the beginning of a clean file."""
    songs: list[Song] = []
    size = 0
    for text in clean(path.read_text()).split("\n\n\n"):
        song = [[line.strip() for line in stanza.split("\n")] for stanza in text.split("\n\n")]
        if len(song) >= FEWEST_STANZAS and all(len(stanza) > 1 for stanza in song):
            songs.append(song)
            size += len(text)
        if size > MOST_CHARACTERS:
            break
    return songs


def read(case: Case, lines: list[str]) -> Reading:
    """Read a file that holds some lines.

    Raises:
        CorpusError: it is refused.
    """
    understood = understand(case.data)
    sung = [line.strip() for song in understood.songs for line in song.lines]
    found, wanted = set(sung), set(lines)
    recovered = sum(line in found for line in lines) / max(1, len(lines))
    encoding = () if understood.encoding == "utf-8" else (understood.encoding,)
    others = sum(line not in wanted for line in sung)
    return Reading(len(understood.songs), recovered, others, encoding + understood.dresses)


def trained(case: Case, seconds: float) -> "Model":
    """The model of a training of some seconds on the file.

    Seconds of processor time, so that a busy machine changes less.
    """
    from lstm.text.bounds import check_bounds
    from lstm.training.base_model import load_base
    from lstm.training.settings import TrainingSettings
    from lstm.training.start import Start
    from lstm.training.trainer import Trainer

    text = understand(case.data).text
    check_bounds(text)
    settings = TrainingSettings(minutes=seconds / 60)
    trainer = Trainer(text, settings, case.name[:40], Start.auto(load_base()), clock=time.process_time)
    for _ in trainer.run():
        pass
    return trainer.result()


def sung(model: "Model", songs: int, lines: int) -> list[str]:
    """Songs of a model, each begun by itself; many are in progress together, as in the bot."""
    from lstm.decoding.stream_batch import StreamBatch
    from lstm.song.composing import Composition, SongSettings
    from lstm.song.singer import Singer

    singer = Singer(model)
    settings = SongSettings(lines=lines)
    texts = [""] * songs
    for first in range(0, songs, SONGS_TOGETHER):
        places = range(first, min(first + SONGS_TOGETHER, songs))
        steps = {k: Composition(singer, "", replace(settings, random_seed=k)).steps() for k in places}
        while steps:
            streams = []
            for k in list(steps):
                for item in steps[k]:
                    if not isinstance(item, str):
                        streams += item
                        break
                    texts[k] += item
                else:
                    del steps[k]
            StreamBatch(singer.voice).run(streams)
    return texts


def matrix(songs: list[Song]) -> tuple[list[str], bool]:
    """A table of all pairs of dressings, and whether every song came back with its lines and nothing else."""
    lines = [line for song in songs for stanza in song for line in stanza]
    rows = ["| | " + " | ".join(FILES) + " |", "| --- |" + " ---: |" * len(FILES)]
    good = True
    for body, dress in BODIES.items():
        cells = []
        for file, pack in FILES.items():
            if (body, file) in NONSENSE:
                cells.append("")
                continue
            rng = random.Random(7)
            data = pack([dress(song, rng) for song in songs], rng).encode()
            reading = read(Case(f"{body}, {file}", data), lines)
            good &= reading.recovered >= LEAST_RECOVERED and not reading.other and reading.songs == len(songs)
            cells.append(
                f"{reading.recovered:.1%}"
                + (f" +{reading.other}" if reading.other else "")
                + (f" ({reading.songs} songs)" if reading.songs != len(songs) else "")
            )
        rows.append(f"| {body} | " + " | ".join(cells) + " |")
    return rows, good


def main() -> int:
    """Print the tables; status 1 if a pair of dressings loses lines or lets others in."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path, nargs="*", default=DEFAULT, help="clean songs to dress up")
    parser.add_argument("--folder", type=Path, help="read the files of this folder instead")
    parser.add_argument("--only", nargs="+", help="of a folder, only files whose names hold one of these")
    parser.add_argument("--train", type=float, metavar="SECONDS", help="of a folder, also learn from each file so long")
    parser.add_argument("--sing", type=int, metavar="N", help="of a folder, also let each model sing N songs")
    parser.add_argument("--lines", type=int, default=8, help="of each of those songs (default 8)")
    parser.add_argument("--songs-out", type=Path, metavar="FILE", help="append the songs to this file, as JSON lines")
    options = parser.parse_args()
    if options.folder and options.sing:
        return _print_songs(options)
    if options.folder:
        _print_folder(options.folder, options.only, options.train)
        return 0
    failed = False
    for source in options.corpora:
        songs = songs_of(source)
        rows, good = matrix(songs)
        failed |= not good
        print(f"\n## {source.name}: {len(songs)} songs\n\n" + "\n".join(rows))
    return int(failed)


def _print_folder(folder: Path, only: list[str] | None, train: float | None) -> None:
    reference = clean((folder / "clean-reference.txt").read_text())
    lines = [line.strip() for line in reference.split("\n") if line.strip()]
    print("| file | songs | lines recovered | other lines | recognised |", end="")
    print(" start | bits per character | n-gram |" if train else "")
    print("| --- | ---: | ---: | ---: | --- |" + (" --- | ---: | ---: |" if train else ""))
    figures: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or (only and not any(part in path.name for part in only)):
            continue
        case = Case(path.name, path.read_bytes())
        try:
            reading = read(case, lines)
        except CorpusError as error:
            print(f"| {path.name} | refused | | | {error} |")
            continue
        cells = f"{reading.songs} | {reading.recovered:.2%} | {reading.other} | {', '.join(reading.dresses)}"
        if train:
            text = understand(case.data).text
            if text not in figures:  # the same text makes the same model
                figures[text] = _figures(trained(case, train))
            cells += f" |{figures[text]}"
        print(f"| {path.name} | {cells} |", flush=True)


def _figures(model: "Model") -> str:
    record = model.training
    return f" {record.start} | {record.validation_bits_per_character:.3f} | {record.baseline_bits_per_character:.3f}"


def _print_songs(options: argparse.Namespace) -> int:
    """The songs of models of the folder's files; status 1 if anything of a dress is in them."""
    clean_text = (options.folder / "clean-reference.txt").read_text()
    print("| file | songs sung | lines | of the dress |")
    print("| --- | ---: | ---: | --- |")
    total = Counter[str]()
    songs_of_text: dict[str, list[str]] = {}
    for path in sorted(options.folder.iterdir()):
        if not path.is_file() or (options.only and not any(part in path.name for part in options.only)):
            continue
        case = Case(path.name, path.read_bytes())
        text = understand(case.data).text
        if text not in songs_of_text:  # the same text makes the same model
            model = trained(case, options.train or DEFAULT_SECONDS)
            songs_of_text[text] = sung(model, options.sing, options.lines)
        songs = songs_of_text[text]
        if options.songs_out:
            with options.songs_out.open("a") as file:
                file.writelines(json.dumps({"file": path.name, "song": song}) + "\n" for song in songs)
        found = Dress.of(path.read_text(errors="replace"), clean_text).found_in(songs)
        total.update(found)
        lines = sum(bool(line.strip()) for song in songs for line in song.split("\n"))
        told = ", ".join(f"{kind} ({n})" for kind, n in found.most_common()) or "nothing"
        print(f"| {path.name} | {len(songs)} | {lines} | {told} |", flush=True)
    return int(bool(total))


if __name__ == "__main__":
    sys.exit(main())
