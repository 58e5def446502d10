import { describe, expect, it } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';

const { count, format } = en;

describe('quantities', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [9_950, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_100_000_000, '1.1 GB'],
    [5_000_000_000_000, '5.0 TB'],
    [5_000_000_000_000_000, '5,000 TB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(format.bytes(bytes)).toBe(text);
  });

  it.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [2_000, '2 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3_600_000, '1 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [48 * 3_600_000, '2 days ago'],
  ])('%d ms ago reads %s', (ms, text) => {
    expect(format.ago(ms)).toBe(text);
  });

  it('counts one in the singular and everything else in the plural', () => {
    expect([0, 1, 2, 1_284].map(count.messages)).toEqual(['0 messages', '1 message', '2 messages', '1,284 messages']);
  });

  it('has a length of time of its own', () => {
    expect(format.span(90_000)).toBe('1 min');
  });

  it('gives the time of day for today', () => {
    expect(format.time(new Date(2026, 10, 22, 4, 5).getTime(), new Date(2026, 10, 22, 23, 59).getTime())).toBe('04:05');
  });

  it('gives the date with another day', () => {
    expect(format.time(new Date(2026, 10, 21, 14, 5).getTime(), new Date(2026, 10, 22, 1, 0).getTime())).toBe('21 Nov, 14:05');
  });

  it('gives the year with another year', () => {
    expect(format.time(new Date(2025, 11, 31, 14, 5).getTime(), new Date(2026, 0, 1, 1, 0).getTime())).toBe('31 Dec 2025, 14:05');
  });
});
