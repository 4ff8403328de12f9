"""Files next to the bot: corpora/NAME.txt and models/NAME.safetensors, the operator's own and shipped ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.store.artists import name_key
from lstm.shipped import ARTISTS, CHECKOUT_DATA


@dataclass(frozen=True)
class DataFolder:
    """A folder with `corpora/` and `models/`."""

    path: Path
    source: str
    """`own` for the operator's data folder, `shipped` for what comes with the bot."""
    artists: frozenset[str] | None = None
    """Only files of these artists count; None: all. In a checkout, shipped files are mixed with those trained there."""
    without: frozenset[str] = frozenset()
    """Files of these artists are ignored."""

    def __post_init__(self) -> None:
        assert self.source in ("own", "shipped")

    def files(self, kind: str, pattern: str) -> Iterator[Path]:
        """Yield the files of a kind (`corpora` or `models`) in order of name."""
        for path in sorted((self.path / kind).glob(pattern)):
            if path.stem not in self.without and (self.artists is None or path.stem in self.artists):
                yield path


_PACKAGE = Path(__file__).parents[1]
SHIPPED = DataFolder(
    _PACKAGE / "shipped" if (_PACKAGE / "shipped").is_dir() else CHECKOUT_DATA,
    "shipped",
    artists=frozenset(ARTISTS),
)
"""The artists that come with the bot: package data if it is installed, else the checkout's own data folder, whose other
artists are the operator's and not meant for a bot with another data folder."""


def own_folder(data_dir: Path, shipped: DataFolder = SHIPPED) -> DataFolder:
    """Return the operator's folder, without the shipped artists if it contains them."""
    is_shipped_there = data_dir.resolve() == shipped.path.resolve() and shipped.artists is not None
    return DataFolder(data_dir, "own", without=shipped.artists or frozenset() if is_shipped_there else frozenset())


class DataFiles:
    """Finds files by artist in several folders; names are compared with existing files, never turned into paths."""

    def __init__(self, folders: Sequence[DataFolder]) -> None:
        """Search these folders; the first one that has a corpus of that name wins."""
        self._folders = folders

    def models(self) -> Iterator[tuple[DataFolder, Path]]:
        """Yield the model files of all folders, those of the first folder last, because later ones take over."""
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
