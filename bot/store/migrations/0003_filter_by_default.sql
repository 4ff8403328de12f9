-- Whether a guild wants the language filter is NULL until it says so; the default then depends on the channel.
-- Until now a guild that chose anything else got a "no" that it had not chosen.

CREATE TABLE guilds_new (
    id INTEGER PRIMARY KEY,
    default_artist TEXT,
    language_filter INTEGER,
    channel_id INTEGER
) STRICT;

INSERT INTO guilds_new (id, default_artist, language_filter, channel_id)
SELECT id, default_artist, nullif(language_filter, 0), channel_id FROM guilds;

DROP TABLE guilds;
ALTER TABLE guilds_new RENAME TO guilds;
