import type { PlacedRow } from './places.ts';

/** Longer than the times of one message may be apart. */
const KEPT_MS = 300_000;
const MOST_ROWS = 200;
/** What is longer is not said twice by chance. */
const SHORT = 2_000;

/**
 * Short messages that were found in a transcript a moment ago. They go on claiming what proved them, so that an `ok` which was
 * written a minute ago does not prove the one that was not.
 */
export class Proven {
  #rows: { readonly row: PlacedRow; readonly at: number }[] = [];

  add(row: PlacedRow, now: number): void {
    if (row.text.length > SHORT) return;
    this.#rows.push({ row, at: now });
    if (this.#rows.length > MOST_ROWS) this.#rows = this.#rows.slice(-MOST_ROWS);
  }

  near(
    rows: readonly { readonly conversation?: string; readonly sourceId: number; readonly nativeId?: string }[],
    now: number,
  ): readonly PlacedRow[] {
    this.#rows = this.#rows.filter(({ at }) => at <= now && now - at <= KEPT_MS);
    return this.#rows
      .filter(({ row }) =>
        rows.some(
          ({ conversation, sourceId, nativeId }) =>
            row.conversation === conversation || (nativeId !== undefined && row.nativeId === nativeId && row.sourceId === sourceId),
        ),
      )
      .map(({ row }) => row);
  }
}
