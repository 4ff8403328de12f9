"""What is fuzzed: everything that reads data from outside. A target makes an input and gives it to the real code.

It may refuse the input by the one error that its caller expects; any other error is a finding, and so is an input that
takes longer than `SECONDS`.
"""

import dataclasses
import itertools
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bot.console.command_line import parse
from bot.discord_app import markdown
from bot.discord_app.running import BUTTONS
from bot.services import SONG_FORMS, Refusal, SongRequest
from bot.services.data_files import SHIPPED
from bot.services.names import check_distinct, check_name
from bot.services.song_request import check_request
from bot.settings import Settings, SettingsError, read_settings
from bot.store.artists import name_key
from lstm.model.model_file import ModelFileError, load_model
from lstm.network.parameters import Shape, initial_parameters
from lstm.rhyme.schemes import RHYMES, SCHEMES
from lstm.song.composing import Composition, SongSettings, compose, drive
from lstm.song.singer import Singer
from lstm.song.style import Style
from lstm.text.confusables import skeleton
from lstm.text.errors import CorpusError
from lstm.text.language_filter import LanguageFilter
from lstm.text.seed import clean_seed
from lstm.text.understanding import understand
from lstm.text.vocabulary import Vocabulary
from lstm.training.loop import LoopSettings, TrainingLoop
from tests.bot import samples
from tests.fuzz import inputs

SECONDS = 2.0
"""The longest that one input may take, on a machine that does other things too."""


@dataclass(frozen=True)
class Target:
    """Something to be fuzzed."""

    name: str
    check: Callable[[random.Random], object]
    """Makes one input and tries it."""
    least: int
    """How many inputs have to be tried before one may say that it was."""
    share: float = 1.0
    """Of the time that all targets get."""
    seconds: float = SECONDS
    """The longest that one input may take."""


@cache
def corpora() -> tuple[bytes, ...]:
    """Corpora in several dresses, to be mutated."""
    plain = samples.corpus(6)
    page = "12 Contributors\nSong Lyrics\n[Verse 1]\n" + plain.replace("\n\n\n", "\n\n[Chorus]\n") + "\nEmbed"
    timed = "\n".join(f"[00:{n % 60:02}.00]{line}" for n, line in enumerate(plain.splitlines()))
    subtitled = "\n\n".join(
        f"{n}\n00:00:{n % 60:02},000 --> 00:00:{n % 60:02},900\n{line}" for n, line in enumerate(plain.split("\n"), 1)
    )
    table = "title,artist,lyrics\n" + "\n".join(f'{n},a,"{song}"' for n, song in enumerate(plain.split("\n\n\n")))
    listed = json.dumps([{"title": "a", "lyrics": song} for song in plain.split("\n\n\n")])
    marked = "<html><body>" + "".join(f"<p>{line}<br></p>" for line in plain.split("\n")) + "</body></html>"
    chords = "\n".join(f"Am      G     C\n{line}" for line in plain.split("\n"))
    texts = (plain, page, timed, subtitled, table, listed, marked, chords)
    return (*(each.encode() for each in texts), plain.encode("utf-16"), page.encode("cp1252"))


def corpus(rng: random.Random) -> None:
    data = (
        inputs.text(rng, 3_000).encode("utf-8", "surrogatepass")
        if rng.random() < 0.2
        else inputs.mutated(rng, rng.choice(corpora()), corpora())
    )
    try_corpus(data)


def try_corpus(data: bytes) -> None:
    try:
        understood = understand(data)
    except CorpusError as error:
        _is_a_sentence(str(error))
        return
    text = understood.text
    text.encode()
    _is_a_sentence(understood.summary.sentence())
    assert "\r" not in text
    assert "\x00" not in text


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary.of(samples.corpus(4)).with_subwords(samples.corpus(4), 120)


def seed(rng: random.Random) -> None:
    typed = inputs.text(rng, 220)
    try:
        check_request(SongRequest(typed, lines=rng.choice((2, 12, 40)), rhyme=inputs.text(rng, 5) or "none"))
    except Refusal as error:
        _is_a_sentence(str(error))
    cleaned = clean_seed(inputs.without_halves(typed))
    vocabulary = _vocabulary()
    folded = vocabulary.fold(cleaned)
    assert vocabulary.decode(vocabulary.encode(folded)) == folded


