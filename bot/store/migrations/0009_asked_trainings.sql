-- When trainings were asked for, of the last day: jobs go with their artist, and must count all the same.

CREATE TABLE asked_trainings (
    guild_id INTEGER NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;

CREATE INDEX asked_trainings_of_a_guild ON asked_trainings (guild_id, asked_at);
