import type { MessageView, Page } from '../types.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';
import { FROM_TRANSCRIPT, type Known, WitnessProvenance } from './witness-provenance.ts';

const MOST_MESSAGES = 500;
const PAGE_TEXT_BYTES = 256 * 1024;

interface MessageRow {
  readonly id: number;
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
  readonly persisted: number;
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
    const columns = `r.message_id AS id, r.generation_id, r.start, r.len,
      EXISTS (SELECT 1 FROM record AS other JOIN generation AS g ON g.id = other.generation_id
               WHERE other.session_row = r.session_row AND other.message_id = r.message_id AND g.on_disk = 1) AS persisted`;
    this.#merged = db.prepare<[number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.message_id > ?
        ORDER BY r.message_id, r.generation_id, r.start LIMIT ?`,
    );
    this.#ofGeneration = db.prepare<[number, number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.generation_id = ? AND r.start > ? ORDER BY r.start LIMIT ?`,
    );
  }

  page(sessionRow: number, { generationId, cursor = -1, limit }: Options): Page<MessageView> {
    const wanted = Math.min(Math.max(Math.trunc(limit), 1), MOST_MESSAGES);
    const rows =
      generationId === undefined
        ? this.#once(sessionRow, cursor, wanted + 1)
        : this.#ofGeneration.all(sessionRow, generationId, cursor, wanted + 1);
    const witnessed = this.#provenance.generationOf(sessionRow);
    const items: MessageView[] = [];
    let textBytes = 0;
    let last: MessageRow | undefined;
    for (const row of rows.slice(0, wanted)) {
      const { view, bytes } = this.#view(
        row,
        row.generation_id === witnessed ? this.#provenance.of(witnessed, row.start) : FROM_TRANSCRIPT,
      );
      if (items.length > 0 && textBytes + bytes > PAGE_TEXT_BYTES) break;
      items.push(view);
      textBytes += bytes;
      last = row;
    }
    // Ids are coarser than times: what was said within a moment has its place by its own time.
    const ordered = generationId === undefined && witnessed !== undefined ? merged(items, witnessed) : items;
    if (last === undefined || items.length === rows.length) return { items: ordered };
    return { items: ordered, next: generationId === undefined ? last.id : last.start };
  }

  text(generationId: number, start: number, limitBytes: number): string {
    return limitText(this.#texts.whole(generationId, start, limitBytes), limitBytes).text;
  }

  /** Each message once, where it was said first; a message of several generations has a row for each. */
  #once(sessionRow: number, cursor: number, wanted: number): readonly MessageRow[] {
    const found: MessageRow[] = [];
    for (let after = cursor; found.length < wanted; ) {
      const rows = this.#merged.all(sessionRow, after, wanted);
      for (const row of rows) {
        if (row.id > after) found.push(row);
        after = row.id;
      }
      if (rows.length < wanted) break;
    }
    return found.slice(0, wanted);
  }

  #view(row: MessageRow, known: Known): { readonly view: MessageView; readonly bytes: number } {
    const said = this.#texts.statement(row.generation_id, row.start, row.len);
    const { text, bytes, truncated } = limitText(said.text, MESSAGE_TEXT_BYTES);
    const view: MessageView = {
      generationId: row.generation_id,
      start: row.start,
      length: row.len,
      kind: said.kind,
      role: said.role,
      text,
      truncated: truncated || said.kind === 'oversized',
      ...known,
      persisted: row.persisted === 1,
      ...(said.at === undefined ? {} : { at: said.at }),
    };
    return { view, bytes };
  }
}

/** Puts what witnesses saw between the lines of transcripts, by time; those stay in the order of their file. */
function merged(items: readonly MessageView[], witnessed: number): MessageView[] {
  const seen = items.filter(({ generationId }) => generationId === witnessed).toSorted((left, right) => (left.at ?? 0) - (right.at ?? 0));
  const all: MessageView[] = [];
  let next = 0;
  for (const line of items) {
    if (line.generationId === witnessed) continue;
    for (let early = seen[next]; early !== undefined && (early.at ?? 0) < (line.at ?? 0); early = seen[next]) {
      all.push(early);
      next += 1;
    }
    all.push(line);
  }
  return [...all, ...seen.slice(next)];
}
