import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

const existing = `${JSON.stringify({ 'agent:main:main': { sessionId: 'other', updatedAt: 1, big: 1.5 } }, null, 2)}\n`;
let dir: TempDir;
let scene: Scene;

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
  writeFileSync(scene.index, existing);
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const beside = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'new-session' });
const toFile = (sessionRow: number, output = join(dir.path, 'out.jsonl')): RestoreRequest => ({ sessionRow, target: 'file', output });

describe('undo', () => {
  test('takes the key and the file of a new session, and leaves the index as it was', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    expect(await scene.restorer().undo(receipt.restoreId)).toEqual({ ok: true, restoreId: receipt.restoreId, path: receipt.path });
    expect(scene.names()).toEqual(['sessions.json']);
    expect(readFileSync(scene.index, 'utf8')).toBe(existing);
    expect(scene.journal.catalog.restore(receipt.restoreId)?.phase).toBe('undone');
  });

  test('is refused the second time', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    await scene.restorer().undo(receipt.restoreId);
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('already'),
    });
  });

  test('is refused when the conversation went on', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    writeFileSync(receipt.path, `${healthy()}{"type":"custom","id":"z","parentId":"bbbb0002"}\n`);
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(Object.keys(scene.readIndex())).toContain(receipt.sessionKey);
    expect(scene.names()).toHaveLength(2);
  });

  test('is refused when the key names another session by now', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    writeFileSync(scene.index, JSON.stringify({ [receipt.sessionKey ?? '']: { sessionId: 'after-new' } }));
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(scene.names()).toHaveLength(2);
  });

  test('is refused while a turn runs on it', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    writeFileSync(`${receipt.path}.lock`, '{"pid":1}');
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
  });

  test('is refused while the gateway runs', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    await expect(scene.restorer({ gateway: () => 'running' }).undo(receipt.restoreId)).rejects.toMatchObject({ code: 'gateway-running' });
    expect(scene.names()).toHaveLength(2);
  });

  test('keeps what OpenClaw did to other keys since', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    writeFileSync(scene.index, JSON.stringify({ ...scene.readIndex(), 'agent:main:later': { sessionId: 'l' } }, null, 2));
    await scene.restorer().undo(receipt.restoreId);
    expect(scene.readIndex()).toEqual({ ...(JSON.parse(existing) as object), 'agent:main:later': { sessionId: 'l' } });
  });

  test('removes a restored file that nobody touched', async () => {
    const receipt = await scene.restore(toFile(scene.record('lost', [healthy()])));
    await scene.restorer().undo(receipt.restoreId);
    expect(existsSync(receipt.path)).toBe(false);
  });

  test('leaves a restored file that was changed', async () => {
    const receipt = await scene.restore(toFile(scene.record('lost', [healthy()])));
    writeFileSync(receipt.path, 'edited');
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(readFileSync(receipt.path, 'utf8')).toBe('edited');
  });

  test('of an unknown restore is not found', async () => {
    await expect(scene.restorer().undo('nope')).rejects.toMatchObject({ code: 'not-found' });
  });
});
