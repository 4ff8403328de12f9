"""A model ready to sing: the packed weights, and what is known of its artist."""

from __future__ import annotations

from functools import cached_property

from lstm.decoding.weights import Voice
from lstm.model.model_file import Model, ModelFileError
from lstm.song.style import Style


class Singer:
    """A voice and the artist that it belongs to. Shared by all songs of a model."""

    def __init__(self, model: Model) -> None:
        self.voice = Voice(model)
        self.training = model.training
        self._stored_style = model.profile.style

    @cached_property
    def style(self) -> Style:
        """The artist's style; an empty one if the model has none.

        Raises:
            ModelFileError: the stored style is damaged.
        """
        if self._stored_style is None:
            return Style.of("")
        try:
            return Style.from_json(self._stored_style)
        except ValueError as error:
            raise ModelFileError(f"The model's style of its artist is damaged: {error}.") from None

    @property
    def nbytes(self) -> int:
        """Bytes of the weights in memory."""
        return self.voice.nbytes
