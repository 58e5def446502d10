import { CHUNK_BYTES } from './chunk-cuts.ts';

/** Chunks of one round of an import. */
const SLOTS = 288;
const HASH_BYTES = 32;

const FREE = 1;
const TAKEN = 2;
const DONE = 3;

/**
 * Memory that the core shares with its packing threads: in each slot one raw chunk, which whoever takes the slot replaces by
 * the packed one. A slot belongs to one side at a time, so nobody ever waits for a lock.
 */
export class PackingSlots {
  static readonly count = SLOTS;
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;
  readonly #length: Int32Array;
  readonly #codec: Int32Array;
  readonly #hashes: Uint8Array;
  readonly #bytes: Uint8Array;

  constructor(memory = new SharedArrayBuffer(SLOTS * (3 * 4 + HASH_BYTES + CHUNK_BYTES))) {
    this.memory = memory;
    this.#state = new Int32Array(memory, 0, SLOTS);
    this.#length = new Int32Array(memory, SLOTS * 4, SLOTS);
    this.#codec = new Int32Array(memory, SLOTS * 8, SLOTS);
    this.#hashes = new Uint8Array(memory, SLOTS * 12, SLOTS * HASH_BYTES);
    this.#bytes = new Uint8Array(memory, SLOTS * (12 + HASH_BYTES), SLOTS * CHUNK_BYTES);
  }

  /** The slot must not be taken. */
  offer(slot: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, slot * CHUNK_BYTES);
    this.#length[slot] = bytes.length;
    Atomics.store(this.#state, slot, FREE);
  }

  /** True for one taker only. */
  take(slot: number): boolean {
    return Atomics.compareExchange(this.#state, slot, FREE, TAKEN) === FREE;
  }

  bytes(slot: number): Uint8Array {
    return this.#bytes.subarray(slot * CHUNK_BYTES, slot * CHUNK_BYTES + (this.#length[slot] ?? 0));
  }

  /** By the taker. `bytes`: absent when the chunk stays as it is. */
  finish(slot: number, codec: number, sha256: Uint8Array, bytes?: Uint8Array): void {
    if (bytes !== undefined) {
      this.#bytes.set(bytes, slot * CHUNK_BYTES);
      this.#length[slot] = bytes.length;
    }
    this.#codec[slot] = codec;
    this.#hashes.set(sha256, slot * HASH_BYTES);
    Atomics.store(this.#state, slot, DONE);
    Atomics.notify(this.#state, slot);
  }

  /** Waits for the taker; false when it did not finish in time. */
  waitFor(slot: number, timeoutMs: number): boolean {
    return Atomics.load(this.#state, slot) === DONE || Atomics.wait(this.#state, slot, TAKEN, timeoutMs) !== 'timed-out';
  }

  /** Copies of what the taker left: the slot is used again. */
  result(slot: number): { readonly codec: number; readonly sha256: Uint8Array; readonly bytes: Uint8Array } {
    return {
      codec: this.#codec[slot] ?? 0,
      sha256: this.#hashes.slice(slot * HASH_BYTES, (slot + 1) * HASH_BYTES),
      bytes: this.bytes(slot).slice(),
    };
  }
}
