import { sha256 } from './digest.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * Large enough that a row costs nothing beside its bytes and that it packs well, small enough that a search can read and
 * unpack fifty of them, one for each hit, in the time of a blink.
 */
export const CHUNK_BYTES = 64 * 1024;

/** Cuts bytes that arrive in pieces into chunks, so that a commit of many small reads makes few rows. */
export class ChunkWriter {
  readonly #insert;
  #generationId = 0;
  #start = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #capturedAt = 0;

  constructor(db: Sqlite) {
    this.#insert = db.prepare<[number, number, number, Uint8Array, number, Uint8Array]>(
      'INSERT INTO chunk (generation_id, start, len, codec, sha256, captured_at, bytes) VALUES (?, ?, ?, 0, ?, ?, ?)',
    );
  }

  /** The caller has checked that `start` continues the generation. */
  append(generationId: number, start: number, bytes: Uint8Array, at: number): void {
    if (generationId !== this.#generationId || start !== this.#start + this.#length) this.flush();
    if (this.#length === 0) {
      this.#generationId = generationId;
      this.#start = start;
      this.#capturedAt = at;
    }
    let rest = bytes;
    while (rest.length > 0) {
      const piece = rest.subarray(0, CHUNK_BYTES - this.#length);
      this.#pieces.push(piece);
      this.#length += piece.length;
      rest = rest.subarray(piece.length);
      if (this.#length < CHUNK_BYTES) continue;
      this.flush();
      this.#capturedAt = at;
    }
  }

  /** Writes what is pending. Afterwards another generation may follow. */
  flush(): void {
    if (this.#length === 0) return;
    const [only] = this.#pieces;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#insert.run(this.#generationId, this.#start, bytes.length, sha256(bytes), this.#capturedAt, bytes);
    this.#start += bytes.length;
    this.#pieces = [];
    this.#length = 0;
  }

  /** Forgets what is pending, after a transaction that failed. */
  discard(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
