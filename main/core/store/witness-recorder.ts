import { sha256 } from './digest.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';
import type { WitnessSighting } from './store.ts';
import { limitText } from './text-limits.ts';
import type { Retraction } from './witness-retraction.ts';
import { LONGEST_MESSAGE_BYTES, LONGEST_NAME, LONGEST_TEXT_BYTES } from './witness-rows.ts';

/** Clocks of two machines differ; a message from a farther future is dated by when it was seen. */
const CLOCK_DRIFT_MS = 24 * 3_600_000;

/** One transaction; a witness that floods us must not hold the core's loop, nor fill its memory. */
const MOST_MESSAGES = 2_000;
const MOST_CHARS = 8 * 1024 * 1024;

type Message = WitnessSighting['messages'][number];

interface Known {
  readonly id: number;
  readonly state: 'pending' | 'persisted' | 'covered' | 'void' | 'unpersisted';
  readonly phase: Message['phase'];
  readonly text: string;
  readonly session_row: number | null;
  readonly generation_id: number | null;
  readonly start: number | null;
}

/** A judged message is known by its `ref` this long; a witness does not tell again of what is older. */
const KNOWN_MS = 30 * 24 * 3_600_000;
const FORGOTTEN_AT_ONCE = 500;

/** Stores what witnesses saw, inside the transaction of the caller. */
export class WitnessRecorder {
  readonly #db: Sqlite;
  readonly #retraction: Retraction;
  readonly #statements;

  constructor(db: Sqlite, retraction: Retraction) {
    this.#db = db;
    this.#retraction = retraction;
    this.#statements = prepare(db);
  }

  record({ sourceId, witness, messages, cursor }: WitnessSighting, at: number): void {
    let lastAt: number | undefined;
    for (const message of messages) {
      this.#recordOne(sourceId, message, at);
      lastAt = Math.max(lastAt ?? 0, saidAt(message.at, at));
    }
    this.#statements.remember.run(sourceId, witness, cursor ?? null, lastAt ?? null);
  }

  cursor(sourceId: number, witness: string): string | undefined {
    return this.#statements.cursor.get(sourceId, witness)?.cursor ?? undefined;
  }

