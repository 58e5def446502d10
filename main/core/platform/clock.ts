/**
 * The only source of time in the core. Wall time stamps records; monotonic time measures intervals, because the wall
 * clock jumps (sleep, NTP, the user) and a jump must never look like silence.
 */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** ms since an arbitrary start; never goes back. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`; dispose to cancel. The timer does not keep the process alive. */
  schedule(delayMs: number, task: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
