import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classifyName, transcriptSessionId } from '../../../main/core/sources/file-names.ts';

const ID = '0fdf7aad-92d1-47a2-890c-da35d201c35c';
const STAMP = '2026-11-22T11-00-37.934Z';
const STAMP_MS = Date.UTC(2026, 10, 22, 11, 0, 37, 934);

describe('a transcript', () => {
  test('is named by its session', () => {
    expect(classifyName(`${ID}.jsonl`)).toEqual({ is: 'transcript', name: `${ID}.jsonl`, nativeId: ID, sessionId: ID });
  });

  test('of a topic belongs to the session before the topic', () => {
    const nativeId = `${ID}-topic-chat%3A42%2F-topic-`;
    expect(classifyName(`${nativeId}.jsonl`)).toEqual({ is: 'transcript', name: `${nativeId}.jsonl`, nativeId, sessionId: ID });
  });

  test('that was forked is named by time and session', () => {
    const nativeId = `2026-11-22T11-00-37-934Z_${ID}`;
    expect(classifyName(`${nativeId}.jsonl`)).toMatchObject({ is: 'transcript', nativeId, sessionId: ID });
  });

  test.each([
    ['reset', 'reset'],
    ['deleted', 'deleted'],
    ['bak', 'backup'],
  ])('archived as .%s keeps its live name, the reason and the time', (suffix, because) => {
    expect(classifyName(`${ID}.jsonl.${suffix}.${STAMP}`)).toEqual({
      is: 'transcript',
      name: `${ID}.jsonl`,
      nativeId: ID,
      sessionId: ID,
      archived: { because, at: STAMP_MS },
    });
  });

  test('of a topic can be archived, also without milliseconds in the time', () => {
    expect(classifyName(`${ID}-topic-7.jsonl.reset.2026-11-22T11-00-37Z`)).toMatchObject({
      nativeId: `${ID}-topic-7`,
      archived: { because: 'reset', at: Date.UTC(2026, 10, 22, 11, 0, 37) },
    });
  });

  test('backed up before a repair is an archive of that time', () => {
    expect(classifyName(`${ID}.jsonl.bak-19753-1795346032003`)).toMatchObject({
      is: 'transcript',
      nativeId: ID,
      archived: { because: 'backup', at: 1795346032003 },
    });
  });

  test('archived at an impossible time is an archive without a time', () => {
    expect(classifyName(`${ID}.jsonl.reset.2026-99-99T11-00-37.934Z`)).toMatchObject({ archived: { because: 'reset' } });
    expect(classifyName(`${ID}.jsonl.reset.2026-99-99T11-00-37.934Z`)).not.toHaveProperty('archived.at');
  });
});

describe('a sidecar', () => {
  test.each(['trajectory.jsonl', 'trajectory-path.json', 'acp-stream.jsonl', 'checkpoint.6fa459ea-ee8a-3ca4-894e-db77e160355e.jsonl'])(
    '%s is kept with its conversation and is no transcript',
    (end) => {
      expect(classifyName(`${ID}.${end}`)).toEqual({ is: 'sidecar', name: `${ID}.${end}`, nativeId: ID });
    },
  );

  test.each(['trajectory.jsonl', 'trajectory-path.json', 'acp-stream.jsonl'])('%s can be archived', (end) => {
    expect(classifyName(`${ID}.${end}.deleted.${STAMP}`)).toEqual({
      is: 'sidecar',
      name: `${ID}.${end}`,
      nativeId: ID,
      archived: { because: 'deleted', at: STAMP_MS },
    });
  });

  test('is what a compressed archive of a transcript is kept as, under its own name', () => {
    const name = `${ID}.jsonl.deleted.${STAMP}.e900bcdba50d4d068e03e1dce70dfbf9.zst`;
    expect(classifyName(name)).toEqual({ is: 'sidecar', name, nativeId: ID, archived: { because: 'deleted', at: STAMP_MS } });
  });
});

