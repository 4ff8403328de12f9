"""A model ready to sing: the packed weights, and what is known of its artist."""

from dataclasses import dataclass

from lstm.arrays import FloatArray
from lstm.decoding.weights import Voice
from lstm.model.adapted import Adapted
from lstm.model.model_file import Model, ModelFileError
from lstm.rhyme.pronunciation import shipped_dictionary
from lstm.song.frequencies import Frequencies, log_frequencies_of
from lstm.song.reader import reader_of
from lstm.song.style import Style
from lstm.song.theme import common_rhymes

FEW_TEMPERATURES = 16
"""How many tilts a singer keeps."""


@dataclass(frozen=True)
class Tilt:
    """What a singer adds to logits for `Frequencies.tilt`."""

    added: FloatArray | float
    """The tilt alone, (V,); 0 without frequencies."""
    sung: FloatArray
    """With `Voice.sung_bias`, (V,)."""


class Singer:
    """A voice and the artist that it belongs to. Shared by all songs of a model, and never changed."""

    def __init__(self, model: Model) -> None:
        """Make everything ready that songs need, so that none of it is left to the thread that composes them.

        Raises:
            ModelFileError: the model's style of its artist is damaged.
        """
        self.voice = Voice(model)
        self.training = model.training
        self.style = _style(model)
        base = model.weights.base.sha256 if isinstance(model.weights, Adapted) else model.sha256
        self.reader = reader_of(base) if base else None
        """Of lines, if one was taught on this model's base."""
        self.frequencies = (
            Frequencies(log_frequencies_of(self.voice), self.voice.vocabulary) if self.voice.reads_subwords else None
        )
        """How frequent the artist's units are; None for a voice that reads characters."""
        self._tilts: dict[tuple[float, float], Tilt] = {}
        if self.style.rhymes.rhymes.is_english:
            shipped_dictionary()
            if self.voice.reads_subwords:
                common_rhymes()

    def tilt(self, share: float, temperature: float) -> Tilt:
        """How lines are tilted at a temperature; the same object for the same arguments, as long as these are few."""
        if (tilt := self._tilts.get((share, temperature))) is None:
            if len(self._tilts) >= FEW_TEMPERATURES:
                self._tilts.clear()
            added = 0.0 if self.frequencies is None else self.frequencies.tilt(share, temperature)
            self._tilts[share, temperature] = tilt = Tilt(added, self.voice.sung_bias + added)
        return tilt

    @property
    def nbytes(self) -> int:
        """Bytes of the weights and the style in memory."""
        return self.voice.nbytes + self.style.nbytes


def _style(model: Model) -> Style:
    """The artist's style; an empty one if the model has none."""
    stored = model.profile.style
    if stored is None:
        return Style.of("")
    try:
        return Style.from_json(stored)
    except ValueError as error:
        raise ModelFileError(f"The model's style of its artist is damaged: {error}.") from None
