import type { Clock } from '../platform/clock.ts';
import type { Mirror } from './mirror.ts';

/** A conversation pauses for minutes while its user thinks. */
const HOT_MS = 600_000;

/** Which generations are likely to change next: they are looked at in every poll and their descriptors stay open. */
export class Heat {
  readonly #clock: Clock;
  readonly #mirrors = new Set<Mirror>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get mirrors(): Iterable<Mirror> {
    return this.#mirrors;
  }

  add(mirror: Mirror | undefined): void {
    if (!mirror) return;
    mirror.hotUntil = this.#clock.monotonic() + HOT_MS;
    this.#mirrors.add(mirror);
  }

  delete(mirror: Mirror): void {
    mirror.hotUntil = 0;
    this.#mirrors.delete(mirror);
  }

  has(mirror: Mirror): boolean {
    return mirror.hotUntil > this.#clock.monotonic();
  }

  /** Of a file that is seen for the first time. The wall clock may be wrong by then, which costs a few polls. */
  isRecent(mtimeNs: bigint): boolean {
    return Math.abs(this.#clock.now() - Number(mtimeNs / 1_000_000n)) < HOT_MS;
  }
}
