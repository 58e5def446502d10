import { errnoOf } from '../platform/errors.ts';
import type { Presence } from './presence.ts';
import type { RecordText, Statement } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import { isIndexed, TextIndex } from './text-index.ts';
import { titleOf } from './text-limits.ts';

/** User messages that are looked at for another title; OpenClaw's own prompts are the only ones without one. */
const TITLE_CANDIDATES = 20;
const MOST_LOOKED_AT = 1_000;

export interface PromotedLine {
  readonly generationId: number;
  readonly start: number;
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
  retract(sessionRow: number, lines: readonly PromotedLine[]): void {
    const retracted = new Map<number, Statement>();
    for (const { generationId, start } of lines) {
      this.#statements.mark.run(generationId, start);
      const record = this.#statements.removeRecord.get(sessionRow, generationId, start);
      if (record === undefined) continue;
      const said = this.#said(generationId, start, record.len);
      this.#statements.uncount.run(said.role === 'assistant' ? 1 : 0, generationId);
      retracted.set(record.message_id, said);
    }
    if (retracted.size === 0) return;
    for (const [id, said] of retracted) this.#forget(sessionRow, id, said);
    this.#statements.recount.run(this.#lastAt(sessionRow), sessionRow);
    this.#presence.recount(sessionRow);
    this.#describe(sessionRow);
  }

  /** A restore may have put the same message into a file: then it stands there, and no longer here. */
  #forget(sessionRow: number, id: number, { role, text }: Statement): void {
    if (this.#statements.isElsewhere.get(sessionRow, id) !== undefined) return;
    this.#statements.removeMessage.run(sessionRow, id);
    if (isIndexed(role, text)) this.#index.remove(id, text);
  }

  #lastAt(sessionRow: number): number | null {
    const last = this.#statements.last.get(sessionRow);
    return last === undefined ? null : (this.#said(last.generation_id, last.start, last.len).at ?? null);
  }

  /** Damaged bytes say nothing; a message of them must be taken back all the same, or no commit would succeed any more. */
  #said(generationId: number, start: number, length: number): Statement {
    try {
      return this.#texts.statement(generationId, start, length);
    } catch (error) {
      if (errnoOf(error) !== 'buffer-damaged') throw error;
      return { kind: 'message', role: 'unknown', text: '' };
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
    removeRecord: db.prepare<[number, number, number], { message_id: number; len: number }>(
      'DELETE FROM record WHERE session_row = ? AND generation_id = ? AND start = ? RETURNING message_id, len',
    ),
    uncount: db.prepare<[number, number]>(
      'UPDATE generation SET messages = messages - 1, assistant_messages = assistant_messages - ? WHERE id = ?',
    ),
    isElsewhere: db.prepare<[number, number], object>(
      'SELECT 1 AS is_elsewhere FROM record WHERE session_row = ? AND message_id = ? LIMIT 1',
    ),
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
      `SELECT message_id AS id, generation_id, start, len FROM record WHERE session_row = ? ORDER BY message_id DESC LIMIT 1`,
    ),
    describe: db.prepare<[string | null, number | null, number | null, number, number]>(
      'UPDATE session SET title = ?, title_message = ?, first_user_message = ?, started_by_command = ? WHERE id = ?',
    ),
  };
}
