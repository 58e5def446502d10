/** One measured line: `value` against `budget` in the same unit, as a ratio where the budget is one. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'x' | '% of a core' | 'MB' | 'descriptors';
  readonly budget: number;
  readonly note: string;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function timed(task: () => void): number {
  const startedAt = performance.now();
  task();
  return performance.now() - startedAt;
}

/** The middle one of three: a single run of something short says little. */
export function middleOfThree(task: () => number): number {
  return percentile([task(), task(), task()], 0.5);
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function withVerdicts(measures: readonly Measure[]): readonly (Measure & { readonly within: boolean })[] {
  return measures.map((measure) => ({ ...measure, within: measure.value <= measure.budget }));
}

export function measuresTable(measures: readonly Measure[]): string {
  const rows = withVerdicts(measures).map((m) => [
    m.name,
    `${m.value.toFixed(m.value < 10 ? 2 : 0)} ${m.unit}`,
    `≤ ${m.budget} ${m.unit}`,
    m.within ? 'ok' : 'OVER',
    m.note,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}
