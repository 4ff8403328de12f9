-- Guilds that the bot has left while it holds data of theirs, and since when: the data is deleted some days later.

CREATE TABLE left_guilds (
    guild_id INTEGER PRIMARY KEY,
    left_at TEXT NOT NULL
) STRICT;
