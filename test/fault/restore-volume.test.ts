import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { Scene } from '../unit/restore/scene.ts';
import { healthy } from '../unit/restore/transcripts.ts';
import { indexBefore } from './restore-outcome.ts';
import { smallVolume } from './restore-small-volume.ts';

const content = healthy(1_500);

test('a volume that fills up while the file is written leaves nothing, and the restore works once there is room', async () => {
  using dir = tempDir();
  using volume = smallVolume(dir.path);
  using scene = new Scene(dir.path);
  const request = { sessionRow: scene.record('lost', [content]), target: 'file', output: join(volume.path, 'out.jsonl') } as const;
  const failpoint = (step: string) => {
    if (step === 'tmp:create') volume.fill(300 * 1024);
    volume.failpoint(step);
  };
  await expect(scene.restore(request, { failpoint })).rejects.toMatchObject({ code: 'disk-full', hint: expect.stringContaining('space') });
  expect(readdirSync(volume.path).filter((name) => name !== 'filler')).toEqual([]);
  expect(scene.journal.catalog.restores()).toMatchObject([{ phase: 'failed', error: 'ENOSPC' }]);
  rmSync(join(volume.path, 'filler'), { force: true });
  await scene.restore(request);
  expect(readFileSync(join(volume.path, 'out.jsonl'), 'utf8')).toBe(content);
});

test('a volume that fills up before the index is written keeps the index as it was and no transcript', async () => {
  using dir = tempDir();
  using volume = smallVolume(dir.path);
  using scene = new Scene(dir.path, { sessions: join(volume.path, 'sessions') });
  const bigIndex = `${indexBefore.slice(0, -3)},\n"agent:main:big": { "sessionId": "big", "prompt": "${'x'.repeat(200_000)}" }\n}\n`;
  writeFileSync(scene.index, bigIndex);
  const row = scene.record('lost', [healthy(2)]);
  const failpoint = (step: string) => {
    // Room for the lock, none for another copy of the index.
    if (step === 'index-write:create') volume.fill(50 * 1024);
    volume.failpoint(step);
  };
  await expect(scene.restore({ sessionRow: row, target: 'new-session' }, { failpoint })).rejects.toMatchObject({ code: 'disk-full' });
  expect(scene.names()).toEqual(['sessions.json']);
  expect(readFileSync(scene.index, 'utf8')).toBe(bigIndex);
  rmSync(join(volume.path, 'filler'), { force: true });
  expect(await scene.restore({ sessionRow: row, target: 'new-session' })).toMatchObject({ already: false });
});

test('a volume that becomes read-only refuses the restore with a hint and stays as it was', async () => {
  using dir = tempDir();
  using volume = smallVolume(dir.path);
  using scene = new Scene(dir.path, { sessions: join(volume.path, 'sessions') });
  writeFileSync(scene.index, indexBefore);
  const request = { sessionRow: scene.record('lost', [healthy(2)]), target: 'new-session' } as const;
  volume.makeReadOnly();
  await expect(scene.restore(request, { failpoint: volume.failpoint })).rejects.toMatchObject({
    code: 'not-permitted',
    hint: expect.any(String),
  });
  expect(scene.names()).toEqual(['sessions.json']);
  expect(readFileSync(scene.index, 'utf8')).toBe(indexBefore);
});

test('a link that is planted between the preview and the restore is not followed', async () => {
  using dir = tempDir();
  using scene = new Scene(dir.path);
  writeFileSync(scene.index, indexBefore);
  const request = { sessionRow: scene.record('lost', [healthy(2)]), target: 'new-session' } as const;
  const restorer = scene.restorer();
  const plan = await restorer.plan(request);
  symlinkSync(join(dir.path, 'victim'), plan.path);
  await expect(restorer.apply(plan, request)).rejects.toMatchObject({ code: 'target-exists' });
  expect(readdirSync(dir.path)).not.toContain('victim');
  expect(readFileSync(scene.index, 'utf8')).toBe(indexBefore);
});
