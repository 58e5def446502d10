import { CoreError } from '../platform/errors.ts';
import type { ParsedLine } from '../sources/source.ts';
import type { SourceLayout } from '../types.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { HEAD_BYTES } from './line-splitter.ts';
import { LONGEST_LINE_BYTES, oversizedRole } from './oversized-line.ts';
import type { Sqlite } from './sqlite.ts';
import type { ParseLine } from './store.ts';

/** A longer line is not parsed even when its text is asked for: its beginning is shown as it stands in the file. */
const LONGEST_PARSED_BYTES = 64 * 1024 * 1024;

export interface Statement {
  readonly kind: 'message' | 'oversized';
  readonly role: string;
  /** `''` for a line too long to parse. */
  readonly text: string;
  readonly at?: number;
  readonly entryId?: string;
  readonly parentId?: string;
}

/** What captured lines say, parsed when someone wants to read them: the buffer keeps bytes, not texts. */
export class RecordText {
  readonly #reader: ChunkReader;
  readonly #parse: ParseLine;
  readonly #layoutOf;
  readonly #lengthOf;
  readonly #layouts = new Map<number, SourceLayout>();

  constructor(db: Sqlite, reader: ChunkReader, parse: ParseLine) {
    this.#reader = reader;
    this.#parse = parse;
    this.#layoutOf = db.prepare<[number], { layout: SourceLayout }>(
      'SELECT s.layout FROM generation AS g JOIN source AS s ON s.id = g.source_id WHERE g.id = ?',
    );
    this.#lengthOf = db.prepare<[number, number], { len: number }>(
      `SELECT r.len FROM generation AS g JOIN record AS r ON r.session_row = g.session_row
        WHERE g.id = ? AND r.generation_id = g.id AND r.start = ?`,
    );
  }

  /** What a line that was indexed as a message says. */
  statement(generationId: number, start: number, length: number): Statement {
    if (length > LONGEST_LINE_BYTES) return this.oversized(generationId, start, length);
    const { role = 'unknown', text = '', at, entryId, parentId } = this.parsed(generationId, start, length);
    return {
      kind: 'message',
      role,
      text,
      ...(at === undefined ? {} : { at }),
      ...(entryId === undefined ? {} : { entryId }),
      ...(parentId === undefined ? {} : { parentId }),
    };
  }

  /** The same without parsing it: who said it, and nothing of what was said. */
  oversized(generationId: number, start: number, length: number): Statement {
    const head = this.#reader.range(generationId, start, Math.min(length, HEAD_BYTES));
    return { kind: 'oversized', role: oversizedRole(head) ?? 'unknown', text: '' };
  }

  parsed(generationId: number, start: number, length: number): ParsedLine {
    return this.parse(generationId, this.#reader.range(generationId, start, length));
  }

  /** A line in the layout of its generation. */
  parse(generationId: number, line: Uint8Array): ParsedLine {
    return this.#parse(this.#layout(generationId), line);
  }

  /** Text of a record, `''` when it has none. Throws CoreError `not-found`. */
  whole(generationId: number, start: number, limitBytes: number): string {
    const record = this.#lengthOf.get(generationId, start);
    if (record === undefined) {
      throw new CoreError('not-found', `There is no message at byte ${start} of generation ${generationId}.`, 'Reload the conversation.');
    }
    if (record.len <= LONGEST_PARSED_BYTES) return this.parsed(generationId, start, record.len).text ?? '';
    return Buffer.from(this.#reader.range(generationId, start, Math.min(record.len, limitBytes))).toString('utf8');
  }

  #layout(generationId: number): SourceLayout {
    const known = this.#layouts.get(generationId) ?? this.#layoutOf.get(generationId)?.layout;
    if (known === undefined)
      throw new CoreError('not-found', `There is no generation ${generationId}.`, 'List the generations of the session.');
    this.#layouts.set(generationId, known);
    return known;
  }
}
