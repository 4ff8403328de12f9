-- Songs that a message shows as being sung, so that a start after a crash can mend the message.

CREATE TABLE unfinished_songs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,  -- 0 outside of guilds
    channel_id INTEGER,
    message_id INTEGER,
    token TEXT,  -- of the interaction, by which the message can be edited for 15 minutes; NULL once it is mended
    artist TEXT NOT NULL,
    wish TEXT NOT NULL,  -- what was asked for, as JSON
    began_at TEXT NOT NULL
) STRICT;

CREATE INDEX unfinished_songs_of_a_person ON unfinished_songs (user_id);
