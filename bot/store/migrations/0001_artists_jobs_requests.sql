-- Artists with their texts and model versions, the queue of trainings, what was sung, and guilds' choices.
-- Times are UTC in ISO 8601 with microseconds, so that they sort as text. Guild 0 is no guild: in artists,
-- an artist of everyone; in jobs and requests, asked for outside of guilds. NULL would not be unique.

CREATE TABLE artists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,  -- the name as it is compared
    singing_version_id INTEGER REFERENCES versions (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL,
    UNIQUE (guild_id, key)
) STRICT;

CREATE TABLE corpora (
    artist_id INTEGER PRIMARY KEY REFERENCES artists (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    is_upload INTEGER NOT NULL,  -- else it came from a file of the data folder, which stays its source
    stored_at TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    artist_id INTEGER NOT NULL REFERENCES artists (id) ON DELETE CASCADE,
    guild_id INTEGER NOT NULL,
    asked_by INTEGER,
    channel_id INTEGER,
    message_id INTEGER,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    minutes REAL NOT NULL,
    random_seed INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,  -- workers that died or failed on it
    turn INTEGER,  -- when it was last claimed, counted in claims
    lease TEXT,  -- the claim that runs it
    lease_until TEXT,
    progress TEXT,
    outcome TEXT,
    reason TEXT,
    queued_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    announced_at TEXT,
    CHECK ((state = 'running') = (lease IS NOT NULL)),
    CHECK ((state IN ('queued', 'running')) = (ended_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX one_live_job_an_artist ON jobs (artist_id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_of_a_guild ON jobs (guild_id, state);
CREATE INDEX jobs_of_a_person ON jobs (asked_by);

CREATE TABLE versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: loaded models are known by it
    artist_id INTEGER NOT NULL REFERENCES artists (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    job_id INTEGER UNIQUE REFERENCES jobs (id) ON DELETE SET NULL,  -- a job publishes once
    held_back INTEGER NOT NULL,
    weights BLOB NOT NULL,  -- a safetensors file
    curve BLOB,  -- a PNG
    parameters INTEGER NOT NULL,
    corpus_sha256 TEXT,
    bits_per_character REAL,
    rival_bits_per_character REAL,
    characters_seen INTEGER,
    training_seconds REAL,
    published_at TEXT NOT NULL,
    UNIQUE (artist_id, number)
) STRICT;

CREATE TABLE model_files (
    sha256 TEXT PRIMARY KEY,  -- of a file's content: each is taken in once
    taken_in_at TEXT NOT NULL
) STRICT;

CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER,
    artist TEXT NOT NULL,
    seed TEXT NOT NULL,
    text TEXT NOT NULL,
    lines INTEGER NOT NULL,
    temperature REAL NOT NULL,
    rhyme TEXT NOT NULL,
    private INTEGER NOT NULL,
    random_seed INTEGER NOT NULL,
    seconds REAL NOT NULL,
    asked_at TEXT NOT NULL
) STRICT;

CREATE INDEX requests_of_a_person ON requests (user_id, guild_id, id);
CREATE INDEX requests_by_age ON requests (asked_at);

CREATE TABLE guilds (
    id INTEGER PRIMARY KEY,
    default_artist TEXT,
    language_filter INTEGER NOT NULL,
    channel_id INTEGER
) STRICT;

CREATE TABLE registrations (
    scope INTEGER PRIMARY KEY,  -- a guild, or 0 for the global commands
    digest TEXT NOT NULL
) STRICT;
