/** 'CLAW': tells our buffer from any other SQLite file. */
export const APPLICATION_ID = 0x434c4157;

/**
 * Version 1. Times are epoch ms; offsets and lengths are bytes; `dev` and `ino` are unsigned 64-bit numbers stored in
 * two's complement.
 *
 * `chunk` is the truth. `record`, `message`, `message_text` and the counters that are maintained beside them are derived
 * from it and can be rebuilt.
 */
export const SCHEMA_V1 = `
CREATE TABLE source (
  id       INTEGER PRIMARY KEY,
  layout   TEXT NOT NULL,
  root     TEXT NOT NULL UNIQUE,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  id             INTEGER PRIMARY KEY,
  source_id      INTEGER NOT NULL REFERENCES source(id),
  agent          TEXT NOT NULL,
  native_id      TEXT NOT NULL,
  session_id     TEXT NOT NULL,
  routing_key    TEXT,
  label          TEXT,
  state          TEXT NOT NULL CHECK (state IN ('live','dormant','suspended','reset','superseded',
                                                'orphaned','lost','restoring','restored','archived')),
  state_since    INTEGER NOT NULL,
  deadline_at    INTEGER,
  successor_id   INTEGER REFERENCES session(id),
  first_seen_at  INTEGER NOT NULL,
  last_append_at INTEGER,
  -- Last append (else first sight) in ms * 1024 + a number that makes it unique: lists page by it alone.
  recency        INTEGER NOT NULL UNIQUE,
  bytes          INTEGER NOT NULL DEFAULT 0,
  generations    INTEGER NOT NULL DEFAULT 0,
  -- Derived from here on.
  messages       INTEGER NOT NULL DEFAULT 0,
  only_here      INTEGER NOT NULL DEFAULT 0,
  last_message_at    INTEGER,
  title              TEXT,
  title_message      INTEGER,
  first_user_message INTEGER,
  started_by_command INTEGER NOT NULL DEFAULT 0,
  UNIQUE (source_id, agent, native_id)
) STRICT;
CREATE INDEX session_by_successor ON session (successor_id) WHERE successor_id IS NOT NULL;
CREATE INDEX session_only_here    ON session (recency) WHERE only_here > 0;

-- What the index said of a conversation whose transcript was not there yet.
CREATE TABLE pending_facts (
  source_id   INTEGER NOT NULL REFERENCES source(id),
  agent       TEXT NOT NULL,
  native_id   TEXT NOT NULL,
  session_id  TEXT,
  routing_key TEXT,
  label       TEXT,
  PRIMARY KEY (source_id, agent, native_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
  id               INTEGER PRIMARY KEY,
  source_id        INTEGER NOT NULL REFERENCES source(id),
  agent            TEXT NOT NULL,
  directory        TEXT NOT NULL,
  kind             TEXT NOT NULL CHECK (kind IN ('transcript','sidecar','index','witness')),
  name             TEXT NOT NULL,
  ordinal          INTEGER NOT NULL,
  native_id        TEXT,
  session_row      INTEGER REFERENCES session(id),
  path             TEXT NOT NULL,
  dev              INTEGER NOT NULL,
  ino              INTEGER NOT NULL,
  birthtime_ns     INTEGER NOT NULL,
  mtime_ns         INTEGER NOT NULL,
  head_len         INTEGER NOT NULL DEFAULT 0,
  head_hash        BLOB,
  "offset"         INTEGER NOT NULL DEFAULT 0,
  tail_len         INTEGER NOT NULL DEFAULT 0,
  tail_hash        BLOB,
  opened_at        INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  closed_as        TEXT CHECK (closed_as IN ('truncated','rewritten','replaced','deleted','archived')),
  closed_at        INTEGER,
  size_after       INTEGER,
  archived_because TEXT CHECK (archived_because IN ('reset','deleted','backup')),
  archived_at      INTEGER,
  archive_gone_at  INTEGER,
  on_disk          INTEGER NOT NULL GENERATED ALWAYS AS
                     (kind <> 'witness' AND (closed_as IS NULL OR (closed_as = 'archived' AND archive_gone_at IS NULL))) VIRTUAL,
  sealed_to        INTEGER NOT NULL DEFAULT 0,
  -- Derived from here on: complete lines are indexed up to indexed_to, line ends were looked for up to scanned_to.
  indexed_to         INTEGER NOT NULL DEFAULT 0,
  scanned_to         INTEGER NOT NULL DEFAULT 0,
  messages           INTEGER NOT NULL DEFAULT 0,
  assistant_messages INTEGER NOT NULL DEFAULT 0,
  first_line         TEXT CHECK (first_line IN ('header','other')),
  UNIQUE (source_id, agent, name, kind, ordinal)
) STRICT;
CREATE INDEX generation_by_session ON generation (session_row, ordinal) WHERE session_row IS NOT NULL;
CREATE INDEX generation_by_place   ON generation (source_id, agent, directory);
CREATE INDEX generation_by_update  ON generation (source_id, updated_at);
CREATE INDEX generation_backlog    ON generation (kind, mtime_ns) WHERE kind IN ('transcript','witness') AND scanned_to < "offset";
CREATE INDEX generation_unsealed   ON generation (updated_at) WHERE sealed_to < "offset";

-- Exact bytes, append-only, contiguous: generation.offset = sum of len.
CREATE TABLE chunk (
  generation_id INTEGER NOT NULL REFERENCES generation(id),
  start         INTEGER NOT NULL,
  len           INTEGER NOT NULL CHECK (len > 0),
  codec         INTEGER NOT NULL DEFAULT 0 CHECK (codec IN (0, 1)),
  sha256        BLOB NOT NULL,
  captured_at   INTEGER NOT NULL,
  bytes         BLOB NOT NULL,
  PRIMARY KEY (generation_id, start)
) STRICT;

-- One row per complete line that is a message, in the order of the conversation. A message that stands in several
-- generations, or twice in one, has several rows; the first is the one that is shown.
CREATE TABLE record (
  session_row   INTEGER NOT NULL,
  message_id    INTEGER NOT NULL,
  generation_id INTEGER NOT NULL,
  start         INTEGER NOT NULL,
  len           INTEGER NOT NULL,
  PRIMARY KEY (session_row, message_id, generation_id, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_message ON record (message_id);

-- What makes a message the same one in another generation of its session. Its id tells its time, so that the
-- conversation, and hits of a search, come in the order they were said without sorting.
CREATE TABLE message (
  session_row INTEGER NOT NULL,
  key         BLOB NOT NULL,
  id          INTEGER NOT NULL,
  PRIMARY KEY (session_row, key)
) STRICT, WITHOUT ROWID;

-- Which words a message holds: without their places in the text (detail=none) and without its length (columnsize=0) the
-- index is a third as large.
CREATE VIRTUAL TABLE message_text USING fts5(
  text, content='', columnsize=0, detail=none, tokenize='unicode61 remove_diacritics 2');
-- Words are gathered for a whole transaction of the index before they are written: with the default of 1 MiB, an import
-- would spend its time merging small segments.
INSERT INTO message_text (message_text, rank) VALUES ('hashsize', 16777216);
-- Merge sixteen segments at a time instead of four: words are then written again less often, and a search looks into a few
-- dozen segments at most. A crisis would merge them all in one step, which could hold the loop for seconds.
INSERT INTO message_text (message_text, rank) VALUES ('automerge', 16);
INSERT INTO message_text (message_text, rank) VALUES ('crisismerge', 64);

-- What witnesses saw. Once a message is judged, only one that is unpersisted keeps its text, and has a line in the bytes of
-- its conversation's generation of kind 'witness'.
CREATE TABLE witnessed (
  id            INTEGER PRIMARY KEY,
  source_id     INTEGER NOT NULL REFERENCES source(id),
  witness       TEXT NOT NULL,
  ref           TEXT NOT NULL,
  agent         TEXT NOT NULL,
  native_id     TEXT,
  session_id    TEXT,
  session_key   TEXT,
  run_id        TEXT,
  role          TEXT NOT NULL CHECK (role IN ('user','assistant','tool')),
  phase         TEXT NOT NULL CHECK (phase IN ('partial','final','aborted','error')),
  ends_run      INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  seen_at       INTEGER NOT NULL,
  text          TEXT NOT NULL,
  message       TEXT,
  state         TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','persisted','covered','void','unpersisted')),
  judged_at     INTEGER,
  session_row   INTEGER REFERENCES session(id),
  generation_id INTEGER REFERENCES generation(id),
  start         INTEGER,
  len           INTEGER,
  UNIQUE (source_id, witness, ref)
) STRICT;
CREATE INDEX witnessed_pending  ON witnessed (source_id, at, id) WHERE state = 'pending';
CREATE INDEX witnessed_standing ON witnessed (session_row, at, id) WHERE state = 'unpersisted';
CREATE UNIQUE INDEX witnessed_line ON witnessed (generation_id, start) WHERE generation_id IS NOT NULL;
CREATE INDEX witnessed_settled  ON witnessed (judged_at) WHERE state IN ('persisted','covered','void');

-- Lines of generations of kind 'witness' that say nothing any more: a transcript holds the message after all.
CREATE TABLE retracted (
  generation_id INTEGER NOT NULL REFERENCES generation(id),
  start         INTEGER NOT NULL,
  PRIMARY KEY (generation_id, start)
) STRICT, WITHOUT ROWID;

CREATE TABLE witness_cursor (
  source_id INTEGER NOT NULL REFERENCES source(id),
  witness   TEXT NOT NULL,
  cursor    TEXT,
  -- Newest message that it saw.
  last_at   INTEGER,
  PRIMARY KEY (source_id, witness)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
  id            TEXT PRIMARY KEY,
  dedupe_key    TEXT NOT NULL UNIQUE,
  kind          TEXT NOT NULL,
  severity      TEXT NOT NULL CHECK (severity IN ('info','warning','loss')),
  source_id     INTEGER NOT NULL,
  agent         TEXT,
  native_id     TEXT,
  generation_id INTEGER,
  messages      INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  evidence      TEXT NOT NULL CHECK (json_valid(evidence)),
  opened_at     INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  notified_at   INTEGER,
  resolved_at   INTEGER,
  resolution    TEXT CHECK (resolution IN ('restored','dismissed','self-healed','expected'))
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_by_time ON incident (opened_at DESC, id DESC);
CREATE INDEX incident_open    ON incident (opened_at DESC, id DESC) WHERE resolved_at IS NULL;

CREATE TABLE restore (
  id            TEXT PRIMARY KEY,
  incident_id   TEXT REFERENCES incident(id),
  session_row   INTEGER NOT NULL REFERENCES session(id),
  generation_id INTEGER NOT NULL REFERENCES generation(id),
  up_to         INTEGER NOT NULL,
  -- Hex SHA-256 of the lines of it that only witnesses saw.
  unpersisted   TEXT,
  target        TEXT NOT NULL CHECK (target IN ('new-session','same-session','file')),
  route         TEXT CHECK (route IN ('index','gateway')),
  path          TEXT NOT NULL,
  agent         TEXT NOT NULL,
  session_id    TEXT,
  session_key   TEXT,
  messages      INTEGER NOT NULL,
  sha256        TEXT NOT NULL,
  phase         TEXT NOT NULL CHECK (phase IN ('planned','written','linked','verified','failed','undone')),
  started_at    INTEGER NOT NULL,
  finished_at   INTEGER,
  error         TEXT
) STRICT, WITHOUT ROWID;

-- Audit trail: never updated, never deleted.
CREATE TABLE transition (
  id          INTEGER PRIMARY KEY,
  session_row INTEGER NOT NULL REFERENCES session(id),
  from_state  TEXT,
  to_state    TEXT NOT NULL,
  cause       TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT;

-- An open row at start means that the last run did not end cleanly.
CREATE TABLE run (
  id         INTEGER PRIMARY KEY,
  pid        INTEGER NOT NULL,
  version    TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  beat_at    INTEGER NOT NULL,
  stopped_at INTEGER,
  unclean    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX run_open ON run (id) WHERE stopped_at IS NULL;
`;
