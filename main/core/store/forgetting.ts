import { ChunkReader } from './chunk-reader.ts';
import { Eraser, MESSAGES_AT_ONCE } from './eraser.ts';
import { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import type { ForgetCount, Forgetting, ParseLine, PassedOver, Trace } from './store.ts';

/** Of one step: a few milliseconds of the core's loop. */
const MERGE_PAGES = 64;
const VACUUM_PAGES = 1_024;
/** A reader that holds the WAL must not hold the core. */
const CHECKPOINT_WAIT_MS = 50;
const BUSY_TIMEOUT_MS = 5_000;

interface PassedOverRow {
  readonly source_id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly session_id: string;
  readonly session_key: string | null;
  readonly forgotten_at: number | null;
  readonly since: number | null;
  readonly until: number | null;
}

export interface ForgettingDeps {
  readonly parse: ParseLine;
  /** One transaction, with the faults of the storage named. */
  readonly write: <T>(work: () => T) => T;
  readonly guarded: <T>(work: () => T) => T;
}

/**
 * Once `begin` is durable the conversation goes, and a crash only delays it: `erase` takes it out of the tables, in transactions
 * that let capture go on between them, the rows that name it last. `scrub` takes it out of the files as well: deleted words stand in the text index until its segments are merged, deleted rows in free pages until
 * those are given back, and both in the WAL until it is emptied.
 */
export class BufferForgetting implements Forgetting {
  readonly #db: Sqlite;
  readonly #deps: ForgettingDeps;
  readonly #eraser: Eraser;
  readonly #statements;

  constructor(db: Sqlite, deps: ForgettingDeps) {
    this.#db = db;
    this.#deps = deps;
    const reader = new ChunkReader(db);
    this.#eraser = new Eraser(db, reader, new RecordText(db, reader, deps.parse));
    this.#statements = prepare(db);
  }

  passedOver(): readonly PassedOver[] {
    return this.#deps.guarded(() => this.#statements.all.all()).map(toPassedOver);
  }

  keyed(): ReturnType<Forgetting['keyed']> {
    return this.#deps.guarded(() => this.#statements.keyed.all());
  }

  remember({ sourceId, agent, nativeId, sessionId, sessionKey }: PassedOver): void {
    this.#deps.write(() => this.#statements.remember.run(sourceId, agent, nativeId, sessionId, sessionKey ?? null));
  }

  keepForgotten({ sourceId, agent, nativeId, sessionId, forgottenAt }: PassedOver & { readonly forgottenAt: number }): void {
    this.#deps.write(() => this.#statements.keep.run(sourceId, agent, nativeId, sessionId, forgottenAt));
  }

  begin(sessionRow: number, at: number): PassedOver {
    return this.#deps.write(() => this.#eraser.begin(sessionRow, at));
  }

  erase(passedOver: Pick<PassedOver, 'sourceId' | 'agent' | 'nativeId'>): ForgetCount {
    return this.#deps.write(() => {
      const sessionRow = this.#eraser.rowOf(passedOver);
      if (sessionRow === undefined) return { isWhole: true, messages: 0, bytes: 0, stillOnDisk: false };
      const messages = this.#eraser.eraseWords(sessionRow);
      if (messages === MESSAGES_AT_ONCE) return { isWhole: false, messages, bytes: 0, stillOnDisk: false };
      return { isWhole: true, messages, ...this.#eraser.eraseRest(sessionRow) };
    });
  }

  get traces(): readonly Trace[] {
    return this.#deps
      .guarded(() => this.#statements.unscrubbed.all())
      .map((row) => ({
        sourceId: row.source_id,
        agent: row.agent,
        nativeId: row.native_id,
        sessionId: row.session_id,
        ...(row.session_key === null ? {} : { sessionKey: row.session_key }),
        since: row.since ?? 0,
        until: row.until ?? Number.MAX_SAFE_INTEGER,
      }));
  }

  scrub(): 'more' | 'blocked' | 'done' {
    return this.#deps.guarded(() => (this.#mergeTexts() || this.#giveBack() ? 'more' : this.#emptyWal()));
  }

  scrubbed(traces: readonly Trace[]): void {
    this.#deps.write(() => {
      for (const { sourceId, agent, nativeId } of traces) this.#statements.scrubbed.run(sourceId, agent, nativeId);
    });
    this.#deps.guarded(() => this.#emptyWal());
  }

  /** A negative number merges everything into one segment, where a word that was deleted leaves nothing behind. */
  #mergeTexts(): boolean {
    const before = this.#statements.changes.get() ?? 0;
    this.#deps.write(() => this.#statements.merge.run(-MERGE_PAGES));
    return (this.#statements.changes.get() ?? 0) - before >= 2;
  }

  #giveBack(): boolean {
    const free = Number(this.#db.pragma('freelist_count', { simple: true }));
    if (free === 0) return false;
    this.#db.pragma(`incremental_vacuum(${VACUUM_PAGES})`);
    return Number(this.#db.pragma('freelist_count', { simple: true })) < free;
  }

  #emptyWal(): 'blocked' | 'done' {
    this.#db.pragma(`busy_timeout = ${CHECKPOINT_WAIT_MS}`);
    try {
      // Once more where it was already moved: only an empty file holds nothing.
      const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
      return result?.busy === 0 ? 'done' : 'blocked';
    } finally {
      this.#db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }
}

function toPassedOver(row: PassedOverRow): PassedOver {
  return {
    sourceId: row.source_id,
    agent: row.agent,
    nativeId: row.native_id,
    sessionId: row.session_id,
    ...(row.forgotten_at !== null || row.session_key === null ? {} : { sessionKey: row.session_key }),
    ...(row.forgotten_at === null ? {} : { forgottenAt: row.forgotten_at }),
  };
}

function prepare(db: Sqlite) {
  return {
    all: db.prepare<[], PassedOverRow>('SELECT * FROM passed_over'),
    keyed: db.prepare<[], PassedOver & { readonly sessionKey: string }>(
      `SELECT source_id AS sourceId, agent, native_id AS nativeId, session_id AS sessionId, routing_key AS sessionKey
         FROM session WHERE routing_key IS NOT NULL
       UNION ALL
       SELECT source_id, agent, native_id, coalesce(session_id, native_id), routing_key FROM pending_facts WHERE routing_key IS NOT NULL`,
    ),
    unscrubbed: db.prepare<[], PassedOverRow>('SELECT * FROM passed_over WHERE scrubbed = 0'),
    remember: db.prepare<[number, string, string, string, string | null]>(
      `INSERT INTO passed_over (source_id, agent, native_id, session_id, session_key) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET session_key = excluded.session_key WHERE forgotten_at IS NULL`,
    ),
    keep: db.prepare<[number, string, string, string, number]>(
      `INSERT OR REPLACE INTO passed_over (source_id, agent, native_id, session_id, forgotten_at, scrubbed) VALUES (?, ?, ?, ?, ?, 1)`,
    ),
    scrubbed: db.prepare<[number, string, string]>(
      'UPDATE passed_over SET scrubbed = 1, session_key = NULL, since = NULL, until = NULL WHERE source_id = ? AND agent = ? AND native_id = ?',
    ),
    merge: db.prepare<[number]>(`INSERT INTO message_text (message_text, rank) VALUES ('merge', ?)`),
    changes: db.prepare<[], number>('SELECT total_changes()').pluck(),
  };
}
