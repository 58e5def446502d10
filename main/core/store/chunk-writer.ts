import type { Change } from '../capture/change.ts';
import { type Cut, cutsOf } from './chunk-cuts.ts';
import { RAW } from './codec.ts';
import { type Packed, type Packer, rawPacker } from './packer.ts';
import type { Sqlite } from './sqlite.ts';

interface Prepared {
  readonly cuts: readonly Cut[];
  /** Their bytes, by which the packer knows them again. */
  readonly chunks: readonly Uint8Array[];
}

/** Stores chunks, inside the transaction of the caller. */
export class ChunkWriter {
  readonly #packer: Packer;
  readonly #insert;
  readonly #sealedTo;
  readonly #prepared = new WeakMap<readonly Change[], Prepared>();

  constructor(db: Sqlite, packer: Packer = rawPacker) {
    this.#packer = packer;
    this.#insert = db.prepare<[number, number, number, number, Uint8Array, number, Uint8Array]>(
      'INSERT INTO chunk (generation_id, start, len, codec, sha256, captured_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#sealedTo = db.prepare<[number, number, number]>('UPDATE generation SET sealed_to = ? WHERE id = ? AND sealed_to = ?');
  }

  /** These changes will be written soon, as one list: what takes long may begin. */
  prepare(changes: readonly Change[]): void {
    const prepared = preparedOf(cutsOf(changes));
    this.#prepared.set(changes, prepared);
    this.#packer.begin(prepared.chunks);
  }

  /** The bytes of all changes. The caller has checked that each continues its generation. */
  writeChanges(changes: readonly Change[]): void {
    this.#write(this.#prepared.get(changes) ?? preparedOf(cutsOf(changes)));
  }

  write(cuts: readonly Cut[]): void {
    this.#write(preparedOf(cuts));
  }

  #write({ cuts, chunks }: Prepared): void {
    const packed = new Set<Cut>();
    this.#packer.pack(chunks, (index, stored) => {
      const cut = cuts[index];
      if (cut !== undefined && this.#store(cut, stored)) packed.add(cut);
    });
    // Only without a gap before it: sealing goes on where it stopped.
    for (const { generationId, start, bytes } of cuts.filter((cut) => packed.has(cut))) {
      this.#sealedTo.run(start + bytes.length, generationId, start);
    }
  }

  /** True when it is packed. */
  #store({ generationId, start, bytes, capturedAt }: Cut, stored: Packed): boolean {
    this.#insert.run(generationId, start, bytes.length, stored.codec, stored.sha256, capturedAt, stored.bytes);
    return stored.codec !== RAW;
  }
}

function preparedOf(cuts: readonly Cut[]): Prepared {
  return { cuts, chunks: cuts.map(({ bytes }) => bytes) };
}
