import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dailyBoundaryBefore, type ResetCircumstances, resetCause } from '../../../main/core/detect/reset-cause.ts';

const zoneBefore = process.env.TZ;

beforeEach(() => {
  process.env.TZ = 'Europe/Berlin';
});

afterEach(() => {
  if (zoneBefore === undefined) delete process.env.TZ;
  else process.env.TZ = zoneBefore;
});

const at = (iso: string): number => Date.parse(iso);

function cause(of: Partial<ResetCircumstances>): string {
  return resetCause({
    resetAt: at('2026-11-22T12:00:00+01:00'),
    lastActivityAt: at('2026-11-22T11:00:00+01:00'),
    startedByCommand: false,
    resetByCall: false,
    policy: { mode: 'daily', atHour: 4 },
    ...of,
  });
}

describe('resetCause', () => {
  it('is the command when one began the new session', () => {
    expect(cause({ startedByCommand: true })).toBe('command');
  });

  it('is the command when the gateway was called to reset, whatever the hour', () => {
    expect(cause({ resetByCall: true, lastActivityAt: at('2026-11-20T11:00:00+01:00') })).toBe('command');
  });

  it('is the daily reset when the last activity was before the boundary', () => {
    expect(cause({ lastActivityAt: at('2026-11-22T03:59:59+01:00') })).toBe('daily');
  });

  it('is not the daily reset when the conversation went on after the boundary', () => {
    expect(cause({ lastActivityAt: at('2026-11-22T04:00:01+01:00') })).toBe('unexplained');
  });

  it('is idleness when that was longer than configured', () => {
    expect(cause({ policy: { mode: 'idle', atHour: 4, idleMinutes: 59 } })).toBe('idle');
  });

  it('is not idleness when it was shorter', () => {
    expect(cause({ policy: { mode: 'idle', atHour: 4, idleMinutes: 61 } })).toBe('unexplained');
  });

  it('is unexplained when resets are switched off', () => {
    expect(cause({ policy: { mode: 'off', atHour: 4 }, lastActivityAt: 0 })).toBe('unexplained');
  });

  it('is unexplained when nothing is known of the time before', () => {
    const { lastActivityAt: _unknown, ...known } = { ...circumstances };
    expect(resetCause(known)).toBe('unexplained');
  });
});

const circumstances: ResetCircumstances = {
  resetAt: at('2026-11-22T12:00:00+01:00'),
  lastActivityAt: 0,
  startedByCommand: false,
  resetByCall: false,
  policy: { mode: 'daily', atHour: 4 },
};

describe('dailyBoundaryBefore', () => {
  it('is today when the hour has passed', () => {
    expect(dailyBoundaryBefore(at('2026-11-22T12:00:00+01:00'), 4)).toBe(at('2026-11-22T04:00:00+01:00'));
  });

  it('is yesterday before the hour', () => {
    expect(dailyBoundaryBefore(at('2026-11-22T03:00:00+01:00'), 4)).toBe(at('2026-11-21T04:00:00+01:00'));
  });

  it('is the local hour after clocks went forward', () => {
    expect(dailyBoundaryBefore(at('2026-03-29T09:00:00+02:00'), 4)).toBe(at('2026-03-29T04:00:00+02:00'));
  });

  it('is the local hour of the day before clocks went forward', () => {
    expect(dailyBoundaryBefore(at('2026-03-29T03:30:00+02:00'), 4)).toBe(at('2026-03-28T04:00:00+01:00'));
  });

  it('is the local hour of the day before clocks went back', () => {
    expect(dailyBoundaryBefore(at('2026-10-25T03:30:00+01:00'), 4)).toBe(at('2026-10-24T04:00:00+02:00'));
  });
});
