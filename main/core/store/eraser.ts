import { CoreError, errnoOf } from '../platform/errors.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { timeOfId } from './message-ids.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import type { ForgetCount, PassedOver } from './store.ts';
import { isIndexed, TextIndex } from './text-index.ts';

/** Of one transaction: some tens of milliseconds. */
export const MESSAGES_AT_ONCE = 500;

interface SessionRow {
  readonly id: number;
  readonly source_id: number;
  readonly agent: string;
  readonly native_id: string;
  readonly session_id: string;
  readonly routing_key: string | null;
}

interface GenerationRow {
  readonly id: number;
  readonly bytes: number;
  readonly on_disk: number;
}

interface RecordRow {
  readonly message_id: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/**
 * Takes everything that is known of one conversation out of the tables, inside transactions of the caller: `begin` settles that it
 * goes, `eraseWords` as often as there are words, `eraseRest` whatever is left.
 */
export class Eraser {
  readonly #reader: ChunkReader;
  readonly #texts: RecordText;
  readonly #index: TextIndex;
  readonly #statements;

  constructor(db: Sqlite, reader: ChunkReader, texts: RecordText) {
    this.#reader = reader;
    this.#texts = texts;
    this.#index = new TextIndex(db);
    this.#statements = prepare(db);
  }

  /** Throws CoreError `not-found`, `restore-open`. */
  begin(sessionRow: number, at: number): PassedOver {
    const session = this.#statements.session.get(sessionRow);
    if (session === undefined) throw new CoreError('not-found', `there is no conversation ${sessionRow}`, 'Look at the list again.');
    if (this.#statements.openRestore.get(sessionRow) !== undefined) {
      throw new CoreError('restore-open', 'this conversation is being restored at the moment', 'Wait until that has ended.');
    }
    const { source_id: sourceId, agent, native_id: nativeId, session_id: sessionId, routing_key: key } = session;
    const stretch = this.#stretch(sessionRow);
    this.#statements.passOver.run({ sourceId, agent, nativeId, sessionId, key, at, since: stretch.since, until: stretch.until });
    return { sourceId, agent, nativeId, sessionId, forgottenAt: at };
  }

  rowOf({ sourceId, agent, nativeId }: Pick<PassedOver, 'sourceId' | 'agent' | 'nativeId'>): number | undefined {
    return this.#statements.find.get(sourceId, agent, nativeId)?.id;
  }

  /** Of a number of messages, how many there were; fewer than `MESSAGES_AT_ONCE` means that these were the last. */
  eraseWords(sessionRow: number): number {
    const records = this.#statements.records.all(sessionRow);
    for (const { message_id, generation_id, start, len } of records) {
      const said = this.#said(generation_id, start, len);
      // The index does not keep the words of a message: they are taken out by naming them again.
      if (said !== undefined && isIndexed(said.role, said.text)) this.#index.remove(message_id, said.text);
    }
    const last = records.at(-1);
    if (last !== undefined) this.#statements.removeRecords.run(sessionRow, last.message_id);
    return records.length;
  }

  eraseRest(sessionRow: number): Pick<ForgetCount, 'bytes' | 'stillOnDisk'> {
    const all = this.#statements;
    const session = all.session.get(sessionRow);
    if (session === undefined) return { bytes: 0, stillOnDisk: false };
    const { source_id: sourceId, agent, native_id: nativeId, session_id: sessionId, routing_key: key } = session;
    const generations = all.generations.all(sessionRow, sourceId, agent, nativeId);
    all.messages.run(sessionRow);
    this.#eraseStories(session, generations);
    const indexes = all.indexes.all(sourceId, agent).filter(({ id, bytes }) => this.#names(id, bytes, session));
    all.witnessed.run({ row: sessionRow, sourceId, agent, nativeId, sessionId, key });
    for (const { id } of [...generations, ...indexes]) {
      all.retracted.run(id);
      all.chunks.run(id);
      all.generation.run(id);
    }
    all.facts.run(sourceId, agent, nativeId);
    all.transitions.run(sessionRow);
    all.unlink.run(sessionRow);
    all.delete.run(sessionRow);
    return {
      bytes: generations.reduce((sum, { bytes }) => sum + bytes, 0),
      stillOnDisk: generations.some((generation) => generation.on_disk === 1),
    };
  }

  /** What was said under its key before belongs to the one that it continued, and what came later to the next. */
  #stretch(sessionRow: number): { readonly since: number | null; readonly until: number | null } {
    const { lastBefore } = this.#statements;
    const before = lastBefore.get(sessionRow)?.at ?? null;
    const next = this.#statements.firstAfter.get(sessionRow);
    if (next === undefined) return { since: before, until: null };
    return {
      since: before,
      until: next.message_id === null ? next.first_seen_at : Math.min(next.first_seen_at, timeOfId(next.message_id)),
    };
  }

  /** Damaged bytes say nothing any more, and must not keep the rest from being forgotten. */
  #said(generationId: number, start: number, length: number): { readonly role: string; readonly text: string } | undefined {
    try {
      return this.#texts.statement(generationId, start, length);
    } catch (error) {
      if (errnoOf(error) !== 'buffer-damaged') throw error;
      return undefined;
    }
  }

