-- How large the text is that a version learned from: the artist's text may be replaced by one of a job that then fails.

ALTER TABLE versions ADD COLUMN corpus_bytes INTEGER;

UPDATE versions SET corpus_bytes = (SELECT bytes FROM corpora WHERE corpora.artist_id = versions.artist_id)
WHERE id IN (SELECT singing_version_id FROM artists);
