import type { ArchiveReason, ClosedAs, GenerationSummary, Page, SessionFacets, SessionState, SessionSummary } from '../types.ts';
import { withoutSecrets } from './secret-masks.ts';
import { conditionsOf, IS_AUTOMATIC, parametersOf, type SqlParameters } from './session-filter.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog, SessionFilter, SessionQuery, SourceRow } from './store.ts';

const MOST_SESSIONS = 500;
const MOST_AGENTS = 200;
const SHORTEST_PREFIX = 4;

interface SessionRow {
  readonly id: number;
  readonly source_id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly session_id: string;
  readonly routing_key: string | null;
  readonly label: string | null;
  readonly title: string | null;
  readonly state: SessionState;
  readonly bytes: number;
  readonly messages: number;
  readonly generations: number;
  readonly first_seen_at: number;
  readonly last_append_at: number | null;
  readonly recency: number;
  readonly continues: number | null;
  readonly successor_id: number | null;
  readonly only_here: number;
}

interface GenerationRow {
  readonly id: number;
  readonly kind: GenerationSummary['kind'];
  readonly ordinal: number;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly records: number;
  readonly opened_at: number;
  readonly closed_as: ClosedAs | null;
  readonly closed_at: number | null;
  readonly archived_because: ArchiveReason | null;
  readonly on_disk: number;
}

const SELECT_SESSION = `
  SELECT s.id, s.source_id, s.agent, s.native_id, s.session_id, s.routing_key, s.label, s.title, s.state, s.bytes, s.messages,
         s.generations, s.first_seen_at, s.last_append_at, s.recency, s.successor_id, s.only_here,
         (SELECT max(p.id) FROM session AS p WHERE p.successor_id = s.id) AS continues
    FROM session AS s`;

/** Lists of sources, conversations and their generations. */
export class SessionQueries {
  readonly #db: Sqlite;
  readonly #byId;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#byId = db.prepare<[number], SessionRow>(`${SELECT_SESSION} WHERE s.id = ?`);
  }

  sources(): ReturnType<Catalog['sources']> {
    type Row = SourceRow & { readonly [K in 'agents' | 'sessions' | 'unlisted']: number } & { readonly captured: number | null };
    const rows = this.#db
      .prepare<[], Row>(
        `SELECT id, layout, root,
                (SELECT count(DISTINCT agent) FROM session WHERE source_id = source.id) AS agents,
                (SELECT count(*) FROM session WHERE source_id = source.id) AS sessions,
                (SELECT count(*) FROM session WHERE source_id = source.id
                    AND (routing_key IS NULL OR state IN ('reset', 'superseded', 'orphaned', 'lost', 'archived'))) AS unlisted,
                (SELECT max(updated_at) FROM generation WHERE source_id = source.id) AS captured
           FROM source ORDER BY id`,
      )
      .all();
    return rows.map(({ captured, ...row }) => ({ ...row, ...(captured === null ? {} : { lastCaptureAt: captured }) }));
  }

  page(query: SessionQuery): Page<SessionSummary> {
    const limit = Math.min(Math.max(Math.trunc(query.limit), 1), MOST_SESSIONS);
    const rows = this.#db
      .prepare<[SqlParameters], SessionRow>(pageSql(query))
      .all({ ...parametersOf(query), cursor: query.cursor ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items: items.map(toSummary), ...(rows.length > limit && last !== undefined ? { next: last.recency } : {}) };
  }

  facets(filter: SessionFilter): SessionFacets {
    const agents = this.#db.prepare<[], string>(`SELECT DISTINCT agent FROM session ORDER BY agent LIMIT ${MOST_AGENTS}`).pluck().all();
    const conditions = [IS_AUTOMATIC, ...conditionsOf({ ...filter, automatic: true })];
    const automatic = this.#db
      .prepare<[SqlParameters], number>(`SELECT count(*) FROM session AS s WHERE ${conditions.join(' AND ')}`)
      .pluck()
      .get(parametersOf(filter));
    return { agents, automatic: automatic ?? 0 };
  }

  byRow(row: number): SessionSummary | undefined {
    const found = this.#byId.get(row);
    return found === undefined ? undefined : toSummary(found);
  }

  /** Exact names first; only when there is none, ids that begin so. */
  find(reference: string): readonly SessionSummary[] {
    const byName = this.#db
      .prepare<[Readonly<Record<string, string | number>>], SessionRow>(
        `${SELECT_SESSION} WHERE s.session_id = @name OR s.native_id = @name OR s.routing_key = @name OR s.id = @row
          ORDER BY s.recency DESC LIMIT 50`,
      )
      .all({ name: reference, row: /^\d{1,15}$/.test(reference) ? Number(reference) : -1 });
    if (byName.length > 0 || reference.length < SHORTEST_PREFIX) return meant(byName, reference).map(toSummary);
    const byPrefix = this.#db
      .prepare<[Readonly<Record<string, string>>], SessionRow>(
        `${SELECT_SESSION} WHERE substr(s.session_id, 1, length(@prefix)) = @prefix OR substr(s.native_id, 1, length(@prefix)) = @prefix
          ORDER BY s.recency DESC LIMIT 50`,
      )
      .all({ prefix: reference });
    return byPrefix.map(toSummary);
  }

  generations(sessionRow: number): readonly GenerationSummary[] {
    return this.#db
      .prepare<[number], GenerationRow>(
        `SELECT id, kind, ordinal, name, path, "offset" AS bytes, messages AS records, opened_at, closed_as, closed_at, archived_because, on_disk
           FROM generation WHERE session_row = ? ORDER BY ordinal`,
      )
      .all(sessionRow)
      .map(toGeneration);
  }
}

