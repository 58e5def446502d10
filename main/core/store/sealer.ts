import { CHUNK_BYTES } from './chunk-cuts.ts';
import { type StoredChunk, unpack } from './chunk-reader.ts';
import { compress, RAW } from './codec.ts';
import { packed } from './packer.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';

/** A generation that has not grown for this long is settled. */
const SETTLED_MS = 600_000;
/** Raw bytes of one transaction: a few milliseconds of the core's loop. */
const STEP_BYTES = 4 * 1024 * 1024;

interface Unsealed {
  readonly id: number;
  readonly offset: number;
  readonly sealed_to: number;
}

type Chunk = StoredChunk & { readonly captured_at: number };

/**
 * Replaces the chunks of generations that grow no more by compressed ones, in one transaction each time and only after the
 * compressed bytes were unpacked and compared. Bytes that fail their hash stay as they are, for a verification to name.
 */
export class Sealer {
  readonly #db: Sqlite;
  readonly #statements;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#statements = prepare(db);
  }

  /** One step of work; false when there was nothing to do. */
  step(at: number): boolean {
    if (compress === undefined) return false;
    const generation = this.#statements.next.get(at - SETTLED_MS);
    if (generation === undefined) return false;
    // The bytes are durable before and after; a power cut may at most bring the old chunks back.
    withoutSync(this.#db, () => inTransaction(this.#db, () => this.#seal(generation)));
    return true;
  }

  #seal(generation: Unsealed): void {
    let position = this.#startOf(generation);
    const end = Math.min(generation.offset, position + STEP_BYTES);
    while (position < end) {
      const group = this.#group(generation.id, position);
      const last = group.at(-1);
      if (last === undefined) break;
      this.#replace(generation.id, group);
      position = last.start + last.len;
    }
    this.#statements.sealedTo.run(Math.max(position, generation.sealed_to), generation.id);
  }

  /** A short sealed chunk at the end is sealed again with what followed, or a session that wakes up daily would leave one a day. */
  #startOf({ id, sealed_to }: Unsealed): number {
    const before = this.#statements.before.get(id, sealed_to);
    return before !== undefined && before.len < CHUNK_BYTES / 2 ? before.start : sealed_to;
  }

  #group(generationId: number, position: number): readonly Chunk[] {
    const group: Chunk[] = [];
    let length = 0;
    let expected = position;
    for (;;) {
      const chunk = this.#statements.chunk.get(generationId, expected);
      if (chunk === undefined || (group.length > 0 && length + chunk.len > CHUNK_BYTES)) return group;
      group.push(chunk);
      length += chunk.len;
      expected = chunk.start + chunk.len;
    }
  }

  #replace(generationId: number, group: readonly Chunk[]): void {
    const pieces = group.map(unpack);
    const first = group[0];
    if (first === undefined || !pieces.every((piece) => piece.ok)) return;
    const raw = Buffer.concat(pieces.map((piece) => (piece.ok ? piece.bytes : new Uint8Array(0))));
    const { codec, sha256, bytes } = packed(raw);
    if (codec === RAW && group.length === 1) return;
    for (const chunk of group) this.#statements.remove.run(generationId, chunk.start);
    this.#statements.insert.run(generationId, first.start, raw.length, codec, sha256, first.captured_at, bytes);
  }
}

function prepare(db: Sqlite) {
  return {
    next: db.prepare<[number], Unsealed>(
      `SELECT id, "offset" AS offset, sealed_to FROM generation
        WHERE sealed_to < "offset" AND (updated_at <= ? OR (closed_as IS NOT NULL AND closed_as <> 'archived'))
        ORDER BY updated_at LIMIT 1`,
    ),
    before: db.prepare<[number, number], { start: number; len: number }>(
      'SELECT start, len FROM chunk WHERE generation_id = ? AND start < ? ORDER BY start DESC LIMIT 1',
    ),
    chunk: db.prepare<[number, number], Chunk>(
      'SELECT start, len, codec, sha256, bytes, captured_at FROM chunk WHERE generation_id = ? AND start = ?',
    ),
    remove: db.prepare<[number, number]>('DELETE FROM chunk WHERE generation_id = ? AND start = ?'),
    insert: db.prepare<[number, number, number, number, Uint8Array, number, Uint8Array]>(
      'INSERT INTO chunk (generation_id, start, len, codec, sha256, captured_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    sealedTo: db.prepare<[number, number]>('UPDATE generation SET sealed_to = ? WHERE id = ?'),
  };
}
