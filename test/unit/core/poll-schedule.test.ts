import { describe, expect, it } from 'vitest';
import { pollSchedule, retryDelayMs } from '../../../main/core/poll-schedule.ts';

describe('poll schedule', () => {
  it.each([
    [250, true],
    [250, false],
    [1_000, true],
    [1_000, false],
    [30_000, true],
    [30_000, false],
  ])('commits within the flush interval of %d ms (hot: %s)', (flushIntervalMs, hot) => {
    const { pollMs, commitWithinMs } = pollSchedule(flushIntervalMs, hot, 1);
    expect(pollMs + commitWithinMs).toBeLessThanOrEqual(flushIntervalMs);
  });

  it('looks more often while something changes', () => {
    expect(pollSchedule(30_000, true, 1).pollMs).toBeLessThan(pollSchedule(30_000, false, 1).pollMs);
  });

  it('spaces sweeps by their cost, but never beyond what the product promises', () => {
    expect(pollSchedule(1_000, false, 0).sweepMs).toBe(5_000);
    expect(pollSchedule(1_000, false, 30).sweepMs).toBe(20_000);
    expect(pollSchedule(1_000, false, 10_000).sweepMs).toBe(25_000);
  });
});

describe('retry delay', () => {
  it('doubles from one second to thirty', () => {
    expect([1, 2, 3, 6, 60].map(retryDelayMs)).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });
});
