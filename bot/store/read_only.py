"""Opens a database file without changing anything about it."""

import sqlite3
from pathlib import Path
from urllib.parse import quote


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database that must exist; the caller closes it.

    Raises:
        sqlite3.Error: if there is no such file, or it cannot be opened.
    """
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
