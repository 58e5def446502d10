import type { Clock } from './clock.ts';

/** Does a task once for whatever calls for it within `delayMs` of the first call. */
export class Nudge implements Disposable {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #task: () => void;
  #due: Disposable | undefined;

  constructor(clock: Clock, delayMs: number, task: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#task = task;
  }

  soon(): void {
    this.#due ??= this.#clock.schedule(this.#delayMs, () => {
      this.#due = undefined;
      this.#task();
    });
  }

  [Symbol.dispose](): void {
    this.#due?.[Symbol.dispose]();
    this.#due = undefined;
  }
}
