/** What one suite came to. Skipped and to-do tests count as failed: nothing may be left out in silence. */
export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly durationMs: number;
  /** Why it failed as a whole, or did not apply to this machine. */
  readonly note?: string;
}

/** The part of Vitest's JSON report that counts. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly note?: string;
}

/** Pure. `report` is undefined when the runner died before it wrote one. */
export function countTests(report: VitestReport | undefined, exitStatus: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1, note: `the test runner ended with status ${exitStatus} and without a report` };
  const leftOut = report.numPendingTests + report.numTodoTests;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + leftOut + brokenFiles;
  if (passed + failed === 0) return { passed, failed: 1, note: 'it has no tests' };
  if (failed === 0 && exitStatus !== 0) return { passed, failed: 1, note: `the test runner ended with status ${exitStatus}` };
  const notes = [
    ...(leftOut > 0 ? [`${leftOut} skipped, which counts as failed`] : []),
    ...(brokenFiles > 0 ? [`${brokenFiles} ${brokenFiles === 1 ? 'file' : 'files'} could not be run`] : []),
  ];
  return notes.length === 0 ? { passed, failed } : { passed, failed, note: notes.join('; ') };
}

/** The table, and `N passed, N failed` alone on the last line. */
export function formatReport(results: readonly SuiteResult[]): string {
  const rows = [
    ['suite', 'passed', 'failed', 'time', ''],
    ...results.map((result) => [
      result.suite,
      String(result.passed),
      String(result.failed),
      `${(result.durationMs / 1000).toFixed(1)} s`,
      result.note ?? (result.failed > 0 ? 'FAILED' : ''),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : column < 4 ? cell.padStart(width) : cell;
      })
      .join('  ')
      .trimEnd(),
  );
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return [...lines, '', `${passed} passed, ${failed} failed`].join('\n');
}
