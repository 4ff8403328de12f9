-- What was understood of a corpus when it was read, as JSON: for people, and the kinds of its stanzas.

ALTER TABLE corpora ADD COLUMN report TEXT;
