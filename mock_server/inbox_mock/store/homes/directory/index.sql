-- What is known of the sandboxes of a directory without opening them.

-- How often a process has opened the directory.
CREATE TABLE server (starts INTEGER NOT NULL);
INSERT INTO server VALUES (0);
CREATE TABLE sandboxes (
  number INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order in which they were made
  id TEXT NOT NULL UNIQUE,
  searched TEXT NOT NULL, -- its name and id, in small letters
  name TEXT, note TEXT, owner TEXT, ttl REAL, created_at REAL NOT NULL, used_at REAL NOT NULL,
  clock TEXT NOT NULL, description TEXT NOT NULL, -- JSON
  described INTEGER NOT NULL, due REAL, entry INTEGER NOT NULL, size INTEGER NOT NULL,
  start TEXT NOT NULL, recipe INTEGER NOT NULL -- the hash of what it goes back to: an image, or a recipe
);
CREATE INDEX sandboxes_due ON sandboxes (due) WHERE due IS NOT NULL;
CREATE INDEX sandboxes_expiring ON sandboxes (used_at + ttl) WHERE ttl IS NOT NULL;
CREATE INDEX sandboxes_sizes ON sandboxes (size);
CREATE INDEX sandboxes_starts ON sandboxes (start);
CREATE TABLE snapshots (
  number INTEGER PRIMARY KEY AUTOINCREMENT, sandbox_id TEXT NOT NULL REFERENCES sandboxes (id) ON DELETE CASCADE,
  name TEXT NOT NULL, at TEXT NOT NULL, size INTEGER NOT NULL,
  image TEXT NOT NULL, -- its hash
  UNIQUE (sandbox_id, name));
CREATE INDEX snapshots_images ON snapshots (image);
