import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIndexFile } from '../../../main/core/sources/index-file.ts';
import type { IndexEntry } from '../../../main/core/sources/source.ts';

const KEY = 'agent:main:main';
const ID = '8cf87c43-3c3d-47ac-b3b8-ed4adcf71d85';
const fixture = (path: string): Uint8Array => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url));

function entriesOf(index: unknown): ReadonlyMap<string, IndexEntry> {
  const reading = parseIndexFile(new TextEncoder().encode(typeof index === 'string' ? index : JSON.stringify(index)));
  if (!reading.ok) throw new Error(reading.reason);
  return reading.entries;
}
const entryOf = (fields: object): IndexEntry | undefined => entriesOf({ [KEY]: { sessionId: ID, ...fields } }).get(KEY);

describe('the index of the real program', () => {
  test('2026.3 names session, file and time', () => {
    const reading = parseIndexFile(fixture('openclaw-2026.3/agents/main/sessions/sessions.json'));
    expect(reading.ok && reading.entries.get(KEY)).toEqual({
      key: KEY,
      sessionId: ID,
      fileName: `${ID}.jsonl`,
      updatedAt: 1795346691372,
      abortedLastRun: false,
      ranOnce: true,
      hasSessionFile: true,
      isAcp: false,
    });
  });

  test('2026.6 during its first run has not run', () => {
    const reading = parseIndexFile(fixture('openclaw-2026.6/agents/main/sessions/sessions.json'));
    expect(reading.ok && reading.entries.get(KEY)).toMatchObject({ hasSessionFile: true, ranOnce: false });
  });

  test('flags conversations of an ACP runtime', () => {
    const reading = parseIndexFile(fixture('openclaw-2026.3/agents/kimi/sessions/sessions.json'));
    const entries = reading.ok ? [...reading.entries.values()] : [];
    expect(entries).toMatchObject([{ isAcp: true, hasSessionFile: false, ranOnce: false }]);
    expect(entriesOf({ 'acp:1': { sessionId: ID }, 'agent:main:acp-bridge:1': { sessionId: ID } })).toMatchObject(
      new Map([
        ['acp:1', expect.objectContaining({ isAcp: true })],
        ['agent:main:acp-bridge:1', expect.objectContaining({ isAcp: false })],
      ]),
    );
  });
});

describe('a run that ended', () => {
  const report = { source: 'run', sessionId: ID, provider: 'mock', model: 'mock-1' };

  test('leaves a report that names its session', () => {
    expect(entryOf({ systemPromptReport: report })?.ranOnce).toBe(true);
  });

  test('of the former session says nothing, after /new and after a daily reset', () => {
    const former = { ...report, sessionId: '13344861-ce60-40de-a404-8b8dbf4dbd2d' };
    expect(entryOf({ systemPromptReport: former, model: 'mock-1', modelProvider: 'mock', totalTokensFresh: false })?.ranOnce).toBe(false);
  });

  test('is not what sessions.reset writes by itself', () => {
    const reset = { systemSent: false, model: 'mock-1', modelProvider: 'mock', inputTokens: 0, totalTokens: 0, totalTokensFresh: true };
    expect(entryOf(reset)?.ranOnce).toBe(false);
  });

  test('is not what the arrival of a message writes', () => {
    expect(entryOf({ systemSent: true, sessionFile: `/home/user/.openclaw/agents/main/sessions/${ID}.jsonl` })?.ranOnce).toBe(false);
  });

  test('is known by its context size when the report names no session', () => {
    const nameless = { source: 'run' };
    expect(entryOf({ systemPromptReport: nameless, contextTokens: 128_000 })?.ranOnce).toBe(true);
    expect(entryOf({ systemPromptReport: nameless })?.ranOnce).toBe(false);
  });

  test('by a command line backend promises no transcript', () => {
    const byCommandLine = { ...report, provider: 'claude-cli' };
    expect(entryOf({ systemPromptReport: byCommandLine, cliSessionIds: { 'claude-cli': 'x' } })?.ranOnce).toBe(false);
    expect(entryOf({ systemPromptReport: report, cliSessionIds: { 'claude-cli': 'x' } })?.ranOnce).toBe(true);
  });
});

