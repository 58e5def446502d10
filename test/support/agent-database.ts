import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import type { Clock } from '../../main/core/platform/clock.ts';
import { openSqlite, type Sqlite } from '../../main/core/store/sqlite.ts';

export const recordedState = fileURLToPath(new URL('../fixtures/openclaw-2026.9', import.meta.url));

interface Row {
  readonly event_json: string | null;
  readonly event_zstd: Uint8Array | null;
  readonly event_utf8_bytes: number | null;
  readonly navigation_json: string | null;
  readonly created_at: number;
}

/** What OpenClaw keeps beside a packed row, as far as its schema asks for it. */
const navigation = JSON.stringify({
  version: 1,
  report: { kind: 'canonical' },
  navigation: {},
  reset: {},
  model: {},
  modelBytes: 0,
  modelWithoutCheckpointBytes: 0,
  withoutCustomDataBytes: 0,
});

/**
 * The database of one agent, made of one that OpenClaw 2026.9.6 wrote, and written on the way that it does: a row for each line, long ones
 * packed, in a WAL that its owner holds open. `recorded` names the agent of the fixture; its conversations stay in it.
 */
export class AgentDatabaseFile implements Disposable {
  readonly path: string;
  readonly #clock: Pick<Clock, 'now'>;
  #owner: Sqlite | undefined;
  #entries = 0;

  constructor(root: string, clock: Pick<Clock, 'now'>, { agent = 'main', recorded = 'main' }: { agent?: string; recorded?: string } = {}) {
    this.#clock = clock;
    this.path = join(root, 'agents', agent, 'agent', 'openclaw-agent.sqlite');
    mkdirSync(dirname(this.path), { recursive: true });
    cpSync(join(recordedState, 'agents', recorded, 'agent', 'openclaw-agent.sqlite'), this.path);
  }

  /** Without the conversations that were recorded. */
  empty(): this {
    this.#write((db) => db.exec('DELETE FROM session_nodes; DELETE FROM session_transcript_archives;'));
    return this;
  }

  /** As a gateway that runs holds it; from now on its rows are in the `-wal` first. */
  open(): Sqlite {
    this.#owner ??= this.#connect();
    return this.#owner;
  }

  /** As a gateway that was told to stop leaves it. */
  close(): void {
    this.#owner?.close();
    this.#owner = undefined;
  }

