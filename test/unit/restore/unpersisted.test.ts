import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';
import type { Said } from './witnessed.ts';

const lost: readonly Said[] = [
  { role: 'user', text: 'where is the oak', second: 60 },
  { role: 'assistant', text: 'by the river', second: 61 },
];
let dir: TempDir;
let scene: Scene;

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
  writeFileSync(scene.index, '{}');
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const beside = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'new-session' });

function spokenIn(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.flatMap((line) => {
    const { message } = JSON.parse(line) as { message?: { role: string; content: { text: string }[] } };
    return message === undefined ? [] : [`${message.role}: ${message.content[0]?.text}`];
  });
}

describe('a conversation of which OpenClaw wrote nothing', () => {
  test('is planned and restored from what witnesses saw', async () => {
    const request = beside(scene.witness('never-written', lost));
    const restorer = scene.restorer();
    const plan = await restorer.plan(request);
    expect(plan).toMatchObject({
      form: 'rebuilt',
      messages: 2,
      unpersisted: 2,
      route: 'index',
      changes: expect.arrayContaining(['header-added']),
    });
    const receipt = await restorer.apply(plan, request);
    expect(spokenIn(receipt.path)).toEqual(['user: where is the oak', 'assistant: by the river']);
    expect(receipt).toMatchObject({ sha256: plan.sha256, messages: 2 });
  });

  test('goes to a file as a conversation', async () => {
    const output = join(dir.path, 'out.jsonl');
    await scene.restore({ sessionRow: scene.witness('never-written', lost), target: 'file', output });
    expect(spokenIn(output)).toEqual(['user: where is the oak', 'assistant: by the river']);
  });
});

describe('a conversation of which OpenClaw wrote a part', () => {
  test('is restored whole', async () => {
    scene.record('frozen', [healthy()]);
    const row = scene.witness('frozen', lost);
    const plan = await scene.restorer().plan(beside(row));
    expect(plan).toMatchObject({ form: 'rebuilt', messages: 6, unpersisted: 2 });
    const receipt = await scene.restore(beside(row));
    expect(spokenIn(receipt.path)).toHaveLength(6);
    expect(spokenIn(receipt.path).slice(-2)).toEqual(['user: where is the oak', 'assistant: by the river']);
  });

  test('is restored as it was captured when that version is asked for', async () => {
    scene.record('frozen', [healthy()]);
    const row = scene.witness('frozen', lost);
    const plan = await scene.restorer().plan({ ...beside(row), generation: 1 });
    expect(plan).toMatchObject({ form: 'verbatim', messages: 4 });
    expect(plan.unpersisted).toBeUndefined();
    expect(readFileSync((await scene.restore({ ...beside(row), generation: 1 })).path, 'utf8')).toBe(healthy());
  });

  test('is restored without it when only what witnesses saw is asked for', async () => {
    scene.record('frozen', [healthy()]);
    const row = scene.witness('frozen', lost);
    const witness = scene.journal.catalog.generations(row).find(({ kind }) => kind === 'witness');
    const receipt = await scene.restore({ ...beside(row), generation: witness?.ordinal ?? 0 });
    expect(spokenIn(receipt.path)).toEqual(['user: where is the oak', 'assistant: by the river']);
  });
});

describe('a loss that grows', () => {
  test('can be restored again when it has grown, and only then', async () => {
    const row = scene.witness('never-written', lost);
    const first = await scene.restore(beside(row));
    expect(await scene.restore(beside(row))).toMatchObject({ restoreId: first.restoreId, already: true });
    scene.witness('never-written', [{ role: 'user', text: 'and the elm', second: 70 }]);
    const second = await scene.restore(beside(row));
    expect(second).toMatchObject({ already: false, messages: 3 });
    expect(second.path).not.toBe(first.path);
  });

  test('makes a preview out of date', async () => {
    const request = beside(scene.witness('never-written', lost));
    const restorer = scene.restorer();
    const plan = await restorer.plan(request);
    scene.witness('never-written', [{ role: 'user', text: 'and the elm', second: 70 }]);
    await expect(restorer.apply(plan, request)).rejects.toMatchObject({ code: 'refused', hint: expect.stringContaining('preview') });
    expect(scene.names()).toEqual(['sessions.json']);
  });
});
