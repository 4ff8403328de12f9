"""What a model file says about its artist and about its training, as types.

Both are written as JSON into the file's metadata. A file may come from anywhere and from any earlier version, so
`from_json` checks every value once: what is missing or of the wrong type is None or empty, unknown keys are ignored.
Nothing that runs the network depends on either.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal

Stopped = Literal["early", "minutes", "epochs"]
STOPPED: tuple[Stopped, ...] = ("early", "minutes", "epochs")

_LONGEST_CURVE = 10_000
_STORED_AS = {"baseline_bits_per_character": "rival_bits_per_character", "sample_lines": "taste"}
"""Fields that keep an older name in files, in the bot's database and in the commands' JSON."""


def stored_name(field_name: str) -> str:
    """The name by which a field is stored."""
    return _STORED_AS.get(field_name, field_name)


@dataclass(frozen=True)
class CurvePoint:
    """One evaluation on held-out songs: what the training curve is drawn from."""

    characters: int
    """Characters seen until then."""
    seconds: float
    train_bits_per_character: float
    """Mean since the evaluation before."""
    validation_bits_per_character: float


@dataclass(frozen=True)
class StartTrial:
    """A short training from the base and one from scratch, compared to choose what to start from."""

    characters: int
    """Read by each."""
    base_bits_per_character: float
    """On the held-out songs, after it."""
    scratch_bits_per_character: float
    seconds: float
    """Of both together."""


@dataclass(frozen=True)
class TrainingRecord:
    """How a model came about. None where it is not known."""

    artist: str | None = None
    """None for a base model, which belongs to no artist."""
    date: str | None = None
    """When the training ended: ISO 8601, UTC."""
    corpus_sha256: str | None = None
    """Of the clean text, in UTF-8."""
    corpus_characters: int | None = None
    held_out_characters: int | None = None
    """Of all songs that were held out."""
    measured_characters: int | None = None
    """Of the held-out songs that the figures are measured on."""
    left_out_characters: int | None = None
    """Of the corpus, that were neither learned nor held out, because the time limit was too short to read them."""
    songs: int | None = None
    """Songs of the corpus, or pieces where it has no song boundaries."""
    near_copies_set_aside: int | None = None
    """Held-out songs that were not measured because training had most of their text."""
    start: str | None = None
    """``base``, ``scratch``, or the file that the training started from."""
    start_reason: str | None = None
    """Why, in one sentence."""
    start_trial: StartTrial | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the training loop; for a base, its recipe."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """SHA-256 of each file that a base was trained on."""
    minutes: float | None = None
    """The longest that the training was allowed to take; None also where there was no such limit."""
    threads: int | None = None
    products: str | None = None
    """Layout of the matrix products (`lstm.network.gemm`)."""
    characters_seen: int | None = None
    epochs: float | None = None
    seconds: float | None = None
    characters_per_second: float | None = None
    train_bits_per_character: float | None = None
    validation_bits_per_character: float | None = None
    baseline_bits_per_character: float | None = None
    """Of the Kneser-Ney n-gram, learned from the same songs and measured on the same held-out ones."""
    stopped: Stopped | None = None
    verdict: str | None = None
    """Whether the model is good, in a few plain sentences."""
    curve: tuple[CurvePoint, ...] = ()

    @property
    def ended_at(self) -> datetime | None:
        """The date as a time in UTC; None if it is missing or no date."""
        try:
            ended = datetime.fromisoformat(self.date or "")
            return (ended if ended.tzinfo is not None else ended.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def beats_baseline(self) -> bool | None:
        """Whether the model predicts the held-out songs better than the n-gram; None if either figure is missing."""
        ours, baseline = self.validation_bits_per_character, self.baseline_bits_per_character
        return None if ours is None or baseline is None else ours < baseline

    @property
    def share_read(self) -> float:
        """The share of the corpus that was not left out."""
        read, left_out = self.corpus_characters or 0, self.left_out_characters or 0
        return read / (read + left_out) if read else 1.0

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, without what is not known."""
        return {
            stored_name(name): value
            for name, value in asdict(self).items()
            if value is not None and value != {} and value != ()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TrainingRecord":
        """The record in a model file, without what is missing or of the wrong type."""
        stopped = data.get("stopped")
        return cls(
            artist=_text(data.get("artist")),
            date=_text(data.get("date")),
            corpus_sha256=_text(data.get("corpus_sha256")),
            corpus_characters=_count(data.get("corpus_characters")),
            held_out_characters=_count(data.get("held_out_characters")),
            measured_characters=_count(data.get("measured_characters")),
            left_out_characters=_count(data.get("left_out_characters")),
            songs=_count(data.get("songs")),
            near_copies_set_aside=_count(data.get("near_copies_set_aside")),
            start=_text(data.get("start")),
            start_reason=_text(data.get("start_reason")),
            products=_text(data.get("products")),
            minutes=_number(data.get("minutes")),
            threads=_count(data.get("threads")),
            characters_seen=_count(data.get("characters_seen")),
            epochs=_number(data.get("epochs")),
            seconds=_number(data.get("seconds")),
            characters_per_second=_number(data.get("characters_per_second")),
            train_bits_per_character=_number(data.get("train_bits_per_character")),
            validation_bits_per_character=_number(data.get("validation_bits_per_character")),
            baseline_bits_per_character=_number(data.get(stored_name("baseline_bits_per_character"))),
            verdict=_text(data.get("verdict")),
            start_trial=_trial(data.get("start_trial")),
            settings=_object(data.get("settings")),
            data=_object(data.get("data")),
            stopped=next((known for known in STOPPED if known == stopped), None),
            curve=_curve(data.get("curve")),
        )


@dataclass(frozen=True)
class ArtistProfile:
    """What is known of the artist beside the weights."""

    alphabet: str | None = None
    """The characters of the artist's own corpus, which alone may be sung; None if any may."""
    style: Mapping[str, Any] | None = None
    """What `lstm.song.style.Style` has stored; it is checked where it is read."""
    sample_lines: str | None = None
    """A few lines that it wrote, to help choose an artist."""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, without what is not known."""
        return {
            stored_name(each.name): value for each in fields(self) if (value := getattr(self, each.name)) is not None
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ArtistProfile":
        """The profile in a model file, without what is missing or of the wrong type."""
        style = data.get("style")
        style = style if isinstance(style, dict) else None
        return cls(_text(data.get("alphabet")), style, _text(data.get(stored_name("sample_lines"))))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None or number < 0 else int(number)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _trial(value: object) -> StartTrial | None:
    if not isinstance(value, dict):
        return None
    numbers = {each.name: _number(value.get(each.name)) for each in fields(StartTrial)}
    if any(number is None for number in numbers.values()):
        return None
    characters, base, scratch, seconds = (number or 0.0 for number in numbers.values())
    return StartTrial(int(characters), base, scratch, seconds)


def _curve(value: object) -> tuple[CurvePoint, ...]:
    points = []
    for point in value[:_LONGEST_CURVE] if isinstance(value, list | tuple) else ():
        numbers = [_number(point.get(each.name)) for each in fields(CurvePoint)] if isinstance(point, dict) else [None]
        if all(number is not None for number in numbers):
            characters, seconds, train, validation = (number or 0.0 for number in numbers)
            points.append(CurvePoint(int(characters), seconds, train, validation))
    return tuple(points)