def name(rng: random.Random) -> None:
    typed = inputs.text(rng, 45)
    try:
        checked = check_name(typed)
    except Refusal as error:
        _is_a_sentence(str(error))
        return
    assert 1 <= len(checked) <= 40
    assert checked.isprintable()
    assert not set(checked) & set("/\\\0")
    assert check_name(checked) == checked
    assert name_key(checked) == name_key(f" {checked} ")
    assert skeleton(skeleton(checked)) == skeleton(checked)
    check_distinct(checked, [checked])


def console_line(rng: random.Random) -> None:
    line = inputs.text(rng, 200)
    if not line.strip():
        return
    if rng.random() < 0.6:
        line = f"/{rng.choice(('lyrics', 'train', 'cancel', 'mydata', 'settings', 'artist', 'history'))} {line}"
    try:
        command = parse(line)
        for option in command.options:
            for read in (command.whole_number, command.number, command.switch, command.text):
                try:
                    read(option)
                except Refusal as error:
                    _is_a_sentence(str(error))
    except Refusal as error:
        _is_a_sentence(str(error))


def settings(rng: random.Random) -> None:
    names = [field.metadata["variable"].name for field in dataclasses.fields(Settings)]
    environment = {rng.choice(names): inputs.text(rng, 60).replace("\0", "") for _ in range(rng.randrange(1, 4))}
    try:
        read_settings(environment, Path("no-such.env"))
    except SettingsError as error:
        _is_a_sentence(str(error))
        token = environment.get("DISCORD_TOKEN", "").strip()
        others = [value for name, value in environment.items() if name != "DISCORD_TOKEN"]
        assert len(token) < 12 or any(token in value for value in others) or token not in str(error)


def component_id(rng: random.Random) -> None:
    prefix = rng.choice(
        ("song:again:", "song:delete:", "artist:forget:id:", "artist:sing:", "job:use:", "", "history:")
    )
    number = str(rng.choice((0, 1, 2**63 - 1, 2**63, 10**19, rng.getrandbits(64))))
    custom_id = prefix + rng.choice((number, f"{number}:{number}", inputs.text(rng, 60)))
    for button in BUTTONS:
        match = button.__discord_ui_compiled_template__.fullmatch(custom_id)
        if match is None:
            continue
        made = button.recognise(match)
        assert all(not isinstance(value, int) or value < 2**63 for value in vars(made).values())


def markup(rng: random.Random) -> None:
    typed = inputs.text(rng, 400)
    shown = markdown.escape(typed)
    assert "@everyone" not in shown.lower()
    assert "@here" not in shown.lower()
    assert not re.search(r"(?<!\\)<[@#:t/]", shown)
    assert len(markdown.one_line(typed, 60)) <= 60
    assert "\n" not in markdown.one_line(typed, 60)
    assert "".join(markdown.split(shown, 50)).replace("\n", "") == shown.replace("\n", "")


@cache
def _filter() -> LanguageFilter:
    return LanguageFilter.load()


def language_filter(rng: random.Random) -> None:
    _filter().matches(inputs.text(rng, 200))


@cache
def models() -> tuple[bytes, ...]:
    """Model files to be mutated: with an artist's style and without."""
    return samples.copying_model(), samples.model(1, validation_bits_per_character=2.0)


def model_file(rng: random.Random) -> None:
    data = rng.choice(models())
    if rng.random() < 0.5:  # most of a file is weights, where little can be wrong: change what describes them
        size = 8 + int.from_bytes(data[:8], "little")
        header = inputs.mutated(rng, data[8:size], models())
        length = len(header) if rng.random() < 0.8 else rng.getrandbits(rng.choice((8, 32, 64)))
        data = length.to_bytes(8, "little") + header + data[size:]
    else:
        data = inputs.mutated(rng, data)
    try_model_file(data)


def try_model_file(data: bytes) -> None:
    with np.errstate(all="ignore"):
        try:
            singer = Singer(load_model(data))
        except ModelFileError as error:
            _is_a_sentence(str(error))
            return
        sung = "".join(itertools.islice(compose(singer, "a", SongSettings(lines=2, random_seed=1)), 40))
        sung.encode()


@cache
def _ids() -> tuple[Vocabulary, np.ndarray, np.ndarray]:
    vocabulary = Vocabulary.of(samples.corpus(3))
    return vocabulary, vocabulary.encode(samples.corpus(3)), vocabulary.encode(samples.corpus(1))


def _loop() -> TrainingLoop:
    vocabulary, training, held_out = _ids()
    parameters = initial_parameters(Shape(len(vocabulary), 4, 6, 1), np.random.default_rng(1))
    return TrainingLoop(
        parameters, training, held_out, LoopSettings(batch=2, unroll=8), 4_000, itertools.count().__next__
    )


