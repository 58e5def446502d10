import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** The tables of an agent's database that anybody outside reads, as 2026.9.6 has them (schema 23). */
const SCHEMA = `
PRAGMA user_version = 23;
CREATE TABLE IF NOT EXISTS session_nodes (session_key TEXT PRIMARY KEY, current_session_id TEXT NOT NULL, entry_json TEXT NOT NULL,
  updated_at INTEGER NOT NULL, label TEXT, display_name TEXT);
CREATE TABLE IF NOT EXISTS session_windows (session_id TEXT PRIMARY KEY, session_key TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  transcript_updated_at INTEGER);
CREATE TABLE IF NOT EXISTS transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL,
  event_zstd BLOB, PRIMARY KEY (session_id, seq)) STRICT;
CREATE TABLE IF NOT EXISTS transcript_rewrite_watermarks (session_id TEXT PRIMARY KEY, generation TEXT NOT NULL);
`;

/** Writes conversations into the database of an agent as OpenClaw does. */
export class WrittenDatabase {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  put(
    session: { readonly key: string; readonly sessionId: string; readonly label?: string; readonly lines: readonly string[] },
    at: number,
  ): void {
    this.#work((db) => {
      const entry = JSON.stringify({ sessionId: session.sessionId, updatedAt: at });
      db.prepare(
        'INSERT OR REPLACE INTO session_nodes (session_key, current_session_id, entry_json, updated_at, label) VALUES (?, ?, ?, ?, ?)',
      ).run(session.key, session.sessionId, entry, at, session.label ?? null);
      db.prepare(
        'INSERT OR REPLACE INTO session_windows (session_id, session_key, created_at, updated_at, transcript_updated_at) VALUES (?, ?, ?, ?, ?)',
      ).run(session.sessionId, session.key, at, at, at);
      const insert = db.prepare('INSERT INTO transcript_events (session_id, seq, event_json, created_at) VALUES (?, ?, ?, ?)');
      session.lines.forEach((line, seq) => void insert.run(session.sessionId, seq, line, at));
    });
  }

  append(sessionId: string, line: string, at: number): void {
    this.#work((db) => {
      db.prepare(
        'INSERT INTO transcript_events (session_id, seq, event_json, created_at) SELECT ?, coalesce(max(seq), -1) + 1, ?, ? FROM transcript_events WHERE session_id = ?',
      ).run(sessionId, line, at, sessionId);
    });
  }

  remove(key: string): void {
    this.#work((db) => {
      const sessionId = this.sessions()[key];
      for (const table of ['transcript_events', 'session_windows']) db.prepare(`DELETE FROM ${table} WHERE session_id = ?`).run(sessionId);
      db.prepare('DELETE FROM session_nodes WHERE session_key = ?').run(key);
    });
  }

  /** Session ids by key. */
  sessions(): Readonly<Record<string, string>> {
    type Row = { readonly key: string; readonly id: string };
    return this.#work((db) => {
      const rows = db.prepare<[], Row>('SELECT session_key AS key, current_session_id AS id FROM session_nodes ORDER BY key').all();
      return Object.fromEntries(rows.map(({ key, id }) => [key, id]));
    });
  }

  lines(sessionId: string): readonly string[] {
    type Row = { readonly line: string };
    return this.#work((db) =>
      db
        .prepare<[string], Row>('SELECT event_json AS line FROM transcript_events WHERE session_id = ? ORDER BY seq')
        .all(sessionId)
        .map(({ line }) => line),
    );
  }

  #work<T>(work: (db: Database.Database) => T): T {
    mkdirSync(dirname(this.path), { recursive: true });
    const db = new Database(this.path);
    try {
      if (db.pragma('user_version', { simple: true }) === 0) db.exec(SCHEMA);
      return work(db);
    } finally {
      db.close();
    }
  }
}
