import type { Sqlite } from './sqlite.ts';

/** Slots of one millisecond. 1024 keeps every value below 2^53 until the year 10,000 and beyond. */
const SLOTS = 1024;
const LATEST_MS = Math.floor(Number.MAX_SAFE_INTEGER / SLOTS) - 1;

/**
 * Unique numbers in the order of time: ms * 1024 + n, n counting up within a millisecond and running over into the next
 * one when it is full. One number is then enough to sort by and to continue a page from.
 */
export interface TimeSlots {
  /** The next free number at `atMs`; only taken once the caller has stored it. */
  next(atMs: number): number;
}

/** Nothing before this time has this number or a higher one. */
export const firstSlotAt = (atMs: number): number => Math.min(Math.max(Math.floor(atMs), 0), LATEST_MS) * SLOTS;

/** Of sessions, by their recency. */
export function createTimeSlots(db: Sqlite): TimeSlots {
  const last = db.prepare<[number, number], { taken: number | null }>(
    'SELECT max(recency) AS taken FROM session WHERE recency >= ? AND recency < ?',
  );
  return {
    next(atMs) {
      let base = firstSlotAt(atMs);
      for (;;) {
        const taken = last.get(base, base + SLOTS)?.taken ?? undefined;
        if (taken === undefined) return base;
        if (taken < base + SLOTS - 1) return taken + 1;
        base += SLOTS;
      }
    },
  };
}
