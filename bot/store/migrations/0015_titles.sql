-- How many lines at the top of a song are its title, not sung: a seed in another script or language than the artist's.

ALTER TABLE requests ADD COLUMN title_lines INTEGER NOT NULL DEFAULT 0;
