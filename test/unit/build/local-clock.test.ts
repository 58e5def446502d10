import { afterEach, expect, test } from 'vitest';
import { localClock, shiftWrittenTimes } from '../../../build/screens/local-clock.ts';

const format = Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format');
afterEach(() => {
  if (format !== undefined) Object.defineProperty(Intl.DateTimeFormat.prototype, 'format', format);
});

const clockIn = (timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });

test.each([0, 5, 13, 14, 15, 23])('a picture that is taken at %i:48 UTC shows the same day and time as any other', (hour) => {
  const now = Date.UTC(2027, 1, 3, hour, 48, 12);
  const { timeZone, shiftMs } = localClock(now);
  // As the system has it: the day of a list is told by it.
  expect(clockIn(timeZone).format(now)).toBe('03/02/2027, 14:48');
  shiftWrittenTimes(shiftMs);
  expect(clockIn(timeZone).format(now)).toBe('20/11/2026, 14:02');
  expect(clockIn(timeZone).format(new Date(now - 3_600_000))).toBe('20/11/2026, 13:02');
});