  #eraseStories(session: SessionRow, generations: readonly GenerationRow[]): void {
    const all = this.#statements;
    const ids = JSON.stringify(generations.map(({ id }) => id));
    all.restores.run(session.id, ids);
    const incidents = all.incidents.all(session.source_id, session.agent, session.native_id, ids).map(({ id }) => id);
    for (const id of incidents) {
      all.detach.run(id);
      all.incident.run(id);
    }
    const names = [session.native_id, session.session_id, ...(session.routing_key === null ? [] : [session.routing_key])];
    for (const { id, evidence } of all.evidence.all()) {
      const kept = JSON.stringify(withoutNames(JSON.parse(evidence), names));
      if (kept !== evidence) all.tellLess.run(kept, id);
    }
  }

  /** A version of OpenClaw's index tells its key and its label. */
  #names(generationId: number, size: number, session: SessionRow): boolean {
    const names = [`"${session.native_id}"`, `"${session.session_id}"`, `"${session.routing_key ?? session.session_id}"`];
    try {
      const text = Buffer.from(this.#reader.range(generationId, 0, size));
      return names.some((name) => text.includes(name));
    } catch (error) {
      if (errnoOf(error) !== 'buffer-damaged') throw error;
      return true;
    }
  }
}

/** Evidence without what names a conversation: as a value, in a list, as a file's name, as a key. */
function withoutNames(value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return isNamed(value, names) ? 'forgotten' : value;
  if (Array.isArray(value))
    return value.flatMap((item) => (typeof item === 'string' && isNamed(item, names) ? [] : [withoutNames(item, names)]));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !isNamed(name, names));
  return Object.fromEntries(kept.map(([name, of]) => [name, withoutNames(of, names)]));
}

function isNamed(text: string, names: readonly string[]): boolean {
  return names.some((name) => text === name || text.includes(`${name}.jsonl`));
}

function prepare(db: Sqlite) {
  type Fields = Readonly<Record<string, string | number | null>>;
  return {
    session: db.prepare<[number], SessionRow>('SELECT id, source_id, agent, native_id, session_id, routing_key FROM session WHERE id = ?'),
    openRestore: db.prepare<[number], object>(
      `SELECT 1 AS is_open FROM restore WHERE session_row = ? AND phase IN ('planned','written','linked') LIMIT 1`,
    ),
    generations: db.prepare<[number, number, string, string], GenerationRow>(
      `SELECT id, "offset" AS bytes, on_disk FROM generation WHERE session_row = ? OR (source_id = ? AND agent = ? AND native_id = ?)`,
    ),
    indexes: db.prepare<[number, string], GenerationRow>(
      `SELECT id, "offset" AS bytes, on_disk FROM generation WHERE source_id = ? AND agent = ? AND kind = 'index'`,
    ),
    lastBefore: db.prepare<[number], { at: number | null }>(
      'SELECT max(coalesce(last_message_at, last_append_at)) AS at FROM session WHERE successor_id = ?',
    ),
    firstAfter: db.prepare<[number], { first_seen_at: number; message_id: number | null }>(
      `SELECT first_seen_at, (SELECT min(message_id) FROM record WHERE session_row = s.id) AS message_id
         FROM session AS s WHERE id = (SELECT successor_id FROM session WHERE id = ?)`,
    ),
    find: db.prepare<[number, string, string], { id: number }>(
      'SELECT id FROM session WHERE source_id = ? AND agent = ? AND native_id = ?',
    ),
    records: db.prepare<[number], RecordRow>(
      `SELECT message_id, min(generation_id) AS generation_id, start, len FROM record
        WHERE session_row = ? GROUP BY message_id ORDER BY message_id LIMIT ${MESSAGES_AT_ONCE}`,
    ),
    removeRecords: db.prepare<[number, number]>('DELETE FROM record WHERE session_row = ? AND message_id <= ?'),
    messages: db.prepare<[number]>('DELETE FROM message WHERE session_row = ?'),
    restores: db.prepare<[number, string]>(
      'DELETE FROM restore WHERE session_row = ? OR generation_id IN (SELECT value FROM json_each(?))',
    ),
    incidents: db.prepare<[number, string, string, string], { id: string }>(
      `SELECT id FROM incident WHERE (source_id = ? AND agent = ? AND native_id = ?) OR generation_id IN (SELECT value FROM json_each(?))`,
    ),
    detach: db.prepare<[string]>('UPDATE restore SET incident_id = NULL WHERE incident_id = ?'),
    incident: db.prepare<[string]>('DELETE FROM incident WHERE id = ?'),
    evidence: db.prepare<[], { id: string; evidence: string }>('SELECT id, evidence FROM incident'),
    tellLess: db.prepare<[string, string]>('UPDATE incident SET evidence = ? WHERE id = ?'),
    witnessed: db.prepare<[Fields]>(
      `DELETE FROM witnessed WHERE session_row = @row
           OR (source_id = @sourceId AND (native_id = @nativeId AND agent = @agent OR session_id = @sessionId AND native_id IS NULL
                                          OR session_key = @key AND native_id IS NULL))
           OR generation_id IN (SELECT id FROM generation WHERE session_row = @row)`,
    ),
    retracted: db.prepare<[number]>('DELETE FROM retracted WHERE generation_id = ?'),
    chunks: db.prepare<[number]>('DELETE FROM chunk WHERE generation_id = ?'),
    generation: db.prepare<[number]>('DELETE FROM generation WHERE id = ?'),
    facts: db.prepare<[number, string, string]>('DELETE FROM pending_facts WHERE source_id = ? AND agent = ? AND native_id = ?'),
    transitions: db.prepare<[number]>('DELETE FROM transition WHERE session_row = ?'),
    unlink: db.prepare<[number]>('UPDATE session SET successor_id = NULL WHERE successor_id = ?'),
    delete: db.prepare<[number]>('DELETE FROM session WHERE id = ?'),
    passOver: db.prepare<[Fields]>(
      `INSERT OR REPLACE INTO passed_over (source_id, agent, native_id, session_id, session_key, forgotten_at, since, until, scrubbed)
       VALUES (@sourceId, @agent, @nativeId, @sessionId, @key, @at, @since, @until, 0)`,
    ),
  };
}
