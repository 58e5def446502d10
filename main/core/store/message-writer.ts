import type { ParsedLine } from '../sources/source.ts';
import type { SourceLayout } from '../types.ts';
import { messageKey, oversizedKey } from './digest.ts';
import type { SplitLine } from './line-splitter.ts';
import { Presence } from './presence.ts';
import { indexedText } from './searchable.ts';
import type { Sqlite } from './sqlite.ts';
import type { ParseLine } from './store.ts';
import { limitText, MESSAGE_TEXT_BYTES, titleOf } from './text-limits.ts';
import { createTimeSlots, slotTime, type TimeSlots } from './time-slots.ts';

export interface IndexedGeneration {
  readonly id: number;
  readonly sessionRow: number;
  readonly layout: SourceLayout;
  readonly onDisk: boolean;
  readonly openedAt: number;
}

/** The first bytes of a message of 2026.3; all that is looked at in a line too long to parse. */
const OVERSIZED_MESSAGE = '"type":"message"';
const OVERSIZED_PEEK_BYTES = 4096;

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
  };
}

/** Writes what complete lines mean, inside the transaction of the caller. */
export class MessageWriter {
  readonly #parse: ParseLine;
  readonly #ids: TimeSlots;
  readonly #presence: Presence;
  readonly #statements;
  #texts: { readonly id: number; readonly text: string }[] = [];
  #seen: Seen = nothingSeen();

  constructor(db: Sqlite, parse: ParseLine) {
    this.#parse = parse;
    this.#ids = createTimeSlots(db, 'message', 'id');
    this.#presence = new Presence(db);
    this.#statements = prepare(db);
  }

  /** Lines of one generation follow each other; call `finish` before the next generation. */
  add(generation: IndexedGeneration, line: SplitLine): void {
    const parsed = line.oversized ? undefined : this.#parse(generation.layout, line.bytes);
    if (line.start === 0) this.#seen.firstLine = parsed?.kind === 'header' ? 'header' : 'other';
    if (line.length === 0) return;
    const messageId = parsed === undefined ? this.#addOversized(generation, line) : this.#addParsed(generation, line, parsed);
    this.#statements.insertRecord.run(generation.id, line.start, line.length, parsed?.kind ?? 'oversized', messageId ?? null);
  }

  finish(generation: IndexedGeneration): void {
    const { messages, assistantMessages, firstLine, lastMessageAt, firstUser, title } = this.#seen;
    const { sessionRow } = generation;
    this.#statements.count.run(messages, assistantMessages, firstLine ?? null, generation.id);
    this.#statements.countSession.run(generation.id, lastMessageAt ?? null, sessionRow);
    if (firstUser !== undefined) this.#statements.firstUser.run(firstUser.id, firstUser.startsSession ? 1 : 0, sessionRow, firstUser.id);
    if (title !== undefined) this.#statements.title.run(title.text, title.id, sessionRow, title.id);
    this.#presence.recount(sessionRow);
    this.#seen = nothingSeen();
  }

  /** Full text goes in by rising id: FTS5 writes a segment for every step back. */
  flush(): void {
    this.#texts.sort((left, right) => left.id - right.id);
    for (const { id, text } of this.#texts) this.#statements.insertText.run(id, text);
    this.#texts = [];
  }

  /** Forgets what is pending, after a transaction that failed. */
  discard(): void {
    this.#texts = [];
    this.#seen = nothingSeen();
  }

  #addOversized(generation: IndexedGeneration, line: SplitLine): number | undefined {
    const head = Buffer.from(line.bytes.subarray(0, OVERSIZED_PEEK_BYTES)).toString('utf8');
    if (!head.includes(OVERSIZED_MESSAGE)) return undefined;
    const role = /"role":"(user|assistant|toolResult)"/.exec(head)?.[1];
    const key = oversizedKey(line);
    return this.#sight(generation, line.start, { key, role: role === 'toolResult' ? 'tool' : (role ?? 'unknown') }).id;
  }