describe('the index', () => {
  test('is sessions.json', () => {
    expect(classifyName('sessions.json')).toEqual({ is: 'index', name: 'sessions.json' });
  });

  test('has backups with their time', () => {
    expect(classifyName('sessions.json.bak.1795346032003')).toEqual({
      is: 'index',
      name: 'sessions.json',
      archived: { because: 'backup', at: 1795346032003 },
    });
  });
});

describe('a lock', () => {
  test.each([`${ID}.jsonl`, `${ID}-topic-7.jsonl`, 'sessions.json', `${ID}.trajectory.jsonl`])('of %s names what it locks', (of) => {
    expect(classifyName(`${of}.lock`)).toEqual({ is: 'lock', of });
  });

  test.each(['package.lock', '.lock', `${ID}.jsonl.reset.${STAMP}.lock`, 'sessions.json.lock.lock'])('is not what %s is', (name) => {
    expect(classifyName(name)).toEqual({ is: 'ignored' });
  });
});

test.each([
  '',
  '.',
  '..',
  '.jsonl',
  '.DS_Store',
  'sessions.json.0f7cbb8e-0f27-4a35-9a4c-7a7f7b7e3f2b.tmp',
  'sessions.json.4711.0f7cbb8e-0f27-4a35-9a4c-7a7f7b7e3f2b.tmp',
  `${ID}.jsonl.repair-12-1795346032003.tmp`,
  `.clawback-${ID}.jsonl`,
  `.clawback-restore-1.tmp`,
  'skills-prompts',
  `${ID}.jsonl~`,
  `${ID}.jsonl.bak`,
  `${ID}.jsonl.reset.yesterday`,
  `${ID}.json`,
  `${ID}.jsonl.zst`,
  `../${ID}.jsonl`,
  `a/b.jsonl`,
  `a\\b.jsonl`,
  `a\0.jsonl`,
  `a\n.jsonl`,
  `-rf.jsonl`,
  `${'a'.repeat(129)}.jsonl`,
  `${ID}-topic-a b.jsonl`,
  '.trajectory.jsonl',
  'Sessions.json',
])('%j is ignored', (name) => {
  expect(classifyName(name)).toEqual({ is: 'ignored' });
});

test('a session id comes from a live transcript name only', () => {
  expect(transcriptSessionId(`${ID}-topic-7.jsonl`)).toBe(ID);
  expect(transcriptSessionId(`${ID}.jsonl.reset.${STAMP}`)).toBeUndefined();
  expect(transcriptSessionId('sessions.json')).toBeUndefined();
});

const NAME_PARTS = fc.constantFrom(
  ID,
  '-topic-',
  '.jsonl',
  '.json',
  'sessions',
  '.trajectory',
  '.lock',
  '.bak-1-2',
  `.reset.${STAMP}`,
  '.zst',
  '%',
  '/',
  '\0',
  '.',
);

test('every string has a meaning, and a name with a path in it has none', () => {
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(NAME_PARTS, { maxLength: 8 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(names, (name) => {
      const artefact = classifyName(name);
      if (/[/\0\\]/.test(name)) expect(artefact).toEqual({ is: 'ignored' });
      if ('name' in artefact) expect(name.startsWith(artefact.name)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('an archive of any transcript means that transcript', () => {
  const stems = fc.constantFrom(ID, `${ID}-topic-1`, `2026-11-22T11-00-37-934Z_${ID}`);
  const suffixes = fc.constantFrom(`.reset.${STAMP}`, `.deleted.${STAMP}`, `.bak.${STAMP}`, '.bak-7-1795346032003');
  fc.assert(
    fc.property(stems, suffixes, (stem, suffix) => {
      const { archived, ...live } = { archived: undefined, ...classifyName(`${stem}.jsonl${suffix}`) };
      expect(archived).toBeDefined();
      expect(live).toEqual(classifyName(`${stem}.jsonl`));
    }),
  );
});
