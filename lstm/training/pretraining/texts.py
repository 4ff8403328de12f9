"""The texts of a recipe: read from their files, cut into pieces, and the vocabulary learned from them."""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lstm.text.cleaning import clean
from lstm.text.plans import PLAN_END, planned
from lstm.text.songs import songs_of
from lstm.text.vocabulary import UNKNOWN, Vocabulary
from lstm.training.pretraining.recipe import LOWER, PretrainingRecipe, RecipeError, Source


@dataclass(frozen=True)
class Texts:
    """The texts of one source: songs, pieces of long ones, or passages of prose."""

    training: tuple[str, ...]
    validation: tuple[str, ...]
    are_prose: bool = False
    """Prose is never planned."""


def read_texts(
    recipe: PretrainingRecipe, corpora: Path, wanted: Container[str] | None = None
) -> tuple[dict[str, Texts], dict[str, str]]:
    """The texts of each source that is ``wanted`` (None: of all), and the SHA-256 of each file, by its path.

    Raises:
        RecipeError: a source has no file, a file is not UTF-8, or there is nothing to measure.
    """
    texts: dict[str, Texts] = {}
    hashes: dict[str, str] = {}
    for name, source in recipe.sources.items():
        if wanted is not None and name not in wanted:
            continue
        files = _files(source, corpora)
        if not files:
            raise RecipeError(f"sources.{name}.files: no file in {corpora} matches {', '.join(source.files)}.")
        training: list[str] = []
        validation: list[str] = []
        for path in files:
            data = path.read_bytes()
            hashes[path.relative_to(corpora).as_posix()] = hashlib.sha256(data).hexdigest()
            learned, measured = _of_file(source, path, data, recipe.text_seed)
            training += learned
            validation += measured
        if source.validation_songs:
            _rng(recipe).shuffle(training)
            validation += training[: source.validation_songs]
            del training[: source.validation_songs]
        texts[name] = Texts(tuple(training), tuple(validation), source.passage is not None)
    if not texts[recipe.measured].validation:
        raise RecipeError(f"measured.source: {recipe.measured} has no validation songs.")
    if recipe.lower and (wanted is None or LOWER in wanted):
        texts[LOWER] = Texts(tuple(map(without_capitals, _some(recipe, texts))), ())
    return texts, hashes


def _rng(recipe: PretrainingRecipe) -> random.Random:
    return random.Random(recipe.text_seed)  # noqa: S311


def _files(source: Source, corpora: Path) -> list[Path]:
    found = {path for pattern in source.files for path in corpora.glob(pattern) if path.is_file()}
    return sorted(path for path in found if path.stem not in source.left_out)


def _of_file(source: Source, path: Path, data: bytes, seed: int) -> tuple[list[str], list[str]]:
    """Texts to learn from and to measure on."""
    try:
        songs = songs_of(clean(data.decode("utf-8")))
    except UnicodeDecodeError:
        raise RecipeError(f"{path} is not UTF-8 text.") from None
    songs = songs[: round(len(songs) * (1 - source.left_out_tail.get(path.name, 0.0)))]
    if source.held_out or source.validation:
        random.Random(seed).shuffle(songs)  # noqa: S311
    end = round(len(songs) * (1 - source.held_out))
    cut = round(len(songs) * (1 - source.held_out - source.validation))
    return [piece for song in songs[:cut] for piece in _pieces(source, song)], songs[cut:end]


def _pieces(source: Source, song: str) -> Iterator[str]:
    if source.passage is not None:
        return passages(song, source.passage)
    return iter([song]) if source.longest is None else parts(song, source.longest)


def _some(recipe: PretrainingRecipe, texts: Mapping[str, Texts]) -> list[str]:
    """The songs that are also read in lower case."""
    chosen: list[str] = []
    for name, count in recipe.lower.items():
        songs = list(texts[name].training)
        _rng(recipe).shuffle(songs)
        chosen += songs[:count]
    return chosen


def parts(song: str, longest: int) -> Iterator[str]:
    """A poem in pieces of whole stanzas, of at most ``longest`` lines where its stanzas allow it."""
    stanzas: list[str] = []
    lines = 0
    for stanza in song.split("\n\n"):
        size = stanza.count("\n") + 1
        if stanzas and lines + size > longest:
            yield "\n\n".join(stanzas)
            stanzas, lines = [], 0
        stanzas.append(stanza)
        lines += size
    yield "\n\n".join(stanzas)


def passages(chapter: str, longest: int) -> Iterator[str]:
    """Prose in pieces of whole paragraphs, of at most ``longest`` characters where its paragraphs allow it."""
    paragraphs: list[str] = []
    size = 0
    for paragraph in chapter.split("\n"):
        if paragraphs and size + len(paragraph) > longest:
            yield "\n".join(paragraphs).strip("\n")
            paragraphs, size = [], 0
        paragraphs.append(paragraph)
        size += len(paragraph) + 1
    yield "\n".join(paragraphs).strip("\n")


def without_capitals(song: str) -> str:
    """A song in lower case, without punctuation at line ends."""
    return "\n".join(re.sub(r"[,.;:!?]+$", "", line.lower()) for line in song.split("\n"))


def make_vocabulary(recipe: PretrainingRecipe, texts: Mapping[str, Texts]) -> Vocabulary:
    """Characters, and the subwords of a sample of the texts, in which songs are planned.

    Raises:
        RecipeError: there is no room for subwords beside the characters.
    """
    wanted = recipe.vocabulary
    counts = Counter[str]()
    sample: list[str] = []
    for name, first in wanted.first.items():
        for text in texts[name].training:
            counts.update(text)
        learned = texts[name].training[:first]
        sample += (learned if texts[name].are_prose else [planned(text) for text in learned]) * wanted.times[name]
    frequent = {character for character, count in counts.items() if count >= wanted.minimum_count}
    capitals = {capital for letter in wanted.letters if len(capital := letter.upper()) == 1}
    ascii_signs = set(map(chr, range(33, 127)))
    characters = sorted(frequent | set(wanted.letters) | capitals | ascii_signs | {" ", "\n", PLAN_END})
    if len(characters) >= wanted.units:
        raise RecipeError(f"vocabulary.units: {wanted.units} units cannot hold {len(characters)} characters.")
    return Vocabulary([UNKNOWN, *characters]).with_subwords("\n".join(sample), wanted.units)
