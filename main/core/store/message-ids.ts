import type { Sqlite } from './sqlite.ts';

/**
 * The full text stores the distances between numbers: with these it is half as large as with milliseconds. What is said
 * within less counts on into the next slots, and runs ahead of the clock until there is a pause.
 */
const SLOT_MS = 1_000;
const LATEST_MS = 8.64e15;
/** Numbers looked at in one step while searching a free one. */
const STEP = 1_000;
const WHOLE_STEPS = 4;

/**
 * Unique numbers for messages, in the order of time, and in the order of their lines where a conversation says more than one
 * thing at a time: the first free number from its slot on.
 */
export class MessageIds {
  readonly #taken;
  /** All of `from` to `to` is taken, nothing from there to `free`. */
  #run = { from: 0, to: -1, free: 0 };

  constructor(db: Sqlite) {
    this.#taken = db
      .prepare<[number, number], number>('SELECT DISTINCT message_id FROM record WHERE message_id >= ? ORDER BY message_id LIMIT ?')
      .pluck();
  }

  /** Taken from now on; the caller stores it before anybody else asks. */
  next(atMs: number): number {
    const first = firstIdAt(atMs);
    const { from, to, free } = this.#run;
    const continues = first >= from && first <= to;
    const wanted = continues ? to + 1 : first;
    const isKnownFree = wanted > to && wanted < free;
    const found = isKnownFree ? { id: wanted, before: free } : this.#firstFree(wanted);
    this.#run = { from: continues ? from : first, to: found.id, free: found.before };
    return found.id;
  }

  /** After a transaction that failed, what was taken in it is free again. */
  forget(): void {
    this.#run = { from: 0, to: -1, free: 0 };
  }

  /** The first free number, or, behind thousands that are taken, one that is not far behind them. */
  #firstFree(from: number): { readonly id: number; readonly before: number } {
    let id = from;
    for (let step = 0; ; step++) {
      const taken = this.#taken.all(id, STEP);
      const next = taken.find((number) => {
        if (number > id) return true;
        id = number + 1;
        return false;
      });
      if (next !== undefined) return { id, before: next };
      if (taken.length < STEP) return { id, before: Number.POSITIVE_INFINITY };
      // A file that says everything at one time must not make every message of it look through all before it.
      if (step >= WHOLE_STEPS) id += STEP * 2 ** (step - WHOLE_STEPS);
    }
  }
}

/** The least number that a message of this time can have. */
export function firstIdAt(atMs: number): number {
  return Math.floor(Math.min(Math.max(atMs, 0), LATEST_MS) / SLOT_MS);
}

/** The time of a number, as far as it tells. */
export function timeOfId(id: number): number {
  return id * SLOT_MS;
}
