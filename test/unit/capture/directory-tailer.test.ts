import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CaptureRig, kindsOf } from '../../support/capture-rig.ts';
import { bytesOf } from '../../support/captured.ts';

const ID = '3f0c1d5e-1111-4222-8333-444455556666';
const LIVE = `${ID}.jsonl`;
const RESET = `${LIVE}.reset.2026-11-22T11-00-37.934Z`;

test('imports what is there, then follows what is appended', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\n');
  expect(kindsOf(rig.sweep())).toEqual(['opened', 'appended']);
  appendFileSync(rig.path(LIVE), 'two\nhal');
  expect(kindsOf(rig.poll())).toEqual(['appended']);
  appendFileSync(rig.path(LIVE), 'f\n');
  rig.poll();
  const [generation] = rig.captured.named(LIVE);
  expect(generation && bytesOf(generation).toString()).toBe('one\ntwo\nhalf\n');
  expect(rig.tailer.listing).toMatchObject({ state: 'ok', transcripts: new Map([[ID, 13]]) });
  expect(rig.tailer.lagBytes).toBe(0);
});

test('a reset archives the generation with what was written before the rename', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\n');
  rig.sweep();
  appendFileSync(rig.path(LIVE), 'two\n');
  renameSync(rig.path(LIVE), rig.path(RESET));
  writeFileSync(rig.path(LIVE), 'other\n');
  expect(kindsOf(rig.poll())).toEqual(['archived reset', 'opened', 'appended', 'appended']);
  const [archive, live] = rig.captured.named(LIVE);
  expect(archive && bytesOf(archive).toString()).toBe('one\ntwo\n');
  expect(live && bytesOf(live).toString()).toBe('other\n');
});

test('truncation', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\ntwo\n');
  rig.sweep();
  truncateSync(rig.path(LIVE), 4);
  expect(kindsOf(rig.poll())).toEqual(['closed truncated', 'opened', 'appended']);
});

test('what was written and unlinked between two polls is read from the held descriptor', () => {
  using rig = new CaptureRig();
  writeFileSync(rig.path(LIVE), 'one\n');
  rig.sweep();
  appendFileSync(rig.path(LIVE), 'two\n');
  rmSync(rig.path(LIVE));
  expect(kindsOf(rig.poll())).toEqual(['appended', 'closed deleted']);
});
