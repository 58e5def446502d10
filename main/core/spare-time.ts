import type { Clock } from './platform/clock.ts';
import { giveBackMemory } from './platform/memory.ts';
import type { Journal } from './store/store.ts';

const SLICE_MS = 20;
const EVERY_MS = 30_000;
/** Each slice leaves a few MiB of garbage that the engine, left to itself, would gather for minutes. */
const SLICES_OF_GARBAGE = 20;

/** What the core does for its buffer when nothing else is to be done: a slice in each calm round while there is work, then a look now and then. */
export class SpareTime {
  readonly #clock: Clock;
  readonly #journal: Pick<Journal, 'upkeep'>;
  readonly #giveBack: () => void;
  #doneAt: number;
  #slices = 0;

  constructor(clock: Clock, journal: Pick<Journal, 'upkeep'>, giveBack: () => void = giveBackMemory) {
    this.#clock = clock;
    this.#journal = journal;
    this.#giveBack = giveBack;
    this.#doneAt = clock.monotonic();
  }

  use(): void {
    if (this.#clock.monotonic() - this.#doneAt < EVERY_MS) return;
    const hasMore = this.#journal.upkeep(SLICE_MS, this.#clock.now());
    if (hasMore) this.#slices += 1;
    else this.#doneAt = this.#clock.monotonic();
    const isOver = !hasMore && this.#slices > 0;
    if (!isOver && this.#slices < SLICES_OF_GARBAGE) return;
    this.#slices = 0;
    this.#giveBack();
  }
}
