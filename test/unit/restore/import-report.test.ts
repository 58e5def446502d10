import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readImportReport, whyNotImported, whyNotReady } from '../../../main/core/restore/import-report.ts';
import type { ProgramEnd } from '../../../main/core/restore/restoring.ts';

/** As 2026.9.6 printed them. */
const recorded = (name: string) => readFileSync(new URL(`../../fixtures/openclaw-2026.9/reports/${name}.json`, import.meta.url), 'utf8');
const expected = { agent: 'main', storePath: '/state/agents/main/sessions/sessions.json', sessionIds: ['0000-ours'], events: 7 };
const trial = (): ProgramEnd => end(recorded('dry-run'));
const end = (stdout: string, code: number | undefined = 0): ProgramEnd => ({ code, stdout, stderr: '' });

/** The report with members of its one target changed. */
function changed(name: string, members: Readonly<Record<string, unknown>>): ProgramEnd {
  const report = JSON.parse(recorded(name)) as { targets: object[] };
  return end(JSON.stringify({ ...report, targets: report.targets.map((target) => ({ ...target, ...members })) }));
}

describe('what the importer says of itself', () => {
  test('is read as it was printed, also behind warnings', () => {
    const report = readImportReport(`(node:1) ExperimentalWarning\n${recorded('import')}`);
    expect(report).toMatchObject({
      mode: 'import',
      targets: [{ agentId: 'main', importedEntries: 1, importedTranscriptEvents: 7, issues: [] }],
    });
  });

  test.each([
    '',
    'Cannot run session SQLite import while the Gateway owns this state directory',
    '{}',
    '{"mode":"import","targets":[{}]}',
    '{"mode":"im',
  ])('is nothing where it says %j', (stdout) => {
    expect(readImportReport(stdout)).toBeUndefined();
    expect(whyNotImported(end(stdout), expected, trial())).toBe('no-report');
    expect(whyNotReady(end(stdout), expected)).toBe('no-report');
  });

  test('is a yes when everything that was expected came in, and nothing else', () => {
    expect(whyNotReady(end(recorded('dry-run')), expected)).toBeUndefined();
    expect(whyNotImported(end(recorded('import')), expected, trial())).toBeUndefined();
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['issues', { issues: [{ code: 'historical_transcript_deferred', message: 'not to be repeated' }] }],
    ['unreferenced', { archivedUnreferencedJsonlFiles: ['/state/archive-tier.x'] }],
    ['counts', { importedEntries: 2 }],
    ['counts', { importedTranscriptEvents: 6 }],
    ['counts', { importedTranscriptEvents: 'seven' }],
    ['other-place', { storePath: '/elsewhere/sessions.json' }],
    ['other-place', { agentId: 'work' }],
  ])('is a no for its %s, although it ended with 0', (why, members) => {
    expect(whyNotImported(changed('import', members), expected, trial())).toBe(why);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['waiting-files', { legacyEntries: 2 }],
    ['counts', { validatedTranscriptEvents: 6 }],
    ['counts', { validatedEntries: 0 }],
    ['issues', { issues: [{ code: 'historical_transcript_deferred', message: '/state/0000-ours.jsonl: torn' }] }],
    ['issues', { issues: [{ code: 'transcript_malformed', sessionKey: 'agent:main:0000-ours' }] }],
  ])('stops nothing for the %s of a trial', (why, members) => {
    expect(whyNotReady(changed('dry-run', members), expected)).toBe(why);
  });

  test('is none about what earlier imports had put away, which is named again each time', () => {
    const issues = [{ code: 'historical_transcript_deferred', message: '/state/agents/main/sessions/older.jsonl: torn' }];
    expect(whyNotReady(changed('dry-run', { issues }), expected)).toBeUndefined();
    expect(whyNotImported(changed('import', { issues }), expected, changed('dry-run', { issues }))).toBeUndefined();
    expect(whyNotImported(changed('import', { issues }), expected, trial())).toBe('issues');
  });

  test('is a no when the program failed or was ended', () => {
    expect(whyNotImported(end(recorded('import'), 1), expected, trial())).toBe('exit-code');
    expect(whyNotImported({ ...end(recorded('import')), code: undefined }, expected, trial())).toBe('exit-code');
    expect(whyNotImported(end('{"mode":"import","targets":[]}'), expected, trial())).toBe('other-agents');
  });
});