  begin(key: string, sessionId: string): void {
    const now = this.#clock.now();
    const entry = JSON.stringify({ sessionId, updatedAt: now });
    this.#write((db) => {
      db.prepare('INSERT INTO session_nodes (session_key, current_session_id, entry_json, updated_at) VALUES (?, ?, ?, ?)').run(
        key,
        sessionId,
        entry,
        now,
      );
      db.prepare('INSERT INTO session_windows (session_id, session_key, created_at, updated_at) VALUES (?, ?, ?, ?)').run(
        sessionId,
        key,
        now,
        now,
      );
      db.prepare('INSERT INTO transcript_rewrite_watermarks (session_id, generation, updated_at) VALUES (?, ?, ?)').run(
        sessionId,
        `generation of ${sessionId}`,
        now,
      );
    });
    this.append(sessionId, { type: 'session', version: 4, id: sessionId, timestamp: this.#iso(), cwd: '/home/user/workspace' });
  }

  /** One turn: a user row and an assistant row. */
  turn(sessionId: string, user: string, assistant: string): void {
    this.message(sessionId, 'user', user);
    this.message(sessionId, 'assistant', assistant);
  }

  message(sessionId: string, role: 'user' | 'assistant', text: string): void {
    const content = role === 'user' ? text : [{ type: 'text', text }];
    const message = { role, content, timestamp: this.#clock.now(), ...(role === 'user' ? {} : { stopReason: 'stop' }) };
    this.append(sessionId, { type: 'message', id: this.#nextId(), parentId: null, timestamp: this.#iso(), message });
  }

  /** `/new`, `sessions.reset` and idle resets begin no new transcript. */
  reset(sessionId: string, reason: 'new' | 'reset' | 'idle'): void {
    this.append(sessionId, { type: 'reset', id: this.#nextId(), parentId: null, timestamp: this.#iso(), reason });
  }

  append(sessionId: string, entry: object): void {
    const json = JSON.stringify(entry);
    const now = this.#clock.now();
    const isLong = Buffer.byteLength(json) >= 1024;
    this.#write((db) => {
      const { next } = db
        .prepare<[string], { next: number }>('SELECT coalesce(max(seq) + 1, 0) AS next FROM transcript_events WHERE session_id = ?')
        .get(sessionId) ?? { next: 0 };
      this.#insert(db, sessionId, next, {
        event_json: isLong ? null : json,
        event_zstd: isLong ? zstdCompressSync(json) : null,
        event_utf8_bytes: Buffer.byteLength(json),
        navigation_json: isLong ? navigation : null,
        created_at: now,
      });
      db.prepare('UPDATE session_windows SET updated_at = ?, transcript_updated_at = ? WHERE session_id = ?').run(now, now, sessionId);
    });
  }

  /** `sessions.compact {maxLines}`: the last rows stay, with new numbers, and the others are gone for good. */
  keepLast(sessionId: string, rows: number): void {
    this.#write((db) => {
      const all = db
        .prepare<[string], Row>(
          'SELECT event_json, event_zstd, event_utf8_bytes, navigation_json, created_at FROM transcript_events WHERE session_id = ? ORDER BY seq',
        )
        .all(sessionId);
      db.prepare('DELETE FROM transcript_events WHERE session_id = ?').run(sessionId);
      all.slice(-rows).forEach((row, seq) => {
        this.#insert(db, sessionId, seq, row);
      });
      db.prepare('UPDATE transcript_rewrite_watermarks SET generation = ? WHERE session_id = ?').run(
        `rewritten at ${all.length}`,
        sessionId,
      );
    });
  }

  /** `sessions.delete`; OpenClaw leaves an archive, unless something else than it took the rows. */
  remove(key: string, { archived }: { readonly archived: boolean }): void {
    this.#write((db) => {
      const now = this.#clock.now();
      const windows = db.prepare<[string], { id: string }>('SELECT session_id AS id FROM session_windows WHERE session_key = ?').all(key);
      for (const { id } of archived ? windows : []) {
        db.prepare(
          `INSERT INTO session_transcript_archives (session_id, generation, session_key, reason, encoding, archive_blob, archive_sha256, archive_name, created_at)
           VALUES (?, 'archive', ?, 'deleted', 'zstd', x'00', ?, ?, ?)`,
        ).run(id, key, '0'.repeat(64), `${id}.jsonl.deleted.zst`, now);
      }
      db.prepare('DELETE FROM session_nodes WHERE session_key = ?').run(key);
    });
  }

  /** A branch from the beginning: every row once more under another id, and the key names that from now on. */
  rewind(key: string, from: string, to: string): void {
    const now = this.#clock.now();
    this.#write((db) => {
      db.prepare(
        'INSERT INTO session_windows (session_id, session_key, previous_session_id, created_at, updated_at, transcript_updated_at) VALUES (?, ?, ?, ?, ?, ?)',
      ).run(to, key, from, now, now, now);
      db.prepare(
        `INSERT INTO transcript_events (session_id, seq, event_json, event_zstd, event_utf8_bytes, navigation_json, created_at)
         SELECT ?, seq, event_json, event_zstd, event_utf8_bytes, navigation_json, created_at FROM transcript_events WHERE session_id = ?`,
      ).run(to, from);
      db.prepare('UPDATE session_nodes SET current_session_id = ?, updated_at = ? WHERE session_key = ?').run(to, now, key);
    });
    this.append(to, { type: 'leaf', id: this.#nextId(), parentId: null, timestamp: this.#iso(), targetId: null });
  }

  /** `chat.send` was acknowledged, and its turn has not begun. */
  accept(key: string, sessionId: string, text: string): void {
    const message = JSON.stringify({ role: 'user', content: text, timestamp: this.#clock.now() });
    const id = this.#nextId();
    this.#write((db) => {
      db.prepare(
        `INSERT INTO session_pending_inputs (input_id, session_key, session_id, idempotency_key, run_id, request_hash, message_json,
                                             lifecycle_generation, state, accepted_at)
         VALUES (?, ?, ?, ?, ?, 'hash', ?, 'generation', 'queued', ?)`,
      ).run(id, key, sessionId, id, `run of ${id}`, message, this.#clock.now());
    });
  }

  /** Any statement of the owner. */
  run(sql: string, ...values: readonly unknown[]): void {
    this.#write((db) => db.prepare(sql).run(...values));
  }

  /** What any statement of a reader finds. */
  rows(sql: string): readonly unknown[] {
    const db = this.#owner ?? openSqlite(this.path, { busyTimeoutMs: 1_000 });
    try {
      return db.prepare(sql).all();
    } finally {
      if (db !== this.#owner) db.close();
    }
  }

  /** The file and its sidecars. */
  delete(): void {
    this.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.path}${end}`, { force: true });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #insert(db: Sqlite, sessionId: string, seq: number, row: Row): void {
    db.prepare(
      `INSERT INTO transcript_events (session_id, seq, event_json, event_zstd, event_utf8_bytes, navigation_json, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(sessionId, seq, row.event_json, row.event_zstd, row.event_utf8_bytes, row.navigation_json, row.created_at);
  }

  #write(work: (db: Sqlite) => void): void {
    const db = this.#owner ?? this.#connect();
    try {
      db.transaction(work)(db);
    } finally {
      if (db !== this.#owner) db.close();
    }
  }

  #connect(): Sqlite {
    const db = openSqlite(this.path, { busyTimeoutMs: 1_000 });
    db.pragma('journal_mode = WAL');
    return db;
  }

  #iso(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  #nextId(): string {
    this.#entries += 1;
    return `entry-${this.#entries}`;
  }
}
