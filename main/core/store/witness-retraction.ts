import { errnoOf } from '../platform/errors.ts';
import { messageKey } from './digest.ts';
import type { Presence } from './presence.ts';
import type { RecordText, Statement } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import { isIndexed, TextIndex } from './text-index.ts';
import { titleOf } from './text-limits.ts';

/** User messages that are looked at for another title; OpenClaw's own prompts are the only ones without one. */
const TITLE_CANDIDATES = 20;
const MOST_LOOKED_AT = 1_000;
const LATEST_LOOKED_AT = 50;

interface Retracted extends Statement {
  /** `undefined` for a line that cannot be parsed: its message is then found by looking through those of its conversation. */
  readonly key: Uint8Array | undefined;
}

interface RecordRow {
  readonly message_id: number;
  readonly start: number;
  readonly len: number;
}

interface MessageRow {
  readonly id: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/** Takes back messages that a transcript holds after all, inside the transaction of the caller. Their bytes stay. */
export class Retraction {
  readonly #presence: Presence;
  readonly #texts: RecordText;
  readonly #index: TextIndex;
  readonly #statements;

  constructor(db: Sqlite, presence: Presence, texts: RecordText) {
    this.#presence = presence;
    this.#texts = texts;
    this.#index = new TextIndex(db);
    this.#statements = prepare(db);
  }

  /** Lines of the witness generation of one conversation. One that is not indexed yet never will be. */
  retract(sessionRow: number, generationId: number, starts: readonly number[]): void {
    const retracted = new Map<number, Retracted>();
    for (const start of starts) this.#statements.mark.run(generationId, start);
    for (const { message_id, start, len } of this.#statements.records.all(sessionRow, generationId, JSON.stringify(starts))) {
      this.#statements.removeRecord.run(sessionRow, message_id, generationId, start);
      const said = this.#said(generationId, start, len);
      this.#statements.uncount.run(said.role === 'assistant' ? 1 : 0, generationId);
      const key = said.kind === 'message' ? messageKey(this.#texts.parsed(generationId, start, len)) : undefined;
      retracted.set(message_id, { ...said, key });
    }
    if (retracted.size === 0) return;
    for (const [id, said] of retracted) this.#forget(sessionRow, id, said);
    this.#statements.recount.run(this.#lastAt(sessionRow), sessionRow);
    this.#presence.recount(sessionRow);
    this.#describe(sessionRow);
  }

  /** A restore may have put the same message into a file: then it stands there, and no longer here. */
  #forget(sessionRow: number, id: number, { role, text, key }: Retracted): void {
    if (this.#statements.isElsewhere.get(sessionRow, id) !== undefined) return;
    if (key === undefined || this.#statements.removeKey.run(sessionRow, key, id).changes === 0) {
      this.#statements.removeMessage.run(sessionRow, id);
    }
    if (isIndexed(role, text)) this.#index.remove(id, text);
  }

  /** Ids may run ahead of the time that they stand for, so that the last of them is not always the latest. */
  #lastAt(sessionRow: number): number | null {
    const times = this.#statements.last
      .all(sessionRow)
      .map(({ generation_id, start, len }) => this.#said(generation_id, start, len).at ?? 0);
    return Math.max(0, ...times) || null;
  }

  /** Damaged bytes say nothing; a message of them must be taken back all the same, or no commit would succeed any more. */
  #said(generationId: number, start: number, length: number): Statement {
    try {
      return this.#texts.statement(generationId, start, length);
    } catch (error) {
      if (errnoOf(error) !== 'buffer-damaged') throw error;
      return { kind: 'oversized', role: 'unknown', text: '' };
    }
  }

  /** Title and beginning again from the first user messages that are left. */
  #describe(sessionRow: number): void {
    if (this.#statements.isDescribed.get(sessionRow) !== undefined) return;
    let first: { readonly id: number; readonly byCommand: boolean } | undefined;
    let title: { readonly id: number; readonly text: string } | undefined;
    let users = 0;
    for (const { id, generation_id, start, len } of this.#statements.first.all(sessionRow)) {
      const said = this.#said(generation_id, start, len);
      if (said.role !== 'user' || said.kind === 'oversized') continue;
      const { text, startsSession } = this.#texts.parsed(generation_id, start, len);
      users += 1;
      first ??= { id, byCommand: startsSession === true };
      const name = startsSession === true ? undefined : titleOf(text ?? '');
      if (name !== undefined) title = { id, text: name };
      if (title !== undefined || users >= TITLE_CANDIDATES) break;
    }
    this.#statements.describe.run(title?.text ?? null, title?.id ?? null, first?.id ?? null, first?.byCommand ? 1 : 0, sessionRow);
  }
}

function prepare(db: Sqlite) {
  return {
    mark: db.prepare<[number, number]>('INSERT INTO retracted (generation_id, start) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    records: db.prepare<[number, number, string], RecordRow>(
      `SELECT message_id, start, len FROM record
        WHERE session_row = ? AND generation_id = ? AND start IN (SELECT value FROM json_each(?)) ORDER BY message_id`,
    ),
    removeRecord: db.prepare<[number, number, number, number]>(
      'DELETE FROM record WHERE session_row = ? AND message_id = ? AND generation_id = ? AND start = ?',
    ),
    uncount: db.prepare<[number, number]>(
      'UPDATE generation SET messages = messages - 1, assistant_messages = assistant_messages - ? WHERE id = ?',
    ),
    isElsewhere: db.prepare<[number, number], object>(
      'SELECT 1 AS is_elsewhere FROM record WHERE session_row = ? AND message_id = ? LIMIT 1',
    ),
    removeKey: db.prepare<[number, Uint8Array, number]>('DELETE FROM message WHERE session_row = ? AND key = ? AND id = ?'),
    removeMessage: db.prepare<[number, number]>('DELETE FROM message WHERE session_row = ? AND id = ?'),
    recount: db.prepare<[number | null, number]>(
      `UPDATE session SET messages = (SELECT coalesce(max(messages), 0) FROM generation WHERE session_row = session.id),
              last_message_at = ? WHERE id = ?`,
    ),
    isDescribed: db.prepare<[number], object>(
      `SELECT 1 AS is_described FROM session AS s WHERE s.id = ?
          AND EXISTS (SELECT 1 FROM record AS r WHERE r.session_row = s.id AND r.message_id = s.first_user_message)
          AND (s.title_message IS NULL OR EXISTS (SELECT 1 FROM record AS r WHERE r.session_row = s.id AND r.message_id = s.title_message))`,
    ),
    first: db.prepare<[number], MessageRow>(
      `SELECT message_id AS id, generation_id, start, len FROM record WHERE session_row = ? ORDER BY message_id LIMIT ${MOST_LOOKED_AT}`,
    ),
    last: db.prepare<[number], MessageRow>(
      `SELECT message_id AS id, generation_id, start, len FROM record WHERE session_row = ? ORDER BY message_id DESC LIMIT ${LATEST_LOOKED_AT}`,
    ),
    describe: db.prepare<[string | null, number | null, number | null, number, number]>(
      'UPDATE session SET title = ?, title_message = ?, first_user_message = ?, started_by_command = ? WHERE id = ?',
    ),
  };
}
