import type { MarkedMessage } from '../timeline-marks.ts';
import type { MessageView, Page } from '../types.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { Lineage } from './lineage.ts';
import { MessagePage, type Sized } from './message-page.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';
import { limitText, MESSAGE_TEXT_BYTES } from './text-limits.ts';
import { TurnEndQueries } from './turn-ends.ts';
import { type WitnessedPlace, WitnessPlaces } from './witness-places.ts';

const MOST_MESSAGES = 500;

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
  readonly #places: WitnessPlaces;
  readonly #lineage: Lineage;
  readonly #ends: TurnEndQueries;
  readonly #merged;
  readonly #before;
  readonly #ofGeneration;
  readonly #beforeInGeneration;

  constructor(db: Sqlite, reader: ChunkReader, texts: RecordText) {
    this.#texts = texts;
    this.#places = new WitnessPlaces(db);
    this.#lineage = new Lineage(db, reader, texts);
    this.#ends = new TurnEndQueries(db);
    const columns = `r.message_id AS id, r.generation_id, r.start, r.len,
      EXISTS (SELECT 1 FROM record AS other JOIN generation AS g ON g.id = other.generation_id
               WHERE other.session_row = r.session_row AND other.message_id = r.message_id AND g.on_disk = 1) AS persisted`;
    this.#merged = db.prepare<[number, number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.message_id > ? AND r.generation_id <> ?
        ORDER BY r.message_id, r.generation_id, r.start LIMIT ?`,
    );
    this.#before = db.prepare<[number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.message_id <= ? AND r.generation_id <> ?
        ORDER BY r.message_id DESC, r.generation_id, r.start LIMIT 1`,
    );
    this.#beforeInGeneration = db.prepare<[number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.generation_id = ? AND r.start <= ? ORDER BY r.start DESC LIMIT 1`,
    );
    this.#ofGeneration = db.prepare<[number, number, number, number], MessageRow>(
      `SELECT ${columns} FROM record AS r WHERE r.session_row = ? AND r.generation_id = ? AND r.start > ? ORDER BY r.start LIMIT ?`,
    );
  }

  page(sessionRow: number, { generationId, cursor, limit }: Options): Page<MarkedMessage> {
    const wanted = Math.min(Math.max(Math.trunc(limit), 1), MOST_MESSAGES);
    const witnessed = this.#places.generationOf(sessionRow);
    if (generationId === undefined) return this.#conversation(sessionRow, witnessed, cursor, wanted);
    const rows = this.#ofGeneration.all(sessionRow, generationId, cursor ?? -1, wanted + 1);
    const known = generationId === witnessed ? this.#places.all(sessionRow, generationId) : [];
    const byStart = new Map(known.map((place) => [place.start, place]));
    const page = this.#page(sessionRow, wanted, () => {
      const before = cursor === undefined ? undefined : this.#beforeInGeneration.get(sessionRow, generationId, cursor);
      return before === undefined ? undefined : this.#view(before, byStart.get(before.start)).view;
    });
    let last: MessageRow | undefined;
    for (const row of rows) {
      if (!page.add(this.#view(row, byStart.get(row.start)))) break;
      last = row;
    }
    if (last !== undefined && last !== rows.at(-1)) return { items: page.items, next: last.start };
    page.end();
    return { items: page.items };
  }

  text(generationId: number, start: number, limitBytes: number): string {
    return limitText(this.#texts.whole(generationId, start, limitBytes), limitBytes).text;
  }

  /** Lines of transcripts in their order, and between them, by time, what only witnesses saw. */
  #conversation(sessionRow: number, witnessed: number | undefined, cursor: number | undefined, wanted: number): Page<MarkedMessage> {
    const from = placeOf(cursor);
    const rows = this.#once(sessionRow, from.after, witnessed ?? -1, wanted + 1);
    const seen = witnessed === undefined ? [] : this.#places.some(sessionRow, witnessed, from.seen, 2 * wanted);
    const page = this.#page(sessionRow, wanted, () => this.#reached(sessionRow, witnessed, from));
    let [after, taken, shown] = [from.after, 0, 0];
    for (;;) {
      // There may be more of them than were asked for, and they come first.
      if (taken === seen.length && seen.length === 2 * wanted) break;
      const row = rows[shown];
      const line = row === undefined ? undefined : this.#view(row);
      const place = seen[taken];
      if (place !== undefined && (line === undefined || place.at < (line.view.at ?? 0))) {
        // The same message stands in a transcript too, as after a restore: it is shown there.
        if (!place.is_elsewhere && !page.add(this.#view(place, place))) break;
        taken += 1;
      } else if (row !== undefined && line !== undefined) {
        if (!page.add(line)) break;
        after = row.id;
        shown += 1;
      } else {
        page.end();
        return { items: page.items };
      }
    }
    return { items: page.items, next: cursorAt({ after, seen: from.seen + taken }) };
  }

  #page(sessionRow: number, most: number, messageBefore: () => MessageView | undefined): MessagePage {
    const lineage = this.#lineage;
    return new MessagePage({
      most,
      ends: this.#ends.of(sessionRow),
      messageBefore,
      lineBreak: (line, before) => lineage.breakBefore(sessionRow, line, before),
    });
  }

  /** The message that was read last. */
  #reached(sessionRow: number, witnessed: number | undefined, { after, seen }: Reached): MessageView | undefined {
    const row = this.#before.get(sessionRow, after, witnessed ?? -1);
    const line = row === undefined ? undefined : this.#view(row).view;
    const [place] = witnessed === undefined || seen === 0 ? [] : this.#places.some(sessionRow, witnessed, seen - 1, 1);
    return place === undefined || place.at < (line?.at ?? 0) ? line : this.#view(place, place).view;
  }

  /** Each message once, where it was said first; a message of several generations has a row for each. */
  #once(sessionRow: number, cursor: number, except: number, wanted: number): readonly MessageRow[] {
    const found: MessageRow[] = [];
    for (let after = cursor; found.length < wanted; ) {
      const rows = this.#merged.all(sessionRow, after, except, wanted);
      for (const row of rows) {
        if (row.id > after) found.push(row);
        after = row.id;
      }
      if (rows.length < wanted) break;
    }
    return found.slice(0, wanted);
  }

  #view(row: Omit<MessageRow, 'id'>, place?: WitnessedPlace): Sized {
    const said = this.#texts.statement(row.generation_id, row.start, row.len);
    const { text, bytes, truncated } = limitText(said.text, MESSAGE_TEXT_BYTES);
    const at = place?.at ?? said.at;
    const view: MessageView = {
      generationId: row.generation_id,
      start: row.start,
      length: row.len,
      kind: said.kind,
      role: said.role,
      text,
      truncated: truncated || said.kind === 'oversized',
      provenance: place?.witness ?? 'transcript',
      persisted: row.persisted === 1,
      ...(place?.phase === 'partial' || place?.phase === 'error' ? { interrupted: true } : {}),
      ...(at === undefined ? {} : { at }),
    };
    const line = { generationId: row.generation_id, start: row.start, length: row.len };
    const { entryId, parentId } = said;
    return {
      view,
      line: { ...line, ...(entryId === undefined ? {} : { entryId }), ...(parentId === undefined ? {} : { parentId }) },
      bytes,
    };
  }
}

/** How far a conversation was read: to which line of its transcripts, and how many of the messages that witnesses saw. */
interface Reached {
  readonly after: number;
  readonly seen: number;
}

/** In one number: ids of messages are seconds, which leaves room in a double for as many messages as anybody will read. */
const SEEN_LIMIT = 2 ** 20;
/** Beyond, a transcript lies about its times; what witnesses saw came before all that. */
const LAST_EXACT_ID = 2 ** 33 - 2;

function cursorAt({ after, seen }: Reached): number {
  return (after + 1) * SEEN_LIMIT + (after > LAST_EXACT_ID ? 0 : Math.min(seen, SEEN_LIMIT - 1));
}

function placeOf(cursor: number | undefined): Reached {
  if (cursor === undefined) return { after: -1, seen: 0 };
  const after = Math.floor(cursor / SEEN_LIMIT) - 1;
  return { after, seen: after > LAST_EXACT_ID ? SEEN_LIMIT : cursor % SEEN_LIMIT };
}
