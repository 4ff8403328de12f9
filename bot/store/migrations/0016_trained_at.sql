-- When a version was trained, as its model says: one that comes with the bot was trained long before it is published at
-- the first start. Of versions published before, it is known of those that a job of this bot trained.

ALTER TABLE versions ADD COLUMN trained_at TEXT;

UPDATE versions SET trained_at = published_at WHERE job_id IS NOT NULL;
