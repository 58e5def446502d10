import { setTimeout as pause } from 'node:timers/promises';

const limitMs = 20_000;
const stepMs = 25;

/** Waits for a condition of another process: the first value that is neither undefined nor false. Fails with what it last saw. */
export async function eventually<T>(what: string, look: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  const until = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    last = value;
    if (performance.now() > until) throw new Error(`waited ${limitMs / 1000} s for ${what}; last seen: ${String(last)}`);
    await pause(stepMs);
  }
}