  /** Judged messages without a text of their own, a bounded number in a transaction of its own; true when there may be more. */
  forgetOld(at: number): boolean {
    if (this.#statements.hasOld.get(at - KNOWN_MS) === undefined) return false;
    const { changes } = withoutSync(this.#db, () => inTransaction(this.#db, () => this.#statements.forget.run(at - KNOWN_MS)));
    return changes === FORGOTTEN_AT_ONCE;
  }

  #recordOne(sourceId: number, message: Message, at: number): void {
    const fields = fieldsOf(sourceId, message, at);
    if (this.#statements.insert.run(fields).changes === 1) return;
    const known = this.#statements.find.get(sourceId, message.witness, fields.ref);
    if (known === undefined) throw new Error('a row that exists cannot be read');
    switch (whatToDo(known, message)) {
      case 'ignore':
        this.#statements.place.run(fields);
        break;
      case 'judge-again':
        if (known.session_row !== null && known.generation_id !== null && known.start !== null) {
          this.#retraction.retract(known.session_row, known.generation_id, [known.start]);
        }
        this.#statements.replace.run(fields);
        break;
      case 'replace':
        this.#statements.replace.run(fields);
        break;
    }
  }
}

/**
 * What was seen, in portions for one transaction each: nearly always one. Where a witness goes on is told with the last of its
 * messages, so that a crash between two portions makes it tell some of them again.
 */
export function* portionsOf(sightings: readonly WitnessSighting[]): IterableIterator<readonly WitnessSighting[]> {
  let portion: WitnessSighting[] = [];
  let count = 0;
  let chars = 0;
  for (const { cursor, messages, ...whose } of sightings) {
    let from = 0;
    for (const [index, { text, message }] of messages.entries()) {
      count += 1;
      chars += text.length + (message?.length ?? 0);
      if (count < MOST_MESSAGES && chars < MOST_CHARS) continue;
      yield [...portion, { ...whose, messages: messages.slice(from, index + 1) }];
      [portion, count, chars, from] = [[], 0, 0, index + 1];
    }
    if (from < messages.length || cursor !== undefined) {
      portion.push({ ...whose, messages: messages.slice(from), ...(cursor === undefined ? {} : { cursor }) });
    }
  }
  if (portion.length > 0) yield portion;
}

/** A reply that was judged while it streamed is judged again when there is more of it to judge. */
function whatToDo(known: Known, message: Message): 'ignore' | 'replace' | 'judge-again' {
  const ended = message.phase !== 'partial';
  if (known.state === 'pending') return ended || known.phase === 'partial' ? 'replace' : 'ignore';
  if (known.phase !== 'partial') return 'ignore';
  const grew = known.state === 'unpersisted' && message.text.length > known.text.length;
  return ended || grew ? 'judge-again' : 'ignore';
}

/** When a message was said, within what can be printed and sorted. */
export function saidAt(at: number, seenAt: number): number {
  return Number.isFinite(at) && at > 0 && at <= seenAt + CLOCK_DRIFT_MS ? Math.trunc(at) : seenAt;
}

function fieldsOf(sourceId: number, message: Message, seenAt: number) {
  const { message: json } = message;
  return {
    sourceId,
    witness: message.witness,
    ref: refOf(message.ref),
    agent: nameOf(message.agent),
    nativeId: message.nativeId === undefined ? null : nameOf(message.nativeId),
    sessionId: message.sessionId === undefined ? null : nameOf(message.sessionId),
    sessionKey: message.sessionKey === undefined ? null : nameOf(message.sessionKey),
    runId: message.runId === undefined ? null : nameOf(message.runId),
    role: message.role,
    phase: message.phase,
    endsRun: message.endsRun ? 1 : 0,
    at: saidAt(message.at, seenAt),
    seenAt,
    text: limitText(message.text.toWellFormed(), LONGEST_TEXT_BYTES).text,
    message: json === undefined || Buffer.byteLength(json) > LONGEST_MESSAGE_BYTES ? null : json,
  };
}

/** Cut, two long ones could become one. */
function refOf(ref: string): string {
  return ref.length <= LONGEST_NAME ? ref.toWellFormed() : Buffer.from(sha256(Buffer.from(ref))).toString('hex');
}

function nameOf(name: string): string {
  return name.toWellFormed().slice(0, LONGEST_NAME);
}

const OLD = `state IN ('persisted','covered','void') AND judged_at < ?`;

function prepare(db: Sqlite) {
  type Fields = Readonly<Record<string, string | number | null>>;
  return {
    insert: db.prepare<[Fields]>(
      `INSERT INTO witnessed (source_id, witness, ref, agent, native_id, session_id, session_key, run_id, role, phase, ends_run,
                              at, seen_at, text, message)
       VALUES (@sourceId, @witness, @ref, @agent, @nativeId, @sessionId, @sessionKey, @runId, @role, @phase, @endsRun,
               @at, @seenAt, @text, @message)
       ON CONFLICT DO NOTHING`,
    ),
    find: db.prepare<[number, string, string], Known>(
      `SELECT id, state, phase, text, session_row, generation_id, start
         FROM witnessed WHERE source_id = ? AND witness = ? AND ref = ?`,
    ),
    replace: db.prepare<[Fields]>(
      `UPDATE witnessed SET agent = @agent, native_id = coalesce(@nativeId, native_id), session_id = coalesce(@sessionId, session_id),
              session_key = coalesce(@sessionKey, session_key), run_id = coalesce(@runId, run_id), role = @role, phase = @phase,
              ends_run = @endsRun, at = @at, text = @text, message = @message, state = 'pending', judged_at = NULL,
              session_row = NULL, generation_id = NULL, start = NULL, len = NULL
        WHERE source_id = @sourceId AND witness = @witness AND ref = @ref
          AND (state <> 'pending' OR (phase, text, message, ends_run, at) IS NOT (@phase, @text, @message, @endsRun, @at)
               OR native_id IS NOT coalesce(@nativeId, native_id) OR session_key IS NOT coalesce(@sessionKey, session_key))`,
    ),
    place: db.prepare<[Fields]>(
      `UPDATE witnessed SET native_id = @nativeId
        WHERE source_id = @sourceId AND witness = @witness AND ref = @ref AND state = 'pending' AND native_id IS NULL
          AND @nativeId IS NOT NULL`,
    ),
    remember: db.prepare<[number, string, string | null, number | null]>(
      `INSERT INTO witness_cursor (source_id, witness, cursor, last_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET cursor = coalesce(excluded.cursor, cursor),
              last_at = nullif(max(coalesce(last_at, 0), coalesce(excluded.last_at, 0)), 0)
        WHERE cursor IS NOT coalesce(excluded.cursor, cursor) OR coalesce(excluded.last_at, 0) > coalesce(last_at, 0)`,
    ),
    hasOld: db.prepare<[number], object>(`SELECT 1 AS is_old FROM witnessed WHERE ${OLD} LIMIT 1`),
    forget: db.prepare<[number]>(
      `DELETE FROM witnessed WHERE id IN (SELECT id FROM witnessed WHERE ${OLD} ORDER BY judged_at LIMIT ${FORGOTTEN_AT_ONCE})`,
    ),
    cursor: db.prepare<[number, string], { cursor: string | null }>(
      'SELECT cursor FROM witness_cursor WHERE source_id = ? AND witness = ?',
    ),
  };
}
