import { CoreError } from './platform/errors.ts';

const SHORTEST_FLUSH_MS = 250;
const LONGEST_FLUSH_MS = 30_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;

export function checkFlushInterval(flushIntervalMs: number): void {
  if (flushIntervalMs >= SHORTEST_FLUSH_MS && flushIntervalMs <= LONGEST_FLUSH_MS) return;
  throw new CoreError('invalid', `not a flush interval: ${flushIntervalMs} ms`, 'Choose 250 to 30000 ms.');
}

export function checkPause(untilMs: number, now: number): void {
  if (untilMs > now && untilMs <= now + LONGEST_PAUSE_MS) return;
  throw new CoreError('invalid', 'a pause ends within the next 24 hours', 'Choose a time between now and tomorrow.');
}
