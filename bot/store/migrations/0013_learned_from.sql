-- How large the text is that a version learned from: the artist's text may be replaced by one of a job that then fails.
-- Of versions published before, it is known if they learned from the present text. Both hashes are of cleaned text.

ALTER TABLE versions ADD COLUMN corpus_bytes INTEGER;

UPDATE versions SET corpus_bytes = (
    SELECT bytes FROM corpora
    WHERE corpora.artist_id = versions.artist_id AND corpora.sha256 = versions.corpus_sha256
);
