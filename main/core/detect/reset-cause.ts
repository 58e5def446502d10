import type { ResetCause } from '../types.ts';
import type { ResetPolicy } from './detection.ts';

export interface ResetCircumstances {
  /** Epoch ms. */
  readonly resetAt: number;
  /** Last sign of the conversation before the reset; `undefined`: not known. */
  readonly lastActivityAt?: number;
  readonly startedByCommand: boolean;
  /** The index entry right after the reset named no transcript, as only the gateway's reset call leaves it. */
  readonly resetByCall: boolean;
  readonly policy: ResetPolicy;
}

/**
 * Why OpenClaw replaced a conversation. Pure but for the machine's time zone: the gateway of 2026.3 reckons its daily
 * boundary in local time, and looks at it only when a message arrives.
 */
export function resetCause(of: ResetCircumstances): ResetCause {
  if (of.startedByCommand || of.resetByCall) return 'command';
  if (of.lastActivityAt === undefined || of.policy.mode === 'off') return 'unexplained';
  if (of.policy.mode === 'daily' && of.lastActivityAt < dailyBoundaryBefore(of.resetAt, of.policy.atHour)) return 'daily';
  const { idleMinutes } = of.policy;
  if (idleMinutes !== undefined && of.resetAt - of.lastActivityAt > idleMinutes * 60_000) return 'idle';
  return 'unexplained';
}

/** The last local `atHour` o'clock at or before `at`. Calendar arithmetic: a day of 23 or 25 hours must not shift it. */
export function dailyBoundaryBefore(at: number, atHour: number): number {
  const boundary = new Date(at);
  boundary.setHours(atHour, 0, 0, 0);
  if (boundary.getTime() <= at) return boundary.getTime();
  // From noon, because going back a day from a time that a change of clocks skips or repeats lands on another hour.
  boundary.setHours(12, 0, 0, 0);
  boundary.setDate(boundary.getDate() - 1);
  boundary.setHours(atHour, 0, 0, 0);
  return boundary.getTime();
}
