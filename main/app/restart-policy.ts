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

/**
 * `ranForMs`: how long the dead core had run. A run longer than the window starts the back-off anew. Five deaths within the
 * window end the attempts: a core that cannot live must be shown, not hammered, or it drains the battery unseen.
 */
export function afterCrash(
  history: CrashHistory,
  nowMs: number,
  ranForMs: number,
): { readonly history: CrashHistory; readonly decision: RestartDecision } {
  const crashedAt = [...history.crashedAt.filter((at) => nowMs - at < windowMs), nowMs];
  const streak = ranForMs >= windowMs ? 1 : history.streak + 1;
  const next: CrashHistory = { crashedAt, streak };
  if (crashedAt.length >= crashLimit) return { history: next, decision: { restart: false, crashes: crashedAt.length } };
  return { history: next, decision: { restart: true, afterMs: Math.min(firstDelayMs * 2 ** (streak - 1), longestDelayMs) } };
}