describe('a session file', () => {
  test.each([
    ['an absolute path', `/home/user/.openclaw/agents/main/sessions/${ID}.jsonl`, `${ID}.jsonl`],
    ['a topic', `/home/user/.openclaw/agents/main/sessions/${ID}-topic-7.jsonl`, `${ID}-topic-7.jsonl`],
    ['a fork', `/x/sessions/2026-11-22T11-00-37-934Z_${ID}.jsonl`, `2026-11-22T11-00-37-934Z_${ID}.jsonl`],
    ['a bare name', `${ID}.jsonl`, `${ID}.jsonl`],
  ])('is taken from %s', (_what, sessionFile, fileName) => {
    expect(entryOf({ sessionFile })).toMatchObject({ fileName, hasSessionFile: true });
  });

  test.each([
    ['a climb', '../../etc/passwd'],
    ['a climb to a transcript', `../../other/sessions/${ID}.jsonl`],
    ['a climb inside', `/home/user/sessions/../sessions/${ID}.jsonl`],
    ['another place', '/etc/passwd'],
    ['a transcript in another place', `/etc/${ID}.jsonl`],
    ['a relative directory', `sessions/${ID}.jsonl`],
    ['a NUL', `/x/sessions/${ID}.jsonl\0.png`],
    ['a NUL before the end', `/x/sessions/a\0b.jsonl`],
    ['backslashes', `C:\\x\\sessions\\${ID}.jsonl`],
    ['an archive', `/x/sessions/${ID}.jsonl.reset.2026-11-22T11-00-37.934Z`],
    ['the index', '/x/sessions/sessions.json'],
    ['a sidecar', `/x/sessions/${ID}.trajectory.jsonl`],
    ['a directory', '/x/sessions/'],
    ['dots', '..'],
  ])('is not taken from %s', (_what, sessionFile) => {
    expect(entryOf({ sessionFile })).not.toHaveProperty('fileName');
  });

  test('that is no text is none', () => {
    expect(entryOf({ sessionFile: 42 })).toMatchObject({ hasSessionFile: false });
    expect(entryOf({ sessionFile: ' ' })).toMatchObject({ hasSessionFile: false });
  });
});

describe('entries that are not usable', () => {
  test.each([
    ['a climb', '../x'],
    ['a slash', 'a/b'],
    ['nothing', ''],
    ['a number', 7],
    ['a NUL', 'a\0'],
    ['an endless id', 'a'.repeat(129)],
  ])('are dropped: the session id is %s', (_what, sessionId) => {
    expect(entriesOf({ [KEY]: { sessionId } }).size).toBe(0);
  });

  test('leave the others alone', () => {
    const entries = entriesOf({ a: null, b: 7, c: [], d: 'x', e: {}, f: { sessionId: 'ok' } });
    expect([...entries.keys()]).toEqual(['f']);
  });

  test('have no power over objects', () => {
    const entries = entriesOf('{"__proto__":{"sessionId":"evil"},"constructor":{"sessionId":"c1"},"k":{"__proto__":{"sessionId":"evil"}}}');
    expect([...entries.keys()]).toEqual(['__proto__', 'constructor']);
    expect({}).not.toHaveProperty('sessionId');
  });
});

test('keys have no case; of two spellings the newer entry counts', () => {
  const older = { sessionId: 'older', updatedAt: 1 };
  const newer = { sessionId: 'newer', updatedAt: 2 };
  expect(entriesOf({ 'Agent:Main:Main': newer, [KEY]: older }).get(KEY)?.sessionId).toBe('newer');
  expect(entriesOf({ 'Agent:Main:Main': older, [KEY]: newer }).get(KEY)?.sessionId).toBe('newer');
});

test('labels are kept, fields of a wrong kind are not', () => {
  expect(entryOf({ label: 'Work', displayName: 'W', abortedLastRun: true, updatedAt: 5 })).toMatchObject({
    label: 'Work',
    displayName: 'W',
    abortedLastRun: true,
    updatedAt: 5,
  });
  const broken = entryOf({ label: 1, displayName: {}, abortedLastRun: 'no', updatedAt: 'now' });
  expect(Object.keys(broken ?? {}).sort()).toEqual(['hasSessionFile', 'isAcp', 'key', 'ranOnce', 'sessionId']);
});

test.each([
  ['empty', '', 'empty'],
  ['cut', '{"agent:main:main":{"sessionId":"secret-i', 'not-json'],
  ['zeroed', '\0\0\0', 'not-json'],
  ['a list', '[]', 'not-an-object'],
  ['null', 'null', 'not-an-object'],
])('an index that is %s is unreadable, and the reason quotes nothing', (_what, text, reason) => {
  expect(parseIndexFile(new TextEncoder().encode(text))).toEqual({ ok: false, reason });
});

test('an empty object is an index without entries', () => {
  expect(entriesOf({}).size).toBe(0);
});

test('ten megabytes are read whole', () => {
  const entry = { sessionId: 'a', skillsSnapshot: 'x'.repeat(1_000) };
  const index = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key-${at}`, entry]));
  expect(entriesOf(index).size).toBe(10_000);
});

test('reading is total', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map((json) => new TextEncoder().encode(json)),
    fc
      .dictionary(
        fc.string(),
        fc.record({ sessionId: fc.string(), sessionFile: fc.jsonValue(), systemPromptReport: fc.jsonValue(), acp: fc.jsonValue() }),
      )
      .map((index) => new TextEncoder().encode(JSON.stringify(index))),
  );
  fc.assert(
    fc.property(anything, (bytes) => {
      const reading = parseIndexFile(bytes);
      if (reading.ok) for (const [key, entry] of reading.entries) expect(entry.key).toBe(key);
      else expect(reading.reason).toMatch(/^[a-z-]+$/);
    }),
    { numRuns: 500 },
  );
});
