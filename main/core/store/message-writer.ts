import { keyOf } from './digest.ts';
import type { LineDigest, MessageDigest } from './line-digest.ts';
import { MessageIds, timeOfId } from './message-ids.ts';
import { Presence } from './presence.ts';
import type { Sqlite } from './sqlite.ts';
import { TextIndex } from './text-index.ts';

export interface IndexedGeneration {
  readonly id: number;
  readonly sessionRow: number;
  readonly onDisk: boolean;
  readonly openedAt: number;
}

/** What the lines of one generation said so far, written once at its end. */
interface Seen {
  messages: number;
  assistantMessages: number;
  firstLine: 'header' | 'other' | undefined;
  lastMessageAt: number | undefined;
  firstUser: { readonly id: number; readonly startsSession: boolean } | undefined;
  title: { readonly id: number; readonly text: string } | undefined;
  /** Time of the line before, for lines without one. */
  previousAt: number | undefined;
  /** A message was met that is known already. */
  again: boolean;
}

function nothingSeen(): Seen {
  return {
    messages: 0,
    assistantMessages: 0,
    firstLine: undefined,
    lastMessageAt: undefined,
    firstUser: undefined,
    title: undefined,
    previousAt: undefined,
    again: false,
  };
}

/** Writes what complete lines mean, inside the transaction of the caller. */
export class MessageWriter {
  readonly #ids: MessageIds;
  readonly #presence: Presence;
  readonly #texts: TextIndex;
  readonly #statements;
  #seen: Seen = nothingSeen();

  constructor(db: Sqlite) {
    this.#ids = new MessageIds(db);
    this.#presence = new Presence(db);
    this.#texts = new TextIndex(db);
    this.#statements = prepare(db);
  }

  /** Lines of one generation follow each other; call `finish` before the next generation. */
  add(generation: IndexedGeneration, line: LineDigest): void {
    if (line.start === 0) this.#seen.firstLine = line.is === 'header' ? 'header' : 'other';
    if (line.at !== undefined) this.#seen.previousAt = line.at;
    if (line.is === 'wordless') this.#seen.assistantMessages += 1;
    if (line.is === 'message') this.#addMessage(generation, line);
  }

  finish(generation: IndexedGeneration): void {
    const { messages, assistantMessages, firstLine, lastMessageAt, firstUser, title, again } = this.#seen;
    const { sessionRow } = generation;
    this.#statements.count.run(messages, assistantMessages, firstLine ?? null, generation.id);
    this.#statements.countSession.run(generation.id, lastMessageAt ?? null, sessionRow);
    if (firstUser !== undefined) this.#statements.firstUser.run(firstUser.id, firstUser.startsSession ? 1 : 0, sessionRow, firstUser.id);
    if (title !== undefined) this.#statements.title.run(title.text, title.id, sessionRow, title.id);
    // New messages of a file on disk cannot change how many stand in none.
    if (again || !generation.onDisk) this.#presence.recount(sessionRow);
    this.#seen = nothingSeen();
  }

  /** At the end of the transaction. */
  flush(): void {
    this.#texts.flush();
  }

  /** Forgets what is pending, after a transaction that failed. */
  discard(): void {
    this.#texts.discard();
    this.#seen = nothingSeen();
    this.#ids.forget();
  }

  #addMessage(generation: IndexedGeneration, line: LineDigest & MessageDigest): void {
    const { sessionRow } = generation;
    const { role, at, words } = line;
    const key = keyOf(line.name);
    this.#seen.messages += 1;
    if (role === 'assistant') this.#seen.assistantMessages += 1;
    const wanted = this.#ids.next(at ?? this.#previousTime(generation));
    // Nearly every message is new: one statement instead of two. A number that nobody took in the end is no loss.
    const isNew = this.#statements.insert.run(sessionRow, key, wanted).changes === 1;
    const id = isNew ? wanted : (this.#statements.find.get(sessionRow, key) ?? wanted);
    this.#statements.insertRecord.run(sessionRow, id, generation.id, line.start, line.length);
    if (!isNew) this.#seen.again = true;
    else if (at !== undefined) this.#seen.lastMessageAt = Math.max(this.#seen.lastMessageAt ?? 0, at);
    if (line.startsSession !== undefined) this.#describe(id, line.startsSession, line.title);
    if (isNew && words !== undefined) this.#texts.add(id, words);
  }

  /** Title, and whether OpenClaw's own prompt began the conversation, by its first user messages in time. */
  #describe(id: number, startsSession: boolean, text: string | undefined): void {
    const { firstUser, title } = this.#seen;
    if (firstUser === undefined || id < firstUser.id) this.#seen.firstUser = { id, startsSession };
    if (text !== undefined && (title === undefined || id <= title.id)) this.#seen.title = { id, text };
  }

  #previousTime(generation: IndexedGeneration): number {
    if (this.#seen.previousAt === undefined) {
      const last = this.#statements.last.get(generation.sessionRow);
      this.#seen.previousAt = last === undefined ? generation.openedAt : timeOfId(last);
    }
    return this.#seen.previousAt;
  }
}

function prepare(db: Sqlite) {
  return {
    insertRecord: db.prepare<[number, number, number, number, number]>(
      'INSERT INTO record (session_row, message_id, generation_id, start, len) VALUES (?, ?, ?, ?, ?)',
    ),
    find: db.prepare<[number, Uint8Array], number>('SELECT id FROM message WHERE session_row = ? AND key = ?').pluck(),
    insert: db.prepare<[number, Uint8Array, number]>('INSERT OR IGNORE INTO message (session_row, key, id) VALUES (?, ?, ?)'),
    firstUser: db.prepare<[number, number, number, number]>(
      `UPDATE session SET first_user_message = ?, started_by_command = ?
        WHERE id = ? AND (first_user_message IS NULL OR first_user_message > ?)`,
    ),
    title: db.prepare<[string, number, number, number]>(
      'UPDATE session SET title = ?, title_message = ? WHERE id = ? AND (title_message IS NULL OR title_message > ?)',
    ),
    count: db.prepare<[number, number, string | null, number]>(
      `UPDATE generation SET messages = messages + ?, assistant_messages = assistant_messages + ?,
              first_line = coalesce(first_line, ?) WHERE id = ?`,
    ),
    countSession: db.prepare<[number, number | null, number]>(
      `UPDATE session SET messages = max(messages, (SELECT messages FROM generation WHERE id = ?)),
              last_message_at = nullif(max(coalesce(last_message_at, 0), coalesce(?, 0)), 0) WHERE id = ?`,
    ),
    last: db.prepare<[number], number>('SELECT message_id FROM record WHERE session_row = ? ORDER BY message_id DESC LIMIT 1').pluck(),
  };
}
