/** Of differences that were measured in pairs: the middle one, and within what it lies with 95 % (bootstrap). */
export interface PairedDifference {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

const RESAMPLES = 4_000;
const OUTSIDE = 0.025;

/** `one` minus `other`, round by round; both in the same order, one value a round. */
export function pairedDifference(one: readonly number[], other: readonly number[]): PairedDifference {
  const differences = one.map((value, round) => value - (other[round] ?? Number.NaN));
  const medians = Array.from({ length: RESAMPLES }, () => median(resampled(differences))).sort((a, b) => a - b);
  const at = (share: number) => medians[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { median: median(differences), from: at(OUTSIDE), to: at(1 - OUTSIDE) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

function resampled(values: readonly number[]): readonly number[] {
  return values.map(() => values[Math.floor(Math.random() * values.length)] ?? Number.NaN);
}
