import type { SessionFacts, SessionRef, Transition } from '../detect/detection.ts';
import type { Logger } from '../platform/logger.ts';
import type { Sqlite } from './sqlite.ts';
import { createTimeSlots, type TimeSlots } from './time-slots.ts';

/** Writes the rows of conversations and what is said of them, inside the transaction of the caller. */
export class SessionWriter {
  readonly #log: Logger;
  readonly #recency: TimeSlots;
  readonly #statements;

  constructor(db: Sqlite, log: Logger) {
    this.#log = log;
    this.#recency = createTimeSlots(db);
    this.#statements = prepare(db);
  }

  /** Row of a conversation, made at its first transcript; what the index had said of it before is taken over. */
  ensure(session: SessionRef, sessionId: string, at: number): number {
    const existing = this.rowOf(session);
    if (existing !== undefined) return existing;
    const { sourceId, agent, nativeId } = session;
    const pending = this.#statements.takePending.get(sourceId, agent, nativeId);
    const created = this.#statements.create.get({
      sourceId,
      agent,
      nativeId,
      sessionId: pending?.session_id ?? sessionId,
      routingKey: pending?.routing_key ?? null,
      label: pending?.label ?? null,
      at,
      recency: this.#recency.next(at),
    });
    if (created === undefined) throw new Error('INSERT … RETURNING returned no row');
    return created.id;
  }

  /** Routing key of a conversation of which the index never spoke. */
  nameIfUnnamed(row: number, routingKey: string): void {
    this.#statements.nameIfUnnamed.run(routingKey, row);
  }

  countGeneration(row: number): void {
    this.#statements.countGeneration.run(row);
  }

  /** `offset`: size of the generation that grew. */
  appended(row: number, offset: number, at: number): void {
    const last = this.#statements.lastAppend.get(row);
    this.#statements.grow.run(offset, row);
    if (last === undefined || (last.last_append_at !== null && at <= last.last_append_at)) return;
    this.#statements.touch.run(at, this.#recency.next(at), row);
  }

  learn(facts: SessionFacts): void {
    const { sourceId, agent, nativeId } = facts.session;
    const said = {
      sourceId,
      agent,
      nativeId,
      sessionId: facts.sessionId ?? null,
      routingKey: facts.routingKey ?? null,
      label: facts.label ?? null,
    };
    if (this.rowOf(facts.session) === undefined) this.#statements.learnLater.run(said);
    else this.#statements.learn.run(said);
  }

  /** Moves the state and writes the audit row. A conversation without a transcript has no row and therefore no state. */
  move(transition: Transition): void {
    const row = this.rowOf(transition.session);
    if (row === undefined) {
      this.#log.log('warn', 'transition-without-session', { agent: transition.session.agent, to: transition.to, cause: transition.cause });
      return;
    }
    const successor = transition.successor === undefined ? undefined : this.rowOf(transition.successor);
    this.#statements.move.run(transition.to, transition.at, transition.deadlineAt ?? null, successor ?? null, row);
    this.#statements.audit.run(row, transition.from ?? null, transition.to, transition.cause, transition.at);
  }

  rowOf(session: SessionRef): number | undefined {
    return this.#statements.find.get(session.sourceId, session.agent, session.nativeId)?.id;
  }
}

function prepare(db: Sqlite) {
  type Fields = Readonly<Record<string, string | number | null>>;
  return {
    find: db.prepare<[number, string, string], { id: number }>(
      'SELECT id FROM session WHERE source_id = ? AND agent = ? AND native_id = ?',
    ),
    create: db.prepare<[Fields], { id: number }>(
      `INSERT INTO session (source_id, agent, native_id, session_id, routing_key, label, state, state_since, first_seen_at, recency)
       VALUES (@sourceId, @agent, @nativeId, @sessionId, @routingKey, @label, 'live', @at, @at, @recency) RETURNING id`,
    ),
    takePending: db.prepare<[number, string, string], { session_id: string | null; routing_key: string | null; label: string | null }>(
      'DELETE FROM pending_facts WHERE source_id = ? AND agent = ? AND native_id = ? RETURNING session_id, routing_key, label',
    ),
    nameIfUnnamed: db.prepare<[string, number]>('UPDATE session SET routing_key = ? WHERE id = ? AND routing_key IS NULL'),
    countGeneration: db.prepare<[number]>('UPDATE session SET generations = generations + 1 WHERE id = ?'),
    lastAppend: db.prepare<[number], { last_append_at: number | null }>('SELECT last_append_at FROM session WHERE id = ?'),
    grow: db.prepare<[number, number]>('UPDATE session SET bytes = max(bytes, ?) WHERE id = ?'),
    touch: db.prepare<[number, number, number]>('UPDATE session SET last_append_at = ?, recency = ? WHERE id = ?'),
    learn: db.prepare<[Fields]>(
      `UPDATE session SET session_id = coalesce(@sessionId, session_id), routing_key = coalesce(@routingKey, routing_key),
              label = coalesce(@label, label) WHERE source_id = @sourceId AND agent = @agent AND native_id = @nativeId`,
    ),
    learnLater: db.prepare<[Fields]>(
      `INSERT INTO pending_facts (source_id, agent, native_id, session_id, routing_key, label)
       VALUES (@sourceId, @agent, @nativeId, @sessionId, @routingKey, @label)
       ON CONFLICT DO UPDATE SET session_id = coalesce(excluded.session_id, session_id),
              routing_key = coalesce(excluded.routing_key, routing_key), label = coalesce(excluded.label, label)`,
    ),
    move: db.prepare<[string, number, number | null, number | null, number]>(
      'UPDATE session SET state = ?, state_since = ?, deadline_at = ?, successor_id = coalesce(?, successor_id) WHERE id = ?',
    ),
    audit: db.prepare<[number, string | null, string, string, number]>(
      'INSERT INTO transition (session_row, from_state, to_state, cause, at) VALUES (?, ?, ?, ?, ?)',
    ),
  };
}
