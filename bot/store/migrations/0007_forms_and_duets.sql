-- The form of a song, and the second artist of one that two sing by turns.

ALTER TABLE requests ADD COLUMN form TEXT NOT NULL DEFAULT 'free';
ALTER TABLE requests ADD COLUMN partner TEXT;