/**
 * A topic's file shares the session id of its owner, so a file's own name counts more; and a routing key that went through
 * resets means the conversation that it leads to now.
 */
function meant(found: readonly SessionRow[], reference: string): readonly SessionRow[] {
  const byFile = found.filter((row) => row.native_id === reference);
  if (byFile.length > 0) return byFile;
  const [newest] = found;
  const sameKey = found.every((row) => row.routing_key === reference && row.source_id === newest?.source_id && row.agent === newest.agent);
  return sameKey ? found.slice(0, 1) : found;
}

function pageSql(query: SessionQuery): string {
  const conditions = ['s.recency < @cursor', ...conditionsOf(query)];
  return `${SELECT_SESSION} WHERE ${conditions.join(' AND ')} ORDER BY s.recency DESC LIMIT @limit`;
}

function toSummary(row: SessionRow): SessionSummary {
  return {
    id: row.id,
    sourceId: row.source_id,
    agent: row.agent,
    nativeId: row.native_id,
    sessionId: row.session_id,
    state: row.state,
    bytes: row.bytes,
    records: row.messages,
    generations: row.generations,
    firstSeenAt: row.first_seen_at,
    title: withoutSecrets(row.label || row.title || row.native_id),
    onlyHere: row.only_here,
    ...(row.routing_key === null ? {} : { sessionKey: row.routing_key }),
    ...(row.last_append_at === null ? {} : { lastAppendAt: row.last_append_at }),
    ...(row.continues === null ? {} : { continues: row.continues }),
    ...(row.successor_id === null ? {} : { continuedBy: row.successor_id }),
  };
}

function toGeneration(row: GenerationRow): GenerationSummary {
  return {
    id: row.id,
    kind: row.kind,
    ordinal: row.ordinal,
    name: row.name,
    path: row.path,
    bytes: row.bytes,
    records: row.records,
    openedAt: row.opened_at,
    onDisk: row.on_disk === 1,
    ...(row.closed_as === null ? {} : { closedAs: row.closed_as }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(row.archived_because === null ? {} : { archivedBecause: row.archived_because }),
  };
}
