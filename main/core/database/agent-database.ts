import type { ArchiveMark } from '../capture/change.ts';
import { isObject, readJson, stringOf } from '../sources/json-value.ts';
import type { IndexEntry, IndexReading } from '../sources/source.ts';
import type { Sqlite } from '../store/sqlite.ts';
import type { EventRow } from './event-line.ts';

/** One transcript: 2026.9 makes a new window for a rewind or a fork, and none for a reset. */
export interface WindowRow {
  readonly sessionId: string;
  /** Another one after rows were taken away: numbers begin anew. */
  readonly rewrite: string;
  readonly updatedAt: number;
}

/** A message that OpenClaw accepted and that no transcript holds: it waits for its turn, or its turn was cut off before it began. */
export interface PendingInput {
  readonly id: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly at: number;
  /** `interrupted`: the gateway that had accepted it ended, and the next one waits for the person to send it again. */
  readonly state: 'queued' | 'interrupted';
  /** As OpenClaw would write it: `{"role","content",…}`. */
  readonly message: string;
}

/** 2026.7.2 has 4, 2026.9.6 has 23. What is read here has been the same since windows came, in 14. */
const FIRST_VERSION = 14;
const LAST_VERSION = 23;
/** Conversations moved into the database; before, it held an agent's memory alone. */
const FIRST_WITH_TRANSCRIPTS = 4;
const ROWS = ['session_id', 'seq', 'event_json', 'created_at'];
const WINDOWS = ['session_id', 'session_key', 'updated_at', 'transcript_updated_at'];
const REWRITES = ['session_id', 'generation'];
const INPUTS = ['seq', 'input_id', 'session_key', 'session_id', 'run_id', 'message_json', 'state', 'accepted_at', 'consumed_event_id'];
const MOST_INPUTS = 200;
const NODES = ['session_key', 'current_session_id', 'entry_json', 'updated_at', 'label', 'display_name'];

/** What is needed is not where it was: nothing can be read. */
export class UnknownSchema extends Error {
  readonly version: number;

  constructor(version: number) {
    super(`agent database of version ${version}`);
    this.version = version;
  }
}

/** Before conversations moved into it, an agent's database held its memory alone. */
export function keepsTranscripts(db: Sqlite): boolean {
  return hasTable(db, 'transcript_events') || versionOf(db) >= FIRST_WITH_TRANSCRIPTS;
}

/**
 * One look at the database of an agent, as 2026.9.6 keeps it (`openclaw-agent.sqlite`, schema 23). Statements are bounded and
 * ordered by keys; implicit row numbers move when OpenClaw vacuums, so none is used.
 */
export class AgentDatabase {
  readonly version: number;
  /** Somebody has seen this version, and all is where it was; else the rows are kept as they are, and it is said. */
  readonly isKnown: boolean;
  readonly #db: Sqlite;
  readonly #has: { readonly windows: boolean; readonly rewrites: boolean; readonly nodes: boolean; readonly inputs: boolean };
  readonly #rows;
  readonly #before;
  readonly #lastSeq;

