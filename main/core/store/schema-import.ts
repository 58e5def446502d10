/** Version 3: a restore can be taken in by OpenClaw's own importer. A check cannot be changed where it stands. */
export const SCHEMA_V3 = `
CREATE TABLE restore_3 (
  id            TEXT PRIMARY KEY,
  incident_id   TEXT REFERENCES incident(id),
  session_row   INTEGER NOT NULL REFERENCES session(id),
  generation_id INTEGER NOT NULL REFERENCES generation(id),
  up_to         INTEGER NOT NULL,
  unpersisted   TEXT,
  target        TEXT NOT NULL CHECK (target IN ('new-session','same-session','file')),
  route         TEXT CHECK (route IN ('index','gateway','import','import-restart')),
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
INSERT INTO restore_3 SELECT id, incident_id, session_row, generation_id, up_to, unpersisted, target, route, path, agent,
                             session_id, session_key, messages, sha256, phase, started_at, finished_at, error FROM restore;
DROP TABLE restore;
ALTER TABLE restore_3 RENAME TO restore;
`;
