-- The text that an artist had before the one that a live job trains on: it comes back if that job fails or is cancelled.
-- The columns are those of corpora, in the same order.

CREATE TABLE former_corpora (
    artist_id INTEGER PRIMARY KEY REFERENCES artists (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    is_upload INTEGER NOT NULL,
    stored_at TEXT NOT NULL,
    report TEXT
) STRICT;
