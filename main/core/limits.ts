import { checkIgnoreRules } from './ignore-rules.ts';
import { CoreError } from './platform/errors.ts';
import type { CoreConfig, Retention } from './requests.ts';

const SHORTEST_FLUSH_MS = 250;
const LONGEST_FLUSH_MS = 30_000;
const LONGEST_PAUSE_MS = 24 * 3_600_000;
const LONGEST_KEPT_DAYS = 36_500;
const SMALLEST_KEPT_BYTES = 100_000_000;

/** Throws CoreError `invalid` for settings that nobody can follow. */
export function checkConfig({ flushIntervalMs, ignore, retention }: CoreConfig): void {
  checkFlushInterval(flushIntervalMs);
  checkIgnoreRules(ignore);
  checkRetention(retention);
}

function checkFlushInterval(flushIntervalMs: number): void {
  if (flushIntervalMs >= SHORTEST_FLUSH_MS && flushIntervalMs <= LONGEST_FLUSH_MS) return;
  throw new CoreError('invalid', `not a flush interval: ${flushIntervalMs} ms`, 'Choose 250 to 30000 ms.');
}

export function checkPause(untilMs: number, now: number): void {
  if (untilMs > now && untilMs <= now + LONGEST_PAUSE_MS) return;
  throw new CoreError('invalid', 'a pause ends within the next 24 hours', 'Choose a time between now and tomorrow.');
}

function checkRetention({ keepDays = 1, keepBytes = SMALLEST_KEPT_BYTES }: Retention = {}): void {
  if (!Number.isInteger(keepDays) || keepDays < 1 || keepDays > LONGEST_KEPT_DAYS) {
    throw new CoreError('invalid', `not a number of days to keep: ${keepDays}`, 'Choose 1 to 36500 days, or none.');
  }
  if (Number.isSafeInteger(keepBytes) && keepBytes >= SMALLEST_KEPT_BYTES) return;
  throw new CoreError('invalid', `not a size to keep: ${keepBytes} bytes`, 'Choose at least 100 MB, or none.');
}
