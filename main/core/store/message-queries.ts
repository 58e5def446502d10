import type { MessageView, Page } from '../types.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';
import { type Known, WitnessProvenance } from './witness-provenance.ts';

const MOST_MESSAGES = 500;
const PAGE_TEXT_BYTES = 256 * 1024;

interface MessageRow {
  readonly cursor: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
  readonly kind: string;
  readonly role: string;
  readonly at: number | null;
  readonly on_disk: number;
}

type Options = Parameters<Catalog['messages']>[1];

/** Conversations as a person reads them. */
export class MessageQueries {
  readonly #texts: RecordText;
  readonly #provenance: WitnessProvenance;
  readonly #merged;
  readonly #ofGeneration;

  constructor(db: Sqlite, texts: RecordText) {
    this.#texts = texts;
    this.#provenance = new WitnessProvenance(db);
    this.#merged = db.prepare<[number, number, number], MessageRow>(
      `SELECT m.id AS cursor, m.generation_id, m.start, r.len, r.kind, m.role, m.at, m.on_disk
         FROM message AS m JOIN record AS r ON r.generation_id = m.generation_id AND r.start = m.start
        WHERE m.session_row = ? AND m.id > ? ORDER BY m.id LIMIT ?`,
    );
    this.#ofGeneration = db.prepare<[number, number, number, number], MessageRow>(
      `SELECT r.start AS cursor, r.generation_id, r.start, r.len, r.kind, m.role, m.at, m.on_disk
         FROM record AS r JOIN message AS m ON m.id = r.message_id
        WHERE r.generation_id = ? AND m.session_row = ? AND r.start > ? ORDER BY r.start LIMIT ?`,
    );
  }

  page(sessionRow: number, { generationId, cursor = -1, limit }: Options): Page<MessageView> {
    const wanted = Math.min(Math.max(Math.trunc(limit), 1), MOST_MESSAGES);
    const rows =
      generationId === undefined
        ? this.#merged.all(sessionRow, cursor, wanted + 1)
        : this.#ofGeneration.all(generationId, sessionRow, cursor, wanted + 1);
    const knownFrom = this.#provenance.of(sessionRow);
    const items: MessageView[] = [];
    let textBytes = 0;
    let last: MessageRow | undefined;
    for (const row of rows.slice(0, wanted)) {
      const { view, bytes } = this.#view(row, knownFrom(row.generation_id, row.start));
      if (items.length > 0 && textBytes + bytes > PAGE_TEXT_BYTES) break;
      items.push(view);
      textBytes += bytes;
      last = row;
    }
    return { items, ...(last !== undefined && items.length < rows.length ? { next: last.cursor } : {}) };
  }

  text(generationId: number, start: number, limitBytes: number): string {
    return limitText(this.#texts.whole(generationId, start, limitBytes), limitBytes).text;
  }

  #view(row: MessageRow, known: Known): { readonly view: MessageView; readonly bytes: number } {
    const oversized = row.kind === 'oversized';
    const said = oversized ? '' : (this.#texts.parsed(row.generation_id, row.start, row.len).text ?? '');
    const { text, bytes, truncated } = limitText(said, MESSAGE_TEXT_BYTES);
    const view: MessageView = {
      generationId: row.generation_id,
      start: row.start,
      length: row.len,
      kind: row.kind,
      role: row.role,
      text,
      truncated: truncated || oversized,
      ...known,
      persisted: row.on_disk > 0,
      ...(row.at === null ? {} : { at: row.at }),
    };
    return { view, bytes };
  }
}
