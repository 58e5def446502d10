import { type Packed, raw } from './packer.ts';
import { PackingSlots } from './packing-slots.ts';

/** One is packed while the other is filled. */
const AREAS = 2;
/** Telling threads takes as long as packing a few MiB. */
const WORTHWHILE_CHUNKS = 64;
/** A shorter one takes longer to hand over than to write; ten thousand of them would leave much memory behind when packed. */
const LONG_CHUNK_BYTES = 16 * 1024;
/** A chunk takes a millisecond; a thread that needs this long has died. */
const LONGEST_WAIT_MS = 5_000;

export interface PackTask {
  readonly task: 'pack';
  readonly area: number;
  readonly count: number;
}

interface Begun {
  readonly area: number;
  /** By place in the chunks: its slot. */
  readonly slots: ReadonlyMap<number, number>;
}

/** The core's side of packing: chunks that were handed to threads and are not stored yet. */
export class PackingAreas {
  readonly #areas = Array.from({ length: AREAS }, () => new PackingSlots());
  readonly #free = new Set(this.#areas.keys());
  readonly #begun = new Map<readonly Uint8Array[], Begun>();

  get memory(): readonly SharedArrayBuffer[] {
    return this.#areas.map(({ memory }) => memory);
  }

  static isWorthwhile(chunks: readonly Uint8Array[]): boolean {
    return chunks.filter(isLong).length >= WORTHWHILE_CHUNKS;
  }

  /** What to tell the threads; `undefined` when they know already, or have enough to do. */
  begin(chunks: readonly Uint8Array[]): PackTask | undefined {
    const [area] = this.#free;
    if (area === undefined || this.#begun.has(chunks)) return undefined;
    this.#free.delete(area);
    const slots = new Map<number, number>();
    for (const [place, bytes] of chunks.entries()) {
      if (!isLong(bytes) || slots.size === PackingSlots.count) continue;
      this.#areas[area]?.offer(slots.size, bytes);
      slots.set(place, slots.size);
    }
    this.#begun.set(chunks, { area, slots });
    return { task: 'pack', area, count: slots.size };
  }

  /**
   * Stores every chunk: what no thread has begun as it is, from one end while the threads pack from the other. False when a
   * thread does not answer; everything is stored all the same.
   */
  store(chunks: readonly Uint8Array[], store: (index: number, packed: Packed) => void): boolean {
    const begun = this.#begun.get(chunks);
    this.#begun.delete(chunks);
    const slots = this.#areas[begun?.area ?? AREAS];
    if (begun === undefined || slots === undefined) {
      for (const [place, bytes] of chunks.entries()) store(place, raw(bytes));
      return true;
    }
    const open = new Map(begun.slots);
    let answers = true;
    try {
      for (const [place, bytes] of chunks.entries()) {
        const slot = open.get(place);
        if (slot !== undefined && !slots.take(slot)) continue;
        open.delete(place);
        store(place, raw(bytes));
      }
      for (const [place, slot] of [...open].reverse()) {
        answers &&= slots.waitFor(slot, LONGEST_WAIT_MS);
        store(place, answers ? slots.result(slot) : raw(chunks[place] ?? NOTHING));
        open.delete(place);
      }
    } finally {
      // After a fault, too: a slot that a thread still fills must not be given to another chunk.
      answers &&= [...open.values()].every((slot) => slots.take(slot) || slots.waitFor(slot, LONGEST_WAIT_MS));
      if (answers) this.#free.add(begun.area);
    }
    return answers;
  }
}

const NOTHING = new Uint8Array(0);

function isLong(bytes: Uint8Array): boolean {
  return bytes.length >= LONG_CHUNK_BYTES;
}
