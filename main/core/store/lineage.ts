import { CoreError } from '../platform/errors.ts';
import type { Gap, Reset } from '../timeline-marks.ts';
import type { ChunkReader } from './chunk-reader.ts';
import type { RecordText } from './record-text.ts';
import type { Sqlite } from './sqlite.ts';

/** A line of a file that says something. */
export interface LinePlace {
  readonly generationId: number;
  readonly start: number;
  readonly length: number;
  readonly entryId?: string;
  /** Of the entry that it follows. */
  readonly parentId?: string;
}

/** Lines between two messages are settings and notes, and short. */
const BETWEEN_BYTES = 64 * 1024;
/** Beyond, looking for one entry would hold the loop: then nobody claims that it is missing. */
const SEARCHED_BYTES = 16 * 1024 * 1024;
/** A branch begins not far from where its conversation was left. */
const NEAR_BYTES = 256 * 1024;
/** An id that JSON writes as it is. */
const PLAIN_ID = /^[\w.:-]{1,256}$/;
const NEWLINE = 10;

/** What a file knows of the place right before a line. */
export interface LineBreak {
  readonly gap?: Exclude<Gap, 'unheard'>;
  readonly reset?: Reset;
}

/**
 * Whether something is missing right before a line, by what the file itself says. Entries of OpenClaw name the one before them:
 * one that no version of the file holds was there once. Never a guess: what cannot be looked at may be there.
 */
export class Lineage {
  readonly #reader: ChunkReader;
  readonly #texts: RecordText;
  readonly #versions;

  constructor(db: Sqlite, reader: ChunkReader, texts: RecordText) {
    this.#reader = reader;
    this.#texts = texts;
    this.#versions = db.prepare<[number], { readonly id: number; readonly ordinal: number }>(
      "SELECT id, ordinal FROM generation WHERE session_row = ? AND kind = 'transcript' ORDER BY ordinal",
    );
  }

  /** `before`: the message that was read before, wherever it stands. */
  breakBefore(sessionRow: number, line: LinePlace, before: LinePlace | undefined): LineBreak {
    const { generationId, start, parentId } = line;
    const follows = before?.generationId === generationId && before.start + before.length + 1 === start;
    if (follows && (parentId === undefined || parentId === before.entryId)) return {};
    const between = unlessDamaged(() => this.#between(generationId, start));
    if (between === undefined) return {};
    const { ids, unreadable, reset } = between;
    const found = reset === undefined ? {} : { reset };
    if (unreadable) return { ...found, gap: 'unreadable' };
    if (parentId === undefined || ids.has(parentId) || this.#mayBeHeld(sessionRow, line, parentId)) return found;
    return { ...found, gap: 'unheld' };
  }

  /** From a line back to the message before it in its file, that one too. */
  #between(generationId: number, end: number): { readonly ids: ReadonlySet<string>; readonly unreadable: boolean; readonly reset?: Reset } {
    const ids = new Set<string>();
    const from = Math.max(0, end - BETWEEN_BYTES);
    const bytes = Buffer.from(this.#reader.range(generationId, from, end - from));
    let unreadable = false;
    let reset: Reset | undefined;
    for (let lineEnd = bytes.length - 1; lineEnd >= 0; ) {
      const newline = lineEnd === 0 ? -1 : bytes.lastIndexOf(NEWLINE, lineEnd - 1);
      // It begins before what was read.
      if (newline < 0 && from > 0) break;
      const line = bytes.subarray(newline + 1, lineEnd);
      lineEnd = newline;
      const { kind, entryId, boundary, text } = this.#texts.parse(generationId, line);
      // The last of several tells why.
      if (boundary === 'reset') reset ??= text === 'new' || text === 'idle' ? text : 'reset';
      if (kind === 'opaque' && !isReadable(line)) unreadable = true;
      if (entryId !== undefined) ids.add(entryId);
      if (kind === 'message' || kind === 'header') break;
    }
    return { ids, unreadable, ...(reset === undefined ? {} : { reset }) };
  }

  #mayBeHeld(sessionRow: number, { generationId, start }: LinePlace, id: string): boolean {
    if (this.#holds(generationId, Math.max(0, start - NEAR_BYTES), start, id)) return true;
    const versions = this.#versions.all(sessionRow);
    // A version that is kept no longer may have held it.
    if (!PLAIN_ID.test(id) || versions.some(({ ordinal }, at) => ordinal !== at + 1)) return true;
    const own = versions.filter((version) => version.id === generationId);
    let room = SEARCHED_BYTES;
    for (const version of [...own, ...versions.filter((other) => other.id !== generationId)]) {
      const size = this.#reader.size(version.id);
      room -= size;
      if (room < 0 || this.#holds(version.id, 0, size, id)) return true;
    }
    return false;
  }

  #holds(generationId: number, from: number, to: number, id: string): boolean {
    const names = [`"id":"${id}"`, `"id": "${id}"`];
    let seen = '';
    for (let position = from; position < to; ) {
      const at = position;
      const piece = unlessDamaged(() => this.#reader.piece(generationId, at, to - at));
      if (piece === undefined) return true;
      position += piece.length;
      seen += Buffer.from(piece).toString('latin1');
      if (names.some((name) => seen.includes(name))) return true;
      seen = seen.slice(-id.length - names.length - 8);
    }
    return false;
  }
}

/** `undefined`: this part of our own buffer is damaged, and says nothing about the file. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CoreError && error.code === 'buffer-damaged') return undefined;
    throw error;
  }
}

/** An empty line is nothing, and nothing is missing there. */
function isReadable(line: Uint8Array): boolean {
  const text = Buffer.from(line).toString('utf8').trim();
  if (text === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
