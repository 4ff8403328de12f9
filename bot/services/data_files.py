"""The files beside the bot: corpora/NAME.txt and models/NAME.safetensors, an operator's own and the shipped ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.store.artists import name_key


@dataclass(frozen=True)
class DataFolder:
    """A folder with `corpora/` and `models/`."""

    path: Path
    source: str
    """`own` for the operator's data folder, `shipped` for what comes with the bot."""
    artists: frozenset[str] | None = None
    """Only files of these artists count; None: all. In a checkout, shipped files lie beside what was trained there."""
    without: frozenset[str] = frozenset()
    """Files of these artists do not count."""

    def __post_init__(self) -> None:
        assert self.source in ("own", "shipped")

    def files(self, kind: str, pattern: str) -> Iterator[Path]:
        """Yield the files of a kind (`corpora` or `models`), by name."""
        for path in sorted((self.path / kind).glob(pattern)):
            if path.stem not in self.without and (self.artists is None or path.stem in self.artists):
                yield path


class DataFiles:
    """Finds files by artist, in several folders; a name is compared with what is there, never made into a path."""

    def __init__(self, folders: Sequence[DataFolder]) -> None:
        """Look into these folders; the first one that has a corpus of a name wins."""
        self._folders = folders

    def models(self) -> Iterator[tuple[DataFolder, Path]]:
        """Yield the model files of all folders, those of the first folder last: what comes later takes over."""
        for folder in reversed(self._folders):
            for path in folder.files("models", "*.safetensors"):
                yield folder, path

    def corpus(self, artist: str) -> Path | None:
        """Find the corpus of an artist."""
        for folder in self._folders:
            for path in folder.files("corpora", "*.txt"):
                if name_key(path.stem) == name_key(artist):
                    return path
        return None
