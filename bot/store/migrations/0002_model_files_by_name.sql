-- A model file is known by its name, not by its content alone: a copy under another name is another artist, and one
-- that was forgotten may come back. A stored outcome has new fields (why a version was held back, a taste of it).

ALTER TABLE model_files RENAME TO earlier_model_files;  -- by content; their names were not kept

CREATE TABLE model_files (
    source TEXT NOT NULL CHECK (source IN ('own', 'shipped')),  -- the data folder, or the bot's own package
    name TEXT NOT NULL,  -- of the file
    sha256 TEXT NOT NULL,
    modified_ns INTEGER NOT NULL,
    artist_id INTEGER REFERENCES artists (id) ON DELETE SET NULL,  -- NULL: the artist was forgotten
    taken_in_at TEXT NOT NULL,
    PRIMARY KEY (source, name)
) STRICT;
