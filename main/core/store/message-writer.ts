import type { ParsedLine } from '../sources/source.ts';
import type { SourceLayout } from '../types.ts';
import { messageKey, oversizedKey } from './digest.ts';
import type { SplitLine } from './line-splitter.ts';
import { MessageIds, timeOfId } from './message-ids.ts';
import { oversizedRole } from './oversized-line.ts';
import { Presence } from './presence.ts';
import type { Sqlite } from './sqlite.ts';
import type { ParseLine } from './store.ts';
import { isIndexed, TextIndex } from './text-index.ts';
import { titleOf } from './text-limits.ts';

export interface IndexedGeneration {
  readonly id: number;
  readonly sessionRow: number;
  readonly layout: SourceLayout;
  readonly onDisk: boolean;
  readonly openedAt: number;
}

/** A reply that failed or was stopped before its first word: it counts for what OpenClaw makes of the file, and nobody can miss it. */
function isWordless({ role, text, stopReason }: ParsedLine): boolean {
  return role === 'assistant' && (stopReason === 'error' || stopReason === 'aborted') && (text ?? '').trim() === '';
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
  readonly #parse: ParseLine;
  readonly #ids: MessageIds;
  readonly #presence: Presence;
  readonly #texts: TextIndex;
  readonly #statements;
  #seen: Seen = nothingSeen();

  constructor(db: Sqlite, parse: ParseLine) {
    this.#parse = parse;
    this.#ids = new MessageIds(db);
    this.#presence = new Presence(db);
    this.#texts = new TextIndex(db);
    this.#statements = prepare(db);
  }

  /** Lines of one generation follow each other; call `finish` before the next generation. */
  add(generation: IndexedGeneration, line: SplitLine): void {
    const parsed = line.oversized ? undefined : this.#parse(generation.layout, line.bytes);
    if (line.start === 0) this.#seen.firstLine = parsed?.kind === 'header' ? 'header' : 'other';
    if (line.length === 0) return;
    if (parsed === undefined) this.#addOversized(generation, line);
    else this.#addParsed(generation, line, parsed);
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

  #addOversized(generation: IndexedGeneration, line: SplitLine): void {
    const role = oversizedRole(line.bytes);
    if (role !== undefined) this.#sight(generation, line, oversizedKey(line), role);
  }

  #addParsed(generation: IndexedGeneration, line: SplitLine, parsed: ParsedLine): void {
    if (parsed.at !== undefined) this.#seen.previousAt = parsed.at;
    if (parsed.kind !== 'message') return;
    const role = parsed.role ?? 'unknown';
    if (isWordless(parsed)) {
      this.#seen.assistantMessages += 1;
      return;
    }
    const { id, isNew } = this.#sight(generation, line, messageKey(parsed), role, parsed.at);
    if (role === 'user') this.#describe(id, parsed);
    if (isNew && isIndexed(role, parsed.text ?? '')) this.#texts.add(id, parsed.text ?? '');
  }

  #sight(
    generation: IndexedGeneration,
    line: SplitLine,
    key: Uint8Array,
    role: string,
    at?: number,
  ): { readonly id: number; readonly isNew: boolean } {
    const { sessionRow } = generation;
    this.#seen.messages += 1;
    if (role === 'assistant') this.#seen.assistantMessages += 1;
    const wanted = this.#ids.next(at ?? this.#previousTime(generation));
    // Nearly every message is new: one statement instead of two. A number that nobody took in the end is no loss.
    const isNew = this.#statements.insert.run(sessionRow, key, wanted).changes === 1;
    const id = isNew ? wanted : (this.#statements.find.get(sessionRow, key) ?? wanted);
    this.#statements.insertRecord.run(sessionRow, id, generation.id, line.start, line.length);
    if (!isNew) this.#seen.again = true;
    else if (at !== undefined) this.#seen.lastMessageAt = Math.max(this.#seen.lastMessageAt ?? 0, at);
    return { id, isNew };
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
