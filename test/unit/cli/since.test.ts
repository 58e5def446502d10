import { expect, test } from 'vitest';
import { parseSince } from '../../../main/cli/since.ts';

test.each([
  ['2026-03-14', new Date(2026, 2, 14)],
  ['2028-02-29', new Date(2028, 1, 29)],
  ['2026-03-14T09:30', new Date(2026, 2, 14, 9, 30)],
  [' 2026-03-14 09:30:15 ', new Date(2026, 2, 14, 9, 30, 15)],
])('%s is a time of this machine', (text, meant) => {
  expect(parseSince(text)).toBe(meant.getTime());
});

test.each(['', 'yesterday', '14.03.2026', '2026-3-14', '2026-02-30', '2026-13-01', '2026-03-14T25:00', '2026-03-14T09', '1969-12-01', '7'])(
  '%j is no time',
  (text) => {
    expect(parseSince(text)).toBeUndefined();
  },
);
