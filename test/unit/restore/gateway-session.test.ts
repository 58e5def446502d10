import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { FakeGateway, gone, pairingRequired } from './fake-gateway.ts';
import { mode, Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

const existing = { 'agent:main:main': { sessionId: 'other', updatedAt: 1 } };
let dir: TempDir;
let scene: Scene;
let gateway: FakeGateway;
let state: 'running' | 'stopped';

beforeEach(() => {
  dir = tempDir();
  scene = new Scene(dir.path);
  gateway = new FakeGateway(scene.sessions);
  state = 'running';
  writeFileSync(scene.index, JSON.stringify(existing));
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const beside = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'new-session' });
const options = () => ({ gateway: () => state, admin: gateway });

function expectNothing(): void {
  expect(scene.readIndex()).toEqual(existing);
  expect(scene.names()).toEqual(['sessions.json']);
}

describe('a new session while the gateway runs', () => {
  test('is made by the gateway, and its transcript is where the gateway looks for it', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const restorer = scene.restorer(options());
    const plan = await restorer.plan(request);
    expect(plan).toMatchObject({ route: 'gateway', label: expect.stringMatching(/^Restored .* · 4 messages$/) });
    expect(plan.refusal).toBeUndefined();
    expect(gateway.asked).toEqual([]);
    const receipt = await restorer.apply(plan, request);
    expect(readFileSync(receipt.path, 'utf8')).toBe(healthy());
    expect(receipt).toMatchObject({ already: false, messages: 4, sessionKey: plan.sessionKey, sha256: plan.sha256 });
    expect(scene.readIndex()).toEqual({
      ...existing,
      [receipt.sessionKey ?? '']: { sessionId: receipt.sessionId, updatedAt: gateway.now, label: plan.label },
    });
    expect(scene.names()).toEqual([`${receipt.sessionId}.jsonl`, 'sessions.json'].sort());
    expect(mode(receipt.path)).toBe(0o600);
    expect(gateway.asked).toEqual([`create ${plan.sessionKey}`, `history ${plan.sessionKey}`]);
    expect(scene.journal.catalog.restore(receipt.restoreId)).toMatchObject({
      phase: 'verified',
      sessionId: receipt.sessionId,
      path: receipt.path,
    });
  });

  test('is recognised when it is asked for again', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const first = await scene.restore(request, options());
    expect(await scene.restore(request, options())).toEqual({ ...first, already: true });
  });

  test('is refused by a gateway that lets nobody in, and nothing is left', async () => {
    gateway.before = () => {
      throw pairingRequired();
    };
    await expect(scene.restore(beside(scene.record('lost', [healthy()])), options())).rejects.toMatchObject({
      code: 'gateway-refused',
      hint: expect.stringContaining('PAIRING_REQUIRED'),
    });
    expectNothing();
    expect(scene.journal.catalog.restores()).toMatchObject([{ phase: 'failed' }]);
  });

  test.each(['create', 'history'])('is taken back when the gateway refuses at %s', async (method) => {
    gateway.before = (asked) => {
      if (asked === method) throw Object.assign(pairingRequired(), {});
    };
    const restored = scene.restore(beside(scene.record('lost', [healthy()])), options());
    if (method === 'create') {
      await expect(restored).rejects.toMatchObject({ code: 'gateway-refused' });
      expectNothing();
    } else expect(await restored).toMatchObject({ ok: true });
  });

  test('is taken back when the gateway shows something else', async () => {
    gateway.shows = async () => ({ messages: [{ role: 'user', text: 'another conversation' }] });
    await expect(scene.restore(beside(scene.record('lost', [healthy()])), options())).rejects.toMatchObject({ code: 'io' });
    expectNothing();
    expect(gateway.asked.at(-1)).toMatch(/^delete agent:main:restored-/);
  });

  test('stands when the gateway ends after the transcript got its name', async () => {
    gateway.before = (method) => {
      if (method !== 'history') return;
      state = 'stopped';
      throw gone();
    };
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    expect(Object.keys(scene.readIndex())).toContain(receipt.sessionKey);
    expect(scene.journal.catalog.restore(receipt.restoreId)?.phase).toBe('verified');
  });

  test('leaves nothing when the gateway ends after it made the session', async () => {
    gateway.after = (method) => {
      if (method !== 'create') return;
      state = 'stopped';
      throw gone();
    };
    await expect(scene.restore(beside(scene.record('lost', [healthy()])), options())).rejects.toMatchObject({ code: 'gateway-gone' });
    expectNothing();
  });

  test('is not given to a gateway that keeps its sessions elsewhere, which is left as it was', async () => {
    using elsewhere = tempDir();
    const other = new FakeGateway(elsewhere.path);
    const restored = scene.restore(beside(scene.record('lost', [healthy()])), { ...options(), admin: other });
    await expect(restored).rejects.toMatchObject({ code: 'gateway-refused', message: expect.stringContaining('another place') });
    expectNothing();
    expect(other.asked.map((asked) => asked.split(' ')[0])).toEqual(['create', 'delete']);
    expect(readFileSync(join(elsewhere.path, 'sessions.json'), 'utf8')).toBe('{}');
  });

  test('overwrites no file that has its name already', async () => {
    let path = '';
    gateway.after = (method) => {
      if (method !== 'create') return;
      const [entry] = Object.entries(scene.readIndex()).filter(([key]) => key.includes('restored-'));
      path = `${scene.sessions}/${String(entry?.[1].sessionId)}.jsonl`;
      writeFileSync(path, 'somebody else');
    };
    await expect(scene.restore(beside(scene.record('lost', [healthy()])), options())).rejects.toMatchObject({ code: 'target-exists' });
    expect(readFileSync(path, 'utf8')).toBe('somebody else');
  });
});

describe('undo while the gateway runs', () => {
  test('deletes the session through the gateway, which keeps the transcript as an archive', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    await scene.restorer(options()).undo(receipt.restoreId);
    expect(scene.readIndex()).toEqual(existing);
    expect(scene.names()).toEqual([expect.stringContaining('.jsonl.deleted.'), 'sessions.json']);
    expect(scene.journal.catalog.restore(receipt.restoreId)?.phase).toBe('undone');
  });

  test('also of a restore that was made while it was down', async () => {
    state = 'stopped';
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    state = 'running';
    await scene.restorer(options()).undo(receipt.restoreId);
    expect(scene.readIndex()).toEqual(existing);
    expect(gateway.asked).toContain(`delete ${receipt.sessionKey}`);
  });

  test('is an edit of the index when the gateway is down by now', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    state = 'stopped';
    await scene.restorer(options()).undo(receipt.restoreId);
    expectNothing();
  });

  test('is refused when the conversation went on', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    appendFileSync(receipt.path, '{"type":"custom","id":"z","parentId":"bbbb0002"}\n');
    await expect(scene.restorer(options()).undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(existsSync(receipt.path)).toBe(true);
    expect(gateway.asked).not.toContain(`delete ${receipt.sessionKey}`);
  });

  test('is refused while a turn runs on it', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    gateway.hasActiveRun = true;
    await expect(scene.restorer(options()).undo(receipt.restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(scene.names()).toHaveLength(2);
  });

  test('is refused by a gateway that lets nobody in, and the restore stays', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])), options());
    gateway.before = () => {
      throw pairingRequired();
    };
    await expect(scene.restorer(options()).undo(receipt.restoreId)).rejects.toMatchObject({ code: 'gateway-refused' });
    expect(scene.names()).toHaveLength(2);
    expect(scene.journal.catalog.restore(receipt.restoreId)?.phase).toBe('verified');
  });
});
