import { describe, expect, it } from 'vitest';
import { countTests, formatReport, type VitestReport } from '../../../build/test-report.ts';
import { inapplicability, selectSuites, suites } from '../../../build/test-suites.ts';

const report: VitestReport = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

describe('the count of a suite', () => {
  it('is what the runner reports', () => {
    expect(countTests(report, 0)).toEqual({ passed: 7, failed: 0 });
  });

  it('takes skipped and to-do tests as failed', () => {
    expect(countTests({ ...report, numPendingTests: 1, numTodoTests: 1 }, 0)).toEqual({
      passed: 7,
      failed: 2,
      note: '2 skipped, which counts as failed',
    });
  });

  it('takes a file that could not be run as failed', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(countTests({ ...report, testResults }, 1)).toEqual({ passed: 7, failed: 1, note: '1 file could not be run' });
  });

  it('does not count a file with failed tests twice', () => {
    const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }];
    expect(countTests({ ...report, numFailedTests: 1, testResults }, 1)).toEqual({ passed: 7, failed: 1 });
  });

  it('is a failure without tests', () => {
    expect(countTests({ ...report, numPassedTests: 0 }, 0)).toMatchObject({ failed: 1, note: 'it has no tests' });
  });

  it('is a failure without a report', () => {
    expect(countTests(undefined, 137)).toMatchObject({ passed: 0, failed: 1, note: expect.stringContaining('137') });
  });

  it('is a failure when the runner fails after its tests passed', () => {
    expect(countTests(report, 1)).toMatchObject({ passed: 7, failed: 1 });
  });
});

describe('the report', () => {
  it('ends with the totals alone on the last line', () => {
    const text = formatReport([
      { suite: 'unit', passed: 120, failed: 0, durationMs: 4210 },
      { suite: 'e2e', passed: 9, failed: 2, durationMs: 61_000 },
    ]);
    expect(text.split('\n')).toEqual([
      'suite  passed  failed    time',
      'unit      120       0   4.2 s',
      'e2e         9       2  61.0 s  FAILED',
      '',
      '129 passed, 2 failed',
    ]);
  });
});

describe('the choice of suites', () => {
  it('is all of them without names', () => {
    expect(selectSuites([])).toEqual({ ok: true, suites });
  });

  it('is the named ones, in their own order', () => {
    const selection = selectSuites(['e2e', 'unit']);
    expect(selection.ok && selection.suites.map((suite) => suite.name)).toEqual(['unit', 'e2e']);
  });

  it('refuses a name that is no suite', () => {
    expect(selectSuites(['unit', 'units'])).toEqual({ ok: false, unknown: 'units' });
  });
});

describe('a suite that this platform cannot run', () => {
  const named = (name: string) => suites.filter((suite) => suite.name === name);

  it('says why it does not apply', () => {
    expect(named('e2e').map((suite) => inapplicability(suite, 'darwin'))).toEqual([
      { files: 'all', note: expect.stringContaining('D-Bus') },
    ]);
  });

  it('names the files that do not apply when the others do', () => {
    expect(named('fault').map((suite) => inapplicability(suite, 'darwin'))).toEqual([
      { files: ['test/fault/*-disk-full.test.ts'], note: expect.stringMatching(/^without test\/fault\/\*-disk-full/) },
    ]);
  });

  it('is none on Linux', () => {
    expect(suites.filter((suite) => inapplicability(suite, 'linux') !== undefined)).toEqual([]);
  });
});