  #addParsed(generation: IndexedGeneration, line: SplitLine, parsed: ParsedLine): number | undefined {
    if (parsed.at !== undefined) this.#seen.previousAt = parsed.at;
    if (parsed.kind !== 'message') return undefined;
    const role = parsed.role ?? 'unknown';
    const { id, isNew } = this.#sight(generation, line.start, { key: messageKey(parsed), role, entryId: parsed.entryId, at: parsed.at });
    if (role === 'user') this.#describe(id, parsed);
    if (isNew && (role === 'user' || role === 'assistant') && parsed.text) {
      this.#texts.push({ id, text: indexedText(limitText(parsed.text, MESSAGE_TEXT_BYTES).text) });
    }
    return id;
  }

  #sight(
    generation: IndexedGeneration,
    start: number,
    message: { readonly key: Uint8Array; readonly role: string; readonly entryId?: string | undefined; readonly at?: number | undefined },
  ): { readonly id: number; readonly isNew: boolean } {
    this.#seen.messages += 1;
    if (message.role === 'assistant') this.#seen.assistantMessages += 1;
    const onDisk = generation.onDisk ? 1 : 0;
    const { key, role, entryId, at } = message;
    const time = at ?? this.#previousTime(generation);
    const insert = (id: number) =>
      [id, generation.sessionRow, key, role, entryId ?? null, at ?? null, generation.id, start, onDisk] as const;
    let id = this.#ids.first(time);
    // Nearly every message is new and alone in its millisecond: one statement instead of three.
    if (this.#statements.insertUnlessTaken.run(...insert(id)).changes === 0) {
      const known = this.#statements.find.get(generation.sessionRow, key);
      if (known !== undefined) {
        if (onDisk === 1) this.#statements.sightAgain.run(known.id);
        return { id: known.id, isNew: false };
      }
      id = this.#ids.next(time);
      this.#statements.insert.run(...insert(id));
    }
    if (at !== undefined) this.#seen.lastMessageAt = Math.max(this.#seen.lastMessageAt ?? 0, at);
    return { id, isNew: true };
  }

  /** Title, and whether OpenClaw's own prompt began the conversation, by its first user messages in time. */
  #describe(id: number, parsed: ParsedLine): void {
    const startsSession = parsed.startsSession === true;
    const { firstUser, title } = this.#seen;
    if (firstUser === undefined || id < firstUser.id) this.#seen.firstUser = { id, startsSession };
    if (startsSession || (title !== undefined && title.id < id)) return;
    const text = titleOf(parsed.text ?? '');
    if (text !== undefined) this.#seen.title = { id, text };
  }

  #previousTime(generation: IndexedGeneration): number {
    if (this.#seen.previousAt === undefined) {
      const last = this.#statements.lastOf.get(generation.id);
      this.#seen.previousAt = last === undefined ? generation.openedAt : slotTime(last.message_id);
    }
    return this.#seen.previousAt;
  }
}

function prepare(db: Sqlite) {
  return {
    insertRecord: db.prepare<[number, number, number, string, number | null]>(
      'INSERT INTO record (generation_id, start, len, kind, message_id) VALUES (?, ?, ?, ?, ?)',
    ),
    find: db.prepare<[number, Uint8Array], { id: number }>('SELECT id FROM message WHERE session_row = ? AND key = ?'),
    insert: db.prepare<[number, number, Uint8Array, string, string | null, number | null, number, number, number]>(
      `INSERT INTO message (id, session_row, key, role, entry_id, at, generation_id, start, on_disk)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertUnlessTaken: db.prepare<[number, number, Uint8Array, string, string | null, number | null, number, number, number]>(
      `INSERT OR IGNORE INTO message (id, session_row, key, role, entry_id, at, generation_id, start, on_disk)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertText: db.prepare<[number, string]>('INSERT INTO message_text (rowid, text) VALUES (?, ?)'),
    sightAgain: db.prepare<[number]>('UPDATE message SET on_disk = on_disk + 1 WHERE id = ?'),
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
    lastOf: db.prepare<[number], { message_id: number }>(
      'SELECT message_id FROM record WHERE generation_id = ? AND message_id IS NOT NULL ORDER BY start DESC LIMIT 1',
    ),
  };
}
