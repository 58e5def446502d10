import type { Clock } from './platform/clock.ts';

/** What is done again and again until it is disposed of; the next time counts from the end of the last. */
export class Repeating implements Disposable {
  readonly #clock: Clock;
  readonly #timers = new Set<Disposable>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  every(intervalMs: number, task: () => void): void {
    const timer = this.#clock.schedule(intervalMs, () => {
      this.#timers.delete(timer);
      if (this.#isOver) return;
      task();
      this.every(intervalMs, task);
    });
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }
}
