import type { Clock } from './clock.ts';

export interface NudgePace {
  /** From the first call to the task. */
  readonly delayMs: number;
  /** From one task to the next, at least. */
  readonly spacingMs: number;
}

/** Does a task once for whatever calls for it within a moment of the first call, and not more often than its pace allows. */
export class Nudge implements Disposable {
  readonly #clock: Clock;
  readonly #pace: NudgePace;
  readonly #task: () => void;
  #due: Disposable | undefined;
  #doneAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, pace: NudgePace, task: () => void) {
    this.#clock = clock;
    this.#pace = pace;
    this.#task = task;
  }

  soon(): void {
    const { delayMs, spacingMs } = this.#pace;
    this.#due ??= this.#clock.schedule(Math.max(delayMs, this.#doneAt + spacingMs - this.#clock.monotonic()), () => {
      this.#due = undefined;
      this.#doneAt = this.#clock.monotonic();
      this.#task();
    });
  }

  [Symbol.dispose](): void {
    this.#due?.[Symbol.dispose]();
    this.#due = undefined;
  }
}
