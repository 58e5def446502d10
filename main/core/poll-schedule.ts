/**
 * When to look. Hot: something changed lately, so changes are read within a quarter of a second and committed before the
 * flush interval is over. Idle: one look a second, which still keeps the promise because what is found then is committed
 * at once. The sweep over every file is the net under both; it is spaced by its own cost so that ten thousand files stay
 * under 0.3 % of a core together with the rest of what an idle core does, and never further apart than the 30 seconds that
 * the product promises.
 */
export interface PollSchedule {
  readonly pollMs: number;
  /** After the first unread byte was seen, commit within this time. */
  readonly commitWithinMs: number;
  readonly sweepMs: number;
}

const HOT_POLL_MS = 250;
const IDLE_POLL_MS = 1_000;
const SWEEP_SHARE_OF_A_CORE = 0.0015;
const SHORTEST_SWEEP_MS = 5_000;
const LONGEST_SWEEP_MS = 25_000;

export function pollSchedule(flushIntervalMs: number, hot: boolean, sweepCostMs: number): PollSchedule {
  const pollMs = Math.min(flushIntervalMs, hot ? HOT_POLL_MS : IDLE_POLL_MS);
  return {
    pollMs,
    commitWithinMs: Math.max(0, flushIntervalMs - pollMs),
    sweepMs: Math.min(LONGEST_SWEEP_MS, Math.max(SHORTEST_SWEEP_MS, sweepCostMs / SWEEP_SHARE_OF_A_CORE)),
  };
}

/** 1 s doubling to 30 s: how long capture waits after the buffer refused to write. */
export function retryDelayMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.max(0, failures - 1));
}
