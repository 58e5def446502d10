import type { Presence } from './presence.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import { titleOf } from './text-limits.ts';

/** User messages that are looked at for another title; OpenClaw's own prompts are the only ones without one. */
const TITLE_CANDIDATES = 20;

export interface PromotedLine {
  readonly generationId: number;
  readonly start: number;
}

interface UserRow {
  readonly id: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
}

/** Takes back messages that a transcript holds after all, inside the transaction of the caller. Their bytes stay. */
export class Retraction {
  readonly #presence: Presence;
  readonly #texts: RecordText;
  readonly #statements;

  constructor(db: Sqlite, presence: Presence, texts: RecordText) {
    this.#presence = presence;
    this.#texts = texts;
    this.#statements = prepare(db);
  }

  /** Lines of the witness generation of one conversation. One that is not indexed yet never will be. */
  retract(sessionRow: number, lines: readonly PromotedLine[]): void {
    const messages: number[] = [];
    for (const { generationId, start } of lines) {
      this.#statements.mark.run(generationId, start);
      const record = this.#statements.removeRecord.get(generationId, start);
      if (record === undefined || record.message_id === null) continue;
      this.#statements.uncount.run(record.message_id, generationId);
      messages.push(record.message_id);
    }
    if (messages.length === 0) return;
    this.#forget(sessionRow, messages);
    this.#statements.recount.run(sessionRow);
    this.#presence.recount(sessionRow);
    this.#describe(sessionRow);
  }

  /** A restore may have put the same message into a file: then it stands there, and no longer here. */
  #forget(sessionRow: number, messages: readonly number[]): void {
    const elsewhere = this.#statements.elsewhere.all(sessionRow, JSON.stringify(messages));
    for (const { message_id, generation_id, start } of elsewhere) this.#statements.resettle.run(generation_id, start, message_id);
    const kept = new Set(elsewhere.map(({ message_id }) => message_id));
    for (const id of messages) {
      if (kept.has(id)) continue;
      this.#statements.removeMessage.run(id);
      this.#statements.removeText.run(id);
    }
  }

  /** Title and beginning again from the first user messages that are left. */
  #describe(sessionRow: number): void {
    if (this.#statements.isDescribed.get(sessionRow) !== undefined) return;
    let first: { readonly id: number; readonly byCommand: boolean } | undefined;
    let title: { readonly id: number; readonly text: string } | undefined;
    for (const { id, generation_id, start, len } of this.#statements.firstUsers.all(sessionRow)) {
      const { text, startsSession } = this.#texts.parsed(generation_id, start, len);
      first ??= { id, byCommand: startsSession === true };
      const name = startsSession === true ? undefined : titleOf(text ?? '');
      if (name === undefined) continue;
      title = { id, text: name };
      break;
    }
    this.#statements.describe.run(title?.text ?? null, title?.id ?? null, first?.id ?? null, first?.byCommand ? 1 : 0, sessionRow);
  }
}

function prepare(db: Sqlite) {
  return {
    mark: db.prepare<[number, number]>('INSERT INTO retracted (generation_id, start) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    removeRecord: db.prepare<[number, number], { message_id: number | null }>(
      'DELETE FROM record WHERE generation_id = ? AND start = ? RETURNING message_id',
    ),
    uncount: db.prepare<[number, number]>(
      `UPDATE generation SET messages = generation.messages - 1, assistant_messages = assistant_messages - (said.role = 'assistant')
         FROM (SELECT role FROM message WHERE id = ?) AS said WHERE generation.id = ?`,
    ),
    elsewhere: db.prepare<[number, string], { message_id: number; generation_id: number; start: number }>(
      `SELECT r.message_id, r.generation_id, min(r.start) AS start
         FROM generation AS g JOIN record AS r ON r.generation_id = g.id
        WHERE g.session_row = ? AND r.message_id IN (SELECT value FROM json_each(?)) GROUP BY r.message_id`,
    ),
    resettle: db.prepare<[number, number, number]>('UPDATE message SET generation_id = ?, start = ? WHERE id = ?'),
    removeMessage: db.prepare<[number]>('DELETE FROM message WHERE id = ?'),
    removeText: db.prepare<[number]>('DELETE FROM message_text WHERE rowid = ?'),
    recount: db.prepare<[number]>(
      `UPDATE session SET messages = (SELECT coalesce(max(messages), 0) FROM generation WHERE session_row = session.id),
              last_message_at = (SELECT max(at) FROM message WHERE session_row = session.id) WHERE id = ?`,
    ),
    isDescribed: db.prepare<[number], object>(
      `SELECT 1 AS is_described FROM session AS s WHERE s.id = ?
          AND EXISTS (SELECT 1 FROM message AS m WHERE m.id = s.first_user_message AND m.session_row = s.id)
          AND (s.title_message IS NULL OR EXISTS (SELECT 1 FROM message AS m WHERE m.id = s.title_message AND m.session_row = s.id))`,
    ),
    firstUsers: db.prepare<[number], UserRow>(
      `SELECT m.id, m.generation_id, m.start, r.len
         FROM message AS m JOIN record AS r ON r.generation_id = m.generation_id AND r.start = m.start
        WHERE m.session_row = ? AND m.role = 'user' AND r.kind = 'message' ORDER BY m.id LIMIT ${TITLE_CANDIDATES}`,
    ),
    describe: db.prepare<[string | null, number | null, number | null, number, number]>(
      'UPDATE session SET title = ?, title_message = ?, first_user_message = ?, started_by_command = ? WHERE id = ?',
    ),
  };
}
