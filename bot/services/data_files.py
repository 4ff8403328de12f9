"""The files that an operator puts beside the bot: corpora/NAME.txt and models/NAME.safetensors."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.store.artists import name_key


class DataFiles:
    """Finds files by artist, in several folders; a name is compared with what is there, never made into a path."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Look into these folders; the first one that has a corpus of a name wins."""
        self._folders = folders

    def models(self) -> Iterator[Path]:
        """Yield the model files of all folders, those of the first folder last: what comes later takes over."""
        for folder in reversed(self._folders):
            yield from sorted((folder / "models").glob("*.safetensors"))

    def corpus(self, artist: str) -> Path | None:
        """Find the corpus of an artist."""
        for folder in self._folders:
            for path in sorted((folder / "corpora").glob("*.txt")):
                if name_key(path.stem) == name_key(artist):
                    return path
        return None
