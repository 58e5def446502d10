/** What the clock does to an agenda, whatever is on it. */
export interface Deadlines {
  clamp(now: number): void;
  defer(now: number): void;
  readonly next: number | undefined;
}

/**
 * What has to be looked at, and when. An idle call costs one comparison however many conversations there are: only
 * those that wait for something are in here.
 */
export class Agenda<K> implements Deadlines {
  readonly #dueAt = new Map<K, number>();
  readonly #longestMs: number;
  #next: number | undefined;

  /** `longestMs`: no entry waits longer than this, so one that seems to is the mark of a clock that was set back. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  set(key: K, dueAt: number): void {
    const before = this.#dueAt.get(key);
    this.#dueAt.set(key, dueAt);
    if (before !== undefined && before === this.#next) this.#refresh();
    else if (this.#next === undefined || dueAt < this.#next) this.#next = dueAt;
  }

  delete(key: K): void {
    const before = this.#dueAt.get(key);
    if (before === undefined) return;
    this.#dueAt.delete(key);
    if (before === this.#next) this.#refresh();
  }

  has(key: K): boolean {
    return this.#dueAt.has(key);
  }

  /** Takes out what is due. */
  take(now: number): readonly K[] {
    if (this.#next === undefined || this.#next > now) return [];
    const due: K[] = [];
    for (const [key, dueAt] of this.#dueAt) if (dueAt <= now) due.push(key);
    for (const key of due) this.#dueAt.delete(key);
    this.#refresh();
    return due;
  }

  /** The clock was set back: what was to come soon still comes soon. */
  clamp(now: number): void {
    for (const [key, dueAt] of this.#dueAt) this.#dueAt.set(key, Math.min(dueAt, now + this.#longestMs));
    this.#refresh();
  }

  /** The clock leapt: nobody looked meanwhile, so whatever is overdue waits its full time once more. */
  defer(now: number): void {
    for (const [key, dueAt] of this.#dueAt) if (dueAt <= now) this.#dueAt.set(key, now + this.#longestMs);
    this.#refresh();
  }

  get next(): number | undefined {
    return this.#next;
  }

  #refresh(): void {
    this.#next = undefined;
    for (const dueAt of this.#dueAt.values()) if (this.#next === undefined || dueAt < this.#next) this.#next = dueAt;
  }
}