  /** Throws `UnknownSchema`. */
  constructor(db: Sqlite) {
    this.#db = db;
    this.version = versionOf(db);
    const columns = columnsOf(db, 'transcript_events');
    if (!ROWS.every((name) => columns.has(name))) throw new UnknownSchema(this.version);
    const has = (table: string, needed: readonly string[]) => {
      const present = columnsOf(db, table);
      return needed.every((name) => present.has(name));
    };
    this.#has = {
      windows: has('session_windows', WINDOWS),
      rewrites: has('transcript_rewrite_watermarks', REWRITES),
      nodes: has('session_nodes', NODES),
      inputs: has('session_pending_inputs', INPUTS),
    };
    const isWhole = this.#has.windows && this.#has.rewrites && this.#has.nodes;
    this.isKnown = isWhole && this.version >= FIRST_VERSION && this.version <= LAST_VERSION;
    const packed = columns.has('event_zstd') ? 'event_zstd' : 'NULL';
    const select = `SELECT seq, event_json AS json, ${packed} AS zstd FROM transcript_events WHERE session_id = ?`;
    this.#rows = db.prepare<[string, number], EventRow>(`${select} AND seq >= ? ORDER BY seq`);
    this.#before = db.prepare<[string, number], EventRow>(`${select} AND seq < ? ORDER BY seq DESC`);
    this.#lastSeq = db.prepare<[string], { seq: number | null }>('SELECT max(seq) AS seq FROM transcript_events WHERE session_id = ?');
  }

  /** The newest first. */
  windows(): readonly WindowRow[] {
    const rewrite = this.#has.rewrites
      ? "coalesce((SELECT r.generation FROM transcript_rewrite_watermarks AS r WHERE r.session_id = w.session_id), '')"
      : "''";
    const windows = this.#has.windows
      ? 'SELECT session_id, coalesce(transcript_updated_at, updated_at) AS changed_at FROM session_windows'
      : 'SELECT session_id, max(created_at) AS changed_at FROM transcript_events GROUP BY session_id';
    return this.#db
      .prepare<[], WindowRow>(
        `SELECT w.session_id AS sessionId, ${rewrite} AS rewrite, w.changed_at AS updatedAt
           FROM (${windows}) AS w ORDER BY updatedAt DESC, w.session_id`,
      )
      .all();
  }

  /** `undefined`: no rows yet, or in cold storage. */
  lastSeq(sessionId: string): number | undefined {
    return this.#lastSeq.get(sessionId)?.seq ?? undefined;
  }

  /** From `seq` on, in order. Stop iterating before anything else is asked. */
  events(sessionId: string, seq: number): IterableIterator<EventRow> {
    return this.#rows.iterate(sessionId, seq);
  }

  /** Before `seq`, backwards. */
  eventsBefore(sessionId: string, seq: number): IterableIterator<EventRow> {
    return this.#before.iterate(sessionId, seq);
  }

  /** Where a transcript went that has no rows any more; `undefined`: nobody kept it. */
  archiveOf(sessionId: string): (ArchiveMark & { readonly name: string }) | undefined {
    const archived = this.#first<{ reason: 'deleted' | 'reset'; at: number; name: string }>(
      'session_transcript_archives',
      'SELECT reason, created_at AS at, archive_name AS name FROM session_transcript_archives WHERE session_id = ? ORDER BY created_at DESC',
      sessionId,
    );
    if (archived !== undefined) return { because: archived.reason, at: archived.at, name: archived.name };
    const cold = this.#first<{ at: number; name: string }>(
      'session_transcript_cold_archives',
      'SELECT archived_at AS at, archive_name AS name FROM session_transcript_cold_archives WHERE session_id = ?',
      sessionId,
    );
    return cold && { because: 'backup', at: cold.at, name: `cold/${cold.name}` };
  }

  /** Transcripts without rows that are kept in an archive of the database. */
  archived(): ReadonlySet<string> {
    const tables = ['session_transcript_archives', 'session_transcript_cold_archives'].filter((table) => hasTable(this.#db, table));
    type Row = { readonly sessionId: string };
    return new Set(
      tables
        .flatMap((table) => this.#db.prepare<[], Row>(`SELECT session_id AS sessionId FROM ${table}`).all())
        .map(({ sessionId }) => sessionId),
    );
  }

  /** The newest of them; a person's own `/stop` leaves `cancelled` ones, which nobody misses. */
  pendingInputs(): readonly PendingInput[] {
    if (!this.#has.inputs) return [];
    return this.#db
      .prepare<[number], PendingInput>(
        `SELECT input_id AS id, session_key AS sessionKey, session_id AS sessionId, run_id AS runId, accepted_at AS at, state,
                message_json AS message
           FROM session_pending_inputs
          WHERE consumed_event_id IS NULL AND state IN ('queued', 'interrupted') ORDER BY seq DESC LIMIT ?`,
      )
      .all(MOST_INPUTS);
  }

  /** How many rows a transcript has, and whether any of them came after `at`. */
  rowsOf(sessionId: string, at: number): { readonly rows: number; readonly isNewer: boolean } {
    const found = this.#db
      .prepare<[string], { rows: number; newest: number | null }>(
        'SELECT count(*) AS rows, max(created_at) AS newest FROM transcript_events WHERE session_id = ?',
      )
      .get(sessionId);
    return { rows: found?.rows ?? 0, isNewer: (found?.newest ?? 0) > at };
  }

  /** Which conversations it lists. Entries are long: those that `last` has as they are now are taken over. */
  index(last?: IndexReading): IndexReading {
    if (!this.#has.nodes) return { ok: false, reason: `unsupported-format:${this.version}` };
    const before = last?.ok === true ? last.entries : new Map<string, IndexEntry>();
    const nodes = this.#db.prepare<[], NodeRow>(
      'SELECT session_key AS key, current_session_id AS sessionId, updated_at AS updatedAt, label, display_name AS displayName FROM session_nodes',
    );
    const entryOf = this.#db.prepare<[string], { json: string }>('SELECT entry_json AS json FROM session_nodes WHERE session_key = ?');
    const entries = new Map<string, IndexEntry>();
    for (const node of nodes.all()) {
      const key = node.key.toLowerCase();
      const known = before.get(key);
      const isSame = known !== undefined && known.updatedAt === node.updatedAt && known.sessionId === node.sessionId;
      entries.set(key, isSame ? known : indexEntry(node, entryOf.get(node.key)?.json ?? '{}'));
    }
    const isSame = entries.size === before.size && [...entries].every(([key, entry]) => before.get(key) === entry);
    return isSame && last?.ok === true ? last : { ok: true, entries };
  }

  #first<T>(table: string, sql: string, sessionId: string): T | undefined {
    return hasTable(this.#db, table) ? this.#db.prepare<[string], T>(sql).get(sessionId) : undefined;
  }
}

interface NodeRow {
  readonly key: string;
  readonly sessionId: string;
  readonly updatedAt: number;
  readonly label: string | null;
  readonly displayName: string | null;
}

function indexEntry(row: NodeRow, json: string): IndexEntry {
  const entry = readJson(Buffer.from(json));
  const facts = isObject(entry) ? entry : {};
  const label = row.label ?? stringOf(facts.label);
  const displayName = row.displayName ?? stringOf(facts.displayName);
  return {
    key: row.key.toLowerCase(),
    sessionId: row.sessionId,
    updatedAt: row.updatedAt,
    ...(label === undefined ? {} : { label }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(typeof facts.abortedLastRun === 'boolean' ? { abortedLastRun: facts.abortedLastRun } : {}),
    // A reset begins no new transcript here, so that none can be missing.
    ranOnce: false,
    hasSessionFile: false,
    isAcp: isObject(facts.acp),
  };
}

function versionOf(db: Sqlite): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** None for a table that is not there. */
function columnsOf(db: Sqlite, table: string): ReadonlySet<string> {
  const columns = db.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)').all(table);
  return new Set(columns.map(({ name }) => name));
}

function hasTable(db: Sqlite, table: string): boolean {
  return db.prepare<[string], object>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;
}
