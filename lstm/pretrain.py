"""``python -m lstm.pretrain CONFIG``: train the base model, for hours, in the background.

CONFIG is a TOML file that says everything: the texts, the sizes, the schedule, the random seed. The run writes a
checkpoint every minute beside the output, goes on from it when it is started again, and appends a line to
``log.jsonl`` at every evaluation, which is how it can be watched.
"""

import datetime
import hashlib
import json
import os
import sys
import time
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm import cli

CHECKPOINT_SECONDS = 60.0


@dataclass(frozen=True)
class Texts:
    """What the base reads: songs to learn from and held-out ones, with the hash of each file."""

    training: str
    held_out: str
    hashes: dict[str, str]


def read_texts(folder: Path, config: dict[str, Any]) -> Texts:
    """Read the files that ``[data]`` names.

    ``files`` are patterns below the folder; the last ``held_out`` share of each file's songs is kept for measuring.
    ``excluded_tail`` names files whose last share is not even used for that: they are other measurements' test songs.
    """
    from lstm.text.corpus import read_plainly
    from lstm.text.songs import join, songs_of

    data = config["data"]
    paths = sorted({path for pattern in data["files"] for path in folder.glob(pattern)})
    if not paths:
        raise FileNotFoundError(f"no file matches {data['files']} in {folder}")
    training, held_out, hashes = [], [], {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        songs = songs_of(read_plainly([path]))
        hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        songs = songs[: round(len(songs) * (1 - data.get("excluded_tail", {}).get(name, 0.0)))]
        cut = round(len(songs) * (1 - data["held_out"]))
        training += songs[:cut]
        held_out += songs[cut:]
    return Texts(join(training), join(held_out), hashes)


def pretrain(config_path: Path, corpora: Path, out: Path, threads: int) -> None:
    """Run to the end of the plan, from the checkpoint in ``out`` if there is one."""
    import numpy as np

    from lstm.model.atomic_write import write_atomically
    from lstm.model.model_file import Model, dump_model
    from lstm.model.record import TrainingRecord
    from lstm.network.dropout import Dropout
    from lstm.network.parameters import Shape, initial_parameters
    from lstm.text.vocabulary import Vocabulary
    from lstm.training.loop import LoopSettings, TrainingLoop

    config = tomllib.loads(config_path.read_text("utf-8"))
    texts = read_texts(corpora, config)
    vocabulary = Vocabulary.of(texts.training, config["data"]["minimum_count"])
    vocabulary = vocabulary.with_subwords(texts.training, config["data"].get("units", 0))
    ids, held_out = vocabulary.encode(texts.training), vocabulary.encode(texts.held_out)
    size, loop_config = config["network"], dict(config["descent"])
    characters = int(vocabulary.lengths[ids].sum())
    plan = round(loop_config.pop("passes") * characters)
    dropout = Dropout(**loop_config.pop("dropout", {}))
    settings = LoopSettings(dropout=dropout, patience=0, **loop_config)
    shape = Shape(len(vocabulary), size["embedding"], size["hidden"], size["layers"])
    rng = np.random.default_rng(settings.random_seed)
    parameters = initial_parameters(shape, rng, vocabulary.log_frequencies(ids))
    loop = TrainingLoop(parameters, ids, held_out, settings, plan, lengths=vocabulary.lengths)

    checkpoint = out / "checkpoint.safetensors"
    if checkpoint.exists():
        # The plan may be changed between starts, to end a run sooner or later: the file's word counts.
        loop.restore(checkpoint.read_bytes())
        loop.plan = plan
    print(
        f"{characters:,} characters to learn from, {len(texts.held_out):,} held out, {len(vocabulary)} units, "
        f"{len(parameters.flat):,} parameters, {plan:,} characters planned, {loop.position.characters:,} done",
        file=sys.stderr,
        flush=True,
    )

    def model() -> Model:
        record = TrainingRecord(
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            data=texts.hashes,
            settings=config,
            threads=threads,
            characters_seen=loop.position.characters,
            epochs=round(loop.position.characters / characters, 3),
            seconds=round(loop.position.seconds),
            validation_bits_per_character=loop.curve[-1].validation_bits_per_character,
            curve=tuple(loop.curve),
        )
        return Model(parameters, vocabulary, training=record)

    saved = time.monotonic()
    for point in loop.run():
        if point is not None:
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps(asdict(point)) + "\n")
            print(
                f"{loop.progress:6.1%}  {point.train_bits_per_character:.4f} train  "
                f"{point.validation_bits_per_character:.4f} held out  {point.seconds:,.0f} s",
                file=sys.stderr,
                flush=True,
            )
            write_atomically(out / "model.safetensors", dump_model(model()))
        if time.monotonic() - saved > CHECKPOINT_SECONDS or loop.finished:
            write_atomically(checkpoint, loop.checkpoint())
            saved = time.monotonic()
    write_atomically(out / "base.safetensors", dump_model(model(), np.float16))


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = cli.Parser(prog="python -m lstm.pretrain", description=__doc__.partition("\n\n")[0])
    parser.add_argument("config", type=Path, help="TOML file: data, network, descent")
    parser.add_argument("--corpora", type=Path, required=True, help="folder that the config's file patterns start from")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, log and models")
    parser.add_argument("--threads", type=int, default=1, help="BLAS threads (default 1)")
    options = parser.parse_args(arguments)
    os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)  # before NumPy is imported
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        pretrain(options.config, options.corpora, options.out, options.threads)
    except (OSError, KeyError, TypeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
