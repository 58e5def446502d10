import type { Change } from '../capture/change.ts';

/**
 * Large enough that a row costs nothing beside its bytes and that it packs well, small enough that a search can read and
 * unpack fifty of them, one for each hit, in the time of a blink.
 */
export const CHUNK_BYTES = 64 * 1024;

/** What becomes one chunk. */
export interface Cut {
  readonly generationId: number;
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly capturedAt: number;
}

/** Cuts bytes that arrive in pieces into chunks, so that a commit of many small reads makes few rows. */
export class ChunkCutter {
  #cuts: Cut[] = [];
  #generationId = 0;
  #start = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #capturedAt = 0;

  /** The caller has checked that `start` continues the generation. */
  append(generationId: number, start: number, bytes: Uint8Array, at: number): void {
    if (generationId !== this.#generationId || start !== this.#start + this.#length) this.#cut();
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
      this.#cut();
      this.#capturedAt = at;
    }
  }

  /** All of it; afterwards another generation may follow. */
  take(): readonly Cut[] {
    this.#cut();
    const cuts = this.#cuts;
    this.#cuts = [];
    return cuts;
  }

  #cut(): void {
    if (this.#length === 0) return;
    const [only] = this.#pieces;
    const bytes = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
    this.#cuts.push({ generationId: this.#generationId, start: this.#start, bytes, capturedAt: this.#capturedAt });
    this.#start += bytes.length;
    this.#pieces = [];
    this.#length = 0;
  }
}

export function cutsOf(changes: readonly Change[]): readonly Cut[] {
  const cutter = new ChunkCutter();
  for (const change of changes) {
    if (change.change === 'appended') cutter.append(change.generationId, change.start, change.bytes, change.at);
  }
  return cutter.take();
}
