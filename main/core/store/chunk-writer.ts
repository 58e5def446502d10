import { RAW } from './codec.ts';
import { type Packed, type Packer, rawPacker } from './packer.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * Large enough that a row costs nothing beside its bytes and that it packs well, small enough that a search can read and
 * unpack fifty of them, one for each hit, in the time of a blink.
 */
export const CHUNK_BYTES = 64 * 1024;

interface Cut {
  readonly generationId: number;
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly capturedAt: number;
}

/** Cuts bytes that arrive in pieces into chunks, so that a commit of many small reads makes few rows, and stores them together. */
export class ChunkWriter {
  readonly #packer: Packer;
  readonly #insert;
  readonly #sealedTo;
  #cuts: Cut[] = [];
  #generationId = 0;
  #start = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #capturedAt = 0;

  constructor(db: Sqlite, packer: Packer = rawPacker) {
    this.#packer = packer;
    this.#insert = db.prepare<[number, number, number, number, Uint8Array, number, Uint8Array]>(
      'INSERT INTO chunk (generation_id, start, len, codec, sha256, captured_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#sealedTo = db.prepare<[number, number, number]>('UPDATE generation SET sealed_to = ? WHERE id = ? AND sealed_to = ?');
  }

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

  /** Writes what is pending. Afterwards another generation may follow. */
  flush(): void {
    this.#cut();
    const cuts = this.#cuts;
    this.#cuts = [];
    const packed = new Set<Cut>();
    this.#packer.pack(
      cuts.map(({ bytes }) => bytes),
      (index, stored) => {
        const cut = cuts[index];
        if (cut !== undefined && this.#store(cut, stored)) packed.add(cut);
      },
    );
    // Only without a gap before it: sealing goes on where it stopped.
    for (const { generationId, start, bytes } of cuts.filter((cut) => packed.has(cut))) {
      this.#sealedTo.run(start + bytes.length, generationId, start);
    }
  }

  /** Forgets what is pending, after a transaction that failed. */
  discard(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#cuts = [];
  }

  /** True when it is packed. */
  #store({ generationId, start, bytes, capturedAt }: Cut, stored: Packed): boolean {
    this.#insert.run(generationId, start, bytes.length, stored.codec, stored.sha256, capturedAt, stored.bytes);
    return stored.codec !== RAW;
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
