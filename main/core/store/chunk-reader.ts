import { CoreError } from '../platform/errors.ts';
import { decode } from './codec.ts';
import { sameBytes, sha256, sha256Elsewhere } from './digest.ts';
import type { Sqlite } from './sqlite.ts';

export interface StoredChunk {
  readonly start: number;
  readonly len: number;
  readonly codec: number;
  readonly sha256: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface ReadChunk {
  readonly start: number;
  readonly bytes: Uint8Array;
  /** What the bytes must hash to. */
  readonly sha256: Uint8Array;
}

/** Neighbouring messages, and hits of one search, often lie in the same chunk; unpacking it once is enough. */
const KEPT_CHUNKS = 8;

/** Enough that other threads always have work, few enough that the loop is not held. */
const CHUNKS_AHEAD = 16;

/**
 * Reads captured bytes by position, chunk by chunk, without keeping a cursor open: sealing may replace chunks between two
 * reads, and an open cursor would keep the WAL from being truncated.
 */
export class ChunkReader {
  readonly #at;
  readonly #holding;
  readonly #size;
  readonly #recent = new Map<string, ReadChunk>();

  constructor(db: Sqlite) {
    const columns = 'start, len, codec, sha256, bytes';
    this.#at = db.prepare<[number, number], StoredChunk>(`SELECT ${columns} FROM chunk WHERE generation_id = ? AND start = ?`);
    this.#holding = db.prepare<[number, number], StoredChunk>(
      `SELECT ${columns} FROM chunk WHERE generation_id = ? AND start <= ? ORDER BY start DESC LIMIT 1`,
    );
    this.#size = db.prepare<[number], { size: number }>('SELECT "offset" AS size FROM generation WHERE id = ?');
  }

  /** Captured size of a generation. Throws CoreError `not-found`. */
  size(generationId: number): number {
    const row = this.#size.get(generationId);
    if (row === undefined)
      throw new CoreError('not-found', `There is no generation ${generationId}.`, 'List the generations of the session.');
    return row.size;
  }

  /** Bytes of a short stretch, such as a line, to show or to index: not checked against their hash, which would cost more than the read. */
  range(generationId: number, start: number, length: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let position = start; position < start + length; ) {
      const piece = this.piece(generationId, position, start + length - position);
      pieces.push(piece);
      position += piece.length;
    }
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  }

  /** Bytes from `position` to the end of the chunk that holds it, at most `limitBytes`; at least one. Not checked either. */
  piece(generationId: number, position: number, limitBytes: number): Uint8Array {
    const chunk = this.#remembered(generationId, position);
    const from = position - chunk.start;
    return chunk.bytes.subarray(from, from + limitBytes);
  }

  /** Exact bytes from 0, each chunk checked against its hash unless `unchecked`. Throws CoreError `buffer-damaged`. */
  *from(generationId: number, upTo: number, unchecked = false): IterableIterator<Uint8Array> {
    for (let position = 0; position < upTo; ) {
      const chunk = this.#read(generationId, position, unchecked ? unpackUnchecked : unpack);
      const piece = chunk.bytes.subarray(position - chunk.start, upTo - chunk.start);
      yield piece;
      position += piece.length;
    }
  }

  /** The same, checked by other threads while the caller works on the bytes before. */
  async *ahead(generationId: number, upTo: number): AsyncIterableIterator<Uint8Array> {
    let checking: Promise<readonly CheckedChunk[]> = Promise.resolve([]);
    for (let position = 0; position < upTo; ) {
      const next: Promise<CheckedChunk>[] = [];
      while (next.length < CHUNKS_AHEAD && position < upTo) {
        const chunk = this.#read(generationId, position, unpackUnchecked);
        next.push(checked(chunk));
        position = chunk.start + chunk.bytes.length;
      }
      yield* whole(generationId, await checking, upTo);
      checking = Promise.all(next);
    }
    yield* whole(generationId, await checking, upTo);
  }

  #read(generationId: number, position: number, unpacked: (chunk: StoredChunk) => Unpacked): ReadChunk {
    // Who reads on is at the start of the next chunk; to look for the one that holds a byte takes half as long again.
    const chunk = this.#at.get(generationId, position) ?? this.#holding.get(generationId, position);
    if (chunk === undefined || position >= chunk.start + chunk.len) throw damagedAt(generationId, position, 'is missing');
    const result = unpacked(chunk);
    if (!result.ok) throw damagedAt(generationId, chunk.start, result.defect);
    return { start: chunk.start, bytes: result.bytes, sha256: chunk.sha256 };
  }

  #remembered(generationId: number, position: number): ReadChunk {
    for (const [key, chunk] of this.#recent) {
      if (!key.startsWith(`${generationId}:`) || position < chunk.start || position >= chunk.start + chunk.bytes.length) continue;
      return chunk;
    }
    const chunk = this.#read(generationId, position, unpackUnchecked);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size >= KEPT_CHUNKS && oldest !== undefined) this.#recent.delete(oldest);
    this.#recent.set(`${generationId}:${chunk.start}`, chunk);
    return chunk;
  }
}

const OTHER_HASH = 'does not match its hash';

export type Unpacked = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly defect: string };

/** Raw bytes of a chunk, or what is wrong with it. Throws only CoreError `invalid`, for a codec that this Node lacks. */
export function unpack(chunk: StoredChunk): Unpacked {
  const unchecked = unpackUnchecked(chunk);
  if (!unchecked.ok || sameBytes(sha256(unchecked.bytes), chunk.sha256)) return unchecked;
  return { ok: false, defect: OTHER_HASH };
}

interface CheckedChunk extends ReadChunk {
  readonly isWhole: boolean;
}

/** Does not reject: what is wrong with a chunk is for who comes to it, and nobody may. */
async function checked(chunk: ReadChunk): Promise<CheckedChunk> {
  return { ...chunk, isWhole: sameBytes(await sha256Elsewhere(chunk.bytes), chunk.sha256) };
}

function* whole(generationId: number, chunks: readonly CheckedChunk[], upTo: number): IterableIterator<Uint8Array> {
  for (const { start, bytes, isWhole } of chunks) {
    if (!isWhole) throw damagedAt(generationId, start, OTHER_HASH);
    yield bytes.subarray(0, upTo - start);
  }
}

function unpackUnchecked(chunk: StoredChunk): Unpacked {
  let bytes: Uint8Array;
  try {
    bytes = decode(chunk.codec, chunk.bytes);
  } catch (error) {
    if (error instanceof CoreError) throw error;
    return { ok: false, defect: 'cannot be decompressed' };
  }
  if (bytes.length !== chunk.len) return { ok: false, defect: `holds ${bytes.length} bytes instead of ${chunk.len}` };
  return { ok: true, bytes };
}

function damagedAt(generationId: number, start: number, defect: string): CoreError {
  return new CoreError(
    'buffer-damaged',
    `Generation ${generationId} is damaged at byte ${start}: the chunk there ${defect}.`,
    'Run a verification to see everything that is affected.',
  );
}
