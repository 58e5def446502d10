import { expect, test } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';
import { foundCopy } from '../../../main/wording/found-copy.ts';
import { zh } from '../../../main/wording/zh/index.ts';
import { status } from '../app/incident.ts';

const [source] = status().sources;
if (source === undefined) throw new Error('the status has no source');
const sources = [
  { ...source, sessions: 1000, unlisted: 612 },
  { ...source, id: 's2', sessions: 284 },
];

test('says what was found, what OpenClaw no longer shows, and that all of it is saved', () => {
  expect(foundCopy(en, status({ sources }))).toBe('1,284 conversations found, 612 of them no longer visible in OpenClaw; all saved');
  expect(foundCopy(zh, status({ sources }))).toBe('已找到 1,284 个对话，其中 612 个已不在 OpenClaw 中显示；已全部保存');
});

test('names nothing that OpenClaw hides where it hides nothing', () => {
  expect(foundCopy(en, status())).toBe('4 conversations found; all saved');
});

test.each([
  ['while they are being read', { importing: { doneBytes: 1, totalBytes: 2, sessions: 4 } }],
  ['while something waits', { lagBytes: 1 }],
  ['while paused', { health: 'paused' as const }],
  ['while no core runs', { running: false }],
  ['when a file cannot be read', { sources: [{ ...source, problems: ['skipped-files'] }] }],
])('does not say that all is saved %s', (_when, overrides) => {
  expect(foundCopy(en, status(overrides))).toBe('4 conversations found');
});
