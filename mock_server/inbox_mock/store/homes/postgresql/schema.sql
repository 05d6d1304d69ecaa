-- Where sandboxes live in PostgreSQL. A sandbox's own tables are inside of its pages: those of its SQLite database.

CREATE TABLE inbox_mock.format (version integer NOT NULL);
INSERT INTO inbox_mock.format VALUES (1);

-- Who writes to a sandbox holds the lock of its row. Generation and version begin with the number, which leaves room for changes, so that
-- they are greater than those of an earlier sandbox of the same id. `pages`: of how many it consists.
CREATE TABLE inbox_mock.sandboxes (
  id text COLLATE "C" PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 1000000) UNIQUE,
  generation bigint NOT NULL, version bigint NOT NULL, pages integer NOT NULL,
  clock text NOT NULL, due double precision, entry bigint NOT NULL, described bigint NOT NULL, description text NOT NULL,
  start bytea, recipe bytea) WITH (fillfactor = 50, toast_tuple_target = 128);
CREATE INDEX sandboxes_due ON inbox_mock.sandboxes (due) WHERE due IS NOT NULL;
CREATE INDEX sandboxes_start ON inbox_mock.sandboxes (start) WHERE start IS NOT NULL;

-- `sought` is what a search by name looks at.
CREATE TABLE inbox_mock.labels (
  sandbox text COLLATE "C" PRIMARY KEY, name text, note text, owner text, ttl double precision, created_at double precision NOT NULL,
  used_at double precision NOT NULL, sought text NOT NULL);
CREATE INDEX labels_expiring ON inbox_mock.labels ((used_at + ttl)) WHERE ttl IS NOT NULL;

-- Each page as the last change left it, with the version that this change made. A page that is missing is that of the image from which
-- the sandbox starts.
CREATE TABLE inbox_mock.pages (
  sandbox text COLLATE "C" NOT NULL, number integer NOT NULL, version bigint NOT NULL, bytes bytea NOT NULL,
  PRIMARY KEY (sandbox, number));
ALTER TABLE inbox_mock.pages ALTER bytes SET STORAGE PLAIN;
CREATE INDEX pages_changed ON inbox_mock.pages (sandbox, version);

-- Images by their hash, in parts: those that sandboxes start from, and snapshots.
CREATE TABLE inbox_mock.images (hash bytea NOT NULL, part integer NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (hash, part));
CREATE TABLE inbox_mock.snapshots (
  sandbox text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, number bigint GENERATED ALWAYS AS IDENTITY, at text NOT NULL,
  size bigint NOT NULL, image bytea NOT NULL, PRIMARY KEY (sandbox, name));
CREATE INDEX snapshots_image ON inbox_mock.snapshots (image);

-- Who advances a sandbox holds the lock of its row here.
CREATE TABLE inbox_mock.claims (sandbox text COLLATE "C" PRIMARY KEY);
