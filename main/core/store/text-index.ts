import { indexedText } from './searchable.ts';
import type { Sqlite } from './sqlite.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';

/** Output of tools is not searched: what people and models said is. */
export function isIndexed(role: string, text: string): boolean {
  return (role === 'user' || role === 'assistant') && text !== '';
}

/** The words of messages, inside the transaction of the caller. */
export class TextIndex {
  readonly #insert;
  readonly #remove;
  #pending: { readonly id: number; readonly words: string }[] = [];

  constructor(db: Sqlite) {
    this.#insert = db.prepare<[number, string]>('INSERT INTO message_text (rowid, text) VALUES (?, ?)');
    this.#remove = db.prepare<[number, string]>(`INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', ?, ?)`);
  }

  /** `words`: the text in its indexed form. */
  add(id: number, words: string): void {
    this.#pending.push({ id, words });
  }

  /** Call before the transaction ends. Goes in by rising id: FTS5 writes a segment for every step back. */
  flush(): void {
    this.#pending.sort((left, right) => left.id - right.id);
    for (const { id, words } of this.#pending) this.#insert.run(id, words);
    this.#pending = [];
  }

  /** Forgets what is pending, after a transaction that failed. */
  discard(): void {
    this.#pending = [];
  }

  /** `text` is what the words were taken from: the index does not keep it, and another one would leave words behind. */
  remove(id: number, text: string): void {
    this.#remove.run(id, indexedForm(text));
  }
}

/**
 * Of a message: as much of it as is searched, each word once. The index knows which words a message holds and not how often, and
 * takes a third less time over these.
 */
export function indexedForm(text: string): string {
  const words = indexedText(limitText(text, MESSAGE_TEXT_BYTES).text).split(/\s+/);
  return [...new Set(words)].join(' ');
}
