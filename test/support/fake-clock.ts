import type { Clock } from '../../main/core/platform/clock.ts';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly task: () => void;
}

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** `startAt` is the wall time in epoch ms. */
  constructor(startAt = Date.UTC(2026, 10, 22, 12)) {
    this.#wallMs = startAt;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, task: () => void): Disposable {
    this.#order += 1;
    const timer = { dueAt: this.#monotonicMs + Math.max(0, delayMs), order: this.#order, task };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => this.#timers.delete(timer) };
  }

  /** Both clocks go forward; timers that fall due run in order, each at its own time, also those that they schedule. */
  advance(ms: number): void {
    const until = this.#monotonicMs + ms;
    for (let next = this.#nextDue(until); next; next = this.#nextDue(until)) {
      this.#timers.delete(next);
      this.#passTo(next.dueAt);
      next.task();
    }
    this.#passTo(until);
  }

  /** The wall clock alone jumps, as by NTP or a user; may be negative. Timers do not notice. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  /** Timers that are scheduled and neither run nor disposed. */
  get pending(): number {
    return this.#timers.size;
  }

  #nextDue(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt > until) continue;
      if (!first || timer.dueAt < first.dueAt || (timer.dueAt === first.dueAt && timer.order < first.order)) first = timer;
    }
    return first;
  }

  #passTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}
