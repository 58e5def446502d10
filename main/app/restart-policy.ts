/** When a core that died is started again. Pure; times are monotonic ms. */
export interface CrashHistory {
  /** Recent deaths, oldest first. */
  readonly crashedAt: readonly number[];
  /** Deaths in a row without a stable run between them. */
  readonly streak: number;
}

export type RestartDecision = { readonly restart: true; readonly afterMs: number } | { readonly restart: false; readonly crashes: number };

export const noCrashes: CrashHistory = { crashedAt: [], streak: 0 };

const firstDelayMs = 500;
const longestDelayMs = 30_000;
const windowMs = 120_000;
const crashLimit = 5;

/** What stands in the way of a core and may go away by itself: giving up would end the protection for good. */
const passing: ReadonlySet<string> = new Set(['disk-full', 'buffer-locked', 'permission-denied', 'io', 'buffer-missing']);

/**
 * `ranForMs`: how long the dead core had run. A run longer than the window starts the back-off anew. Five deaths within the
 * window end the attempts: a core that cannot live must be shown, not hammered, or it drains the battery unseen. `code`: what
 * it said before it ended; a full disk or a buffer that another Clawback holds is waited for as long as it takes.
 */
export function afterCrash(
  history: CrashHistory,
  nowMs: number,
  ranForMs: number,
  code?: string,
): { readonly history: CrashHistory; readonly decision: RestartDecision } {
  const waits = code !== undefined && passing.has(code);
  const recent = history.crashedAt.filter((at) => nowMs - at < windowMs);
  const crashedAt = waits ? recent : [...recent, nowMs];
  const streak = ranForMs >= windowMs ? 1 : history.streak + 1;
  const next: CrashHistory = { crashedAt, streak };
  if (!waits && crashedAt.length >= crashLimit) return { history: next, decision: { restart: false, crashes: crashedAt.length } };
  return { history: next, decision: { restart: true, afterMs: Math.min(firstDelayMs * 2 ** (streak - 1), longestDelayMs) } };
}