@cache
def _checkpoint() -> bytes:
    loop = _loop()
    for _ in itertools.islice(loop.run(), 3):
        pass
    return loop.checkpoint({"note": "x"})


def checkpoint(rng: random.Random) -> None:
    data = _checkpoint()
    size = 8 + int.from_bytes(data[:8], "little")
    if rng.random() < 0.7:
        header = inputs.mutated(rng, data[8:size])
        data = len(header).to_bytes(8, "little") + header + data[size:]
    else:
        data = inputs.mutated(rng, data)
    try_checkpoint(data)


def try_checkpoint(data: bytes) -> None:
    loop = _loop()
    with np.errstate(all="ignore"):
        try:
            loop.restore(data)
        except (ModelFileError, ValueError) as error:
            _is_a_sentence(str(error), may_be_bare=True)
            return
        for _ in itertools.islice(loop.run(), 2):
            pass


@cache
def _style() -> dict[str, object]:
    return Style.of(samples.corpus(5)).to_json()


def style(rng: random.Random) -> None:
    data = dict(_style())
    for key in rng.sample(sorted(data), rng.randrange(1, 3)):
        value = data[key]
        if isinstance(value, str) and rng.random() < 0.7:
            data[key] = inputs.mutated(rng, value.encode()).decode("utf-8", "replace")
        else:
            data[key] = rng.choice(
                (None, [], {}, "", 0, -1, 1e308, float("nan"), [1, 2, 3], data[rng.choice(sorted(data))])
            )
    try:
        made = Style.from_json(data)
    except ValueError:
        return
    made.index.longest_run("I walk the harbour when")
    made.index.is_whole_line("I walk the harbour when the lights are low")
    made.rhymes.rhyming_with("low")
    assert made.nbytes > 0


@cache
def _singers() -> tuple[Singer, ...]:
    return tuple(Singer(load_model(data)) for data in models())


def whole_song(rng: random.Random) -> None:
    typed = inputs.text(rng, 200)
    settings = SongSettings(
        lines=rng.choice((2, 3, 5)),
        temperature=rng.choice((0.1, 0.8, 1.5)),
        rhyme=rng.choice(tuple(SCHEMES)),
        random_seed=rng.getrandbits(31),
    )
    try:
        check_request(SongRequest(typed))
    except Refusal:
        return
    song = "".join(compose(rng.choice(_singers()), typed, settings))
    assert song.startswith(typed)
    song.encode()
    markdown.escape(song)


@cache
def _artists() -> tuple[Singer, ...]:
    """Two that come with the bot: they plan lines, which the small models cannot."""
    return tuple(
        Singer(load_model((SHIPPED.path / "models" / f"{name}.safetensors").read_bytes()))
        for name in ("harbour-lights", "corner-store-kid")
    )


def artist_song(rng: random.Random) -> None:
    typed = inputs.text(rng, 200)
    try:
        check_request(SongRequest(typed))
    except Refusal:
        return
    singer, partner = rng.sample(_artists(), 2)
    settings = SongSettings(
        lines=rng.choice((2, 4, 9)),
        temperature=rng.choice((0.1, 0.8, 1.5)),
        rhyme=rng.choice(RHYMES),
        form=rng.choice(SONG_FORMS),
        random_seed=rng.getrandbits(31),
    )
    is_filtered = rng.choice((None, _filter().matches, lambda line: "e" in line))
    composition = Composition(singer, typed, settings, is_filtered, rng.choice((None, partner)))
    song = "".join(drive(composition))
    assert song.startswith(typed)
    song.encode()
    composition.report()


def _is_a_sentence(said: str, *, may_be_bare: bool = False) -> None:
    assert said
    assert "\n" not in said, repr(said[:200])
    assert len(said) < 2_000, repr(said[:200])
    assert "Traceback" not in said
    said.encode("utf-8", "strict" if may_be_bare else "replace")


TARGETS = (
    Target("corpora", corpus, 20_000, 3.0),
    Target("model files", model_file, 20_000, 3.0),
    Target("checkpoints", checkpoint, 20_000, 2.0),
    Target("styles", style, 5_000),
    Target("seeds", seed, 20_000, 1.5),
    Target("names", name, 20_000),
    Target("console lines", console_line, 20_000, 2.0),
    Target("settings", settings, 20_000),
    Target("component ids", component_id, 20_000, 2.0),
    Target("markdown", markup, 20_000),
    Target("language filter", language_filter, 20_000),
    Target("whole songs", whole_song, 500, 2.0),
    Target("artists' songs", artist_song, 15, 2.0, seconds=60.0),
)
