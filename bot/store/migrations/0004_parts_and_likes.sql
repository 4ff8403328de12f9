-- Songs in parts and takes, the message that shows a song, and who likes it.

ALTER TABLE requests ADD COLUMN message_id INTEGER;  -- the public message that shows it, once that is known
ALTER TABLE requests ADD COLUMN continues INTEGER;  -- the request whose song this one goes on with
ALTER TABLE requests ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
ALTER TABLE requests ADD COLUMN take INTEGER NOT NULL DEFAULT 1;  -- above 1: another song on the same seed
ALTER TABLE requests ADD COLUMN copied_lines INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN rhymes_missed INTEGER NOT NULL DEFAULT 0;

CREATE TABLE likes (
    request_id INTEGER NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    liked_at TEXT NOT NULL,
    PRIMARY KEY (request_id, user_id)
) STRICT;

CREATE INDEX likes_of_a_person ON likes (user_id);
CREATE INDEX likes_by_age ON likes (liked_at);

ALTER TABLE versions ADD COLUMN themes TEXT NOT NULL DEFAULT '';  -- words that its lines often end with
ALTER TABLE versions ADD COLUMN taste TEXT;  -- a few lines that it has sung
