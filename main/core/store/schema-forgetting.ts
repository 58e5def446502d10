/** Version 2: conversations that are passed over, and what is still to be done where one was forgotten. */
export const SCHEMA_V2 = `
CREATE TABLE passed_over (
  source_id    INTEGER NOT NULL REFERENCES source(id),
  agent        TEXT NOT NULL,
  native_id    TEXT NOT NULL,
  session_id   TEXT NOT NULL,
  -- With a rule by key: the key that matched. With a forgotten one: until nothing of it is left, and then nothing.
  session_key  TEXT,
  forgotten_at INTEGER,
  -- Of what was said under the key; NULL: open.
  since        INTEGER,
  until        INTEGER,
  -- A forgotten one: no trace of it is left in free pages, in the WAL and in files beside the buffer.
  scrubbed     INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (source_id, agent, native_id)
) STRICT, WITHOUT ROWID;
`;
