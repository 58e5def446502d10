import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { mode, Scene, sha256 } from './scene.ts';
import { healthy, text, user } from './transcripts.ts';

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
const refusalOf = async (request: RestoreRequest, options = {}) => (await scene.restorer(options).plan(request)).refusal?.code;

describe('a new session', () => {
  test('gets the captured bytes, its own key and nothing else', async () => {
    const receipt = await scene.restore(beside(scene.record('lost', [healthy()])));
    expect(readFileSync(receipt.path, 'utf8')).toBe(healthy());
    expect(receipt).toMatchObject({
      ok: true,
      already: false,
      messages: 4,
      sha256: sha256(Buffer.from(healthy())),
      path: join(scene.sessions, `${receipt.sessionId}.jsonl`),
    });
    expect(scene.readIndex()).toEqual({
      ...(JSON.parse(existing) as object),
      [receipt.sessionKey ?? '']: {
        sessionId: receipt.sessionId,
        updatedAt: scene.clock.now(),
        label: expect.stringMatching(/^Restored .* · 4 messages$/),
      },
    });
    expect(scene.names()).toEqual([`${receipt.sessionId}.jsonl`, 'sessions.json'].sort());
    expect([mode(receipt.path), mode(scene.index)]).toEqual([0o600, 0o600]);
    expect(scene.journal.catalog.restore(receipt.restoreId)?.phase).toBe('verified');
  });

  test('is rebuilt where OpenClaw would wipe it, and written as the plan said', async () => {
    const request = beside(scene.record('lost', [text([user('a', null, 'one')])]));
    const restorer = scene.restorer();
    const plan = await restorer.plan(request);
    expect(plan).toMatchObject({ form: 'rebuilt', changes: ['assistant-added', 'header-added'], messages: 1 });
    const receipt = await restorer.apply(plan, request);
    const written = readFileSync(receipt.path);
    expect([sha256(written), written.length, receipt.path]).toEqual([plan.sha256, plan.bytes, plan.path]);
    expect(written.toString('utf8')).toContain(`"id":"${plan.sessionId}"`);
  });

  test('takes the working folder of another version when its own has no header', async () => {
    const row = scene.record('lost', [healthy(1), text([user('a', null, 'one'), user('b', 'a', 'two'), user('c', 'b', 'three')])]);
    const receipt = await scene.restore({ ...beside(row), generation: 2 });
    expect(JSON.parse(readFileSync(receipt.path, 'utf8').split('\n')[0] ?? '')).toMatchObject({ cwd: '/home/user/.openclaw/workspace' });
  });

  test('a plan touches nothing', async () => {
    const plan = await scene.restorer().plan(beside(scene.record('lost', [healthy()])));
    expect(plan.refusal).toBeUndefined();
    expect(scene.names()).toEqual(['sessions.json']);
    expect(readFileSync(scene.index, 'utf8')).toBe(existing);
    expect(scene.journal.catalog.restores()).toEqual([]);
  });

  test('makes the sessions folder when only that is missing', async () => {
    const row = scene.record('lost', [healthy()]);
    rmSync(scene.sessions, { recursive: true });
    const receipt = await scene.restore(beside(row));
    expect(mode(scene.sessions)).toBe(0o700);
    expect(Object.keys(scene.readIndex())).toEqual([receipt.sessionKey]);
  });

  test('is made once: the same restore again is recognised', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const first = await scene.restore(request);
    expect(await scene.restore(request)).toEqual({ ...first, already: true });
    expect((await scene.restorer({ gateway: () => 'running' }).plan(request)).alreadyDone).toBe(first.restoreId);
  });

  test('is made once by two that run at the same time', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const restorer = scene.restorer();
    const plans = [await restorer.plan(request), await restorer.plan(request)];
    const receipts = await Promise.all(plans.map((plan) => restorer.apply(plan, request)));
    expect(receipts.map((receipt) => receipt.already)).toEqual([false, true]);
    expect(receipts[1]?.sessionId).toBe(receipts[0]?.sessionId);
  });

  test('is made again when the first one was deleted', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const first = await scene.restore(request);
    renameSync(first.path, `${first.path}.deleted.2026-11-22T11-00-37.934Z`);
    expect((await scene.restore(request)).already).toBe(false);
  });
});

describe('the gateway', () => {
  test('that runs and cannot be asked refuses a new session with a hint', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const plan = await scene.restorer({ gateway: () => 'running' }).plan(request);
    expect(plan.refusal).toMatchObject({ code: 'gateway-running', hint: expect.stringContaining('Stop the gateway') });
  });

  test('that is not known and answers refuses', async () => {
    expect(await refusalOf(beside(scene.record('lost', [healthy()])), { gateway: () => 'unknown', answers: true })).toBe('gateway-running');
  });

  test('that is not known and does not answer lets it through', async () => {
    expect(await refusalOf(beside(scene.record('lost', [healthy()])), { gateway: () => 'unknown' })).toBeUndefined();
  });

  test('that comes up while the file is written is noticed, and nothing is left', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    let written = false;
    const failpoint = (step: string) => {
      written ||= step === 'record-linked';
    };
    const options = { failpoint, gateway: () => (written ? ('running' as const) : ('stopped' as const)) };
    await expect(scene.restore(request, options)).rejects.toMatchObject({ code: 'gateway-running' });
    expect(scene.names()).toEqual(['sessions.json']);
    expect(readFileSync(scene.index, 'utf8')).toBe(existing);
    expect(scene.journal.catalog.restores()).toMatchObject([{ phase: 'failed', error: 'gateway-running' }]);
  });

  test('does not matter to a restore to a file', async () => {
    await scene.restore(toFile(scene.record('lost', [healthy()])), { gateway: () => 'running' });
    expect(readFileSync(join(dir.path, 'out.jsonl'), 'utf8')).toBe(healthy());
  });
});

describe('what is refused', () => {
  test('a conversation without messages', async () => {
    expect(await refusalOf(beside(scene.record('lost', ['{"type":"custom","id":"a","parentId":null}\n'])))).toBe('nothing-to-restore');
  });

  test('an index that does not parse stays as it is', async () => {
    writeFileSync(scene.index, '{"a":');
    expect(await refusalOf(beside(scene.record('lost', [healthy()])))).toBe('index-unreadable');
    expect(readFileSync(scene.index, 'utf8')).toBe('{"a":');
  });

  test('a sessions folder that is a symbolic link', async () => {
    const row = scene.record('lost', [healthy()]);
    renameSync(scene.sessions, join(dir.path, 'elsewhere'));
    symlinkSync(join(dir.path, 'elsewhere'), scene.sessions);
    expect(await refusalOf(beside(row))).toBe('unsafe-path');
  });

  test('an agent folder that is a symbolic link', async () => {
    const row = scene.record('lost', [healthy()]);
    renameSync(join(scene.root, 'agents', 'main'), join(dir.path, 'elsewhere'));
    symlinkSync(join(dir.path, 'elsewhere'), join(scene.root, 'agents', 'main'));
    expect(await refusalOf(beside(row))).toBe('unsafe-path');
  });

  test('not a state directory that is itself a link', async () => {
    const row = scene.record('lost', [healthy()]);
    renameSync(scene.root, join(dir.path, 'elsewhere'));
    symlinkSync(join(dir.path, 'elsewhere'), scene.root);
    expect(await refusalOf(beside(row))).toBeUndefined();
  });

  test.each(['../../../x', 'a/b', '/etc', 'nul\0'])('the agent %j', async (agent) => {
    const row = scene.record('lost', [healthy()], agent);
    expect(await refusalOf(beside(row), { directoryOf: () => scene.sessions })).toBe('unsafe-path');
  });

  test('a sessions folder that nobody knows', async () => {
    expect(await refusalOf(beside(scene.record('lost', [healthy()])), { directoryOf: () => undefined })).toBe('unsafe-path');
  });

  test('a plan whose path or id was tampered with', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const restorer = scene.restorer();
    const plan = await restorer.plan(request);
    await expect(restorer.apply({ ...plan, path: join(dir.path, 'x.jsonl') }, request)).rejects.toMatchObject({ code: 'refused' });
    await expect(restorer.apply({ ...plan, sessionId: '../../x' }, request)).rejects.toMatchObject({ code: 'unsafe-path' });
    await expect(restorer.apply({ ...plan, sessionKey: 'agent:main:main' }, request)).rejects.toMatchObject({ code: 'refused' });
    expect(scene.names()).toEqual(['sessions.json']);
  });

  test('a plan whose bytes are no longer what was shown', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const restorer = scene.restorer();
    const plan = await restorer.plan(request);
    await expect(restorer.apply({ ...plan, sha256: '0'.repeat(64) }, request)).rejects.toMatchObject({ code: 'refused' });
    expect(scene.names()).toEqual(['sessions.json']);
  });

  test('a file that took the place of the new session in the meantime stays', async () => {
    const request = beside(scene.record('lost', [healthy()]));
    const restorer = scene.restorer({
      failpoint: (step) => {
        if (step === 'publish') writeFileSync(plan.path, 'somebody else');
      },
    });
    const plan = await restorer.plan(request);
    await expect(restorer.apply(plan, request)).rejects.toMatchObject({ code: 'target-exists' });
    expect(readFileSync(plan.path, 'utf8')).toBe('somebody else');
    expect(scene.names()).toHaveLength(2);
  });

  test('a conversation that is not known', async () => {
    await expect(scene.restorer().plan(beside(99))).rejects.toMatchObject({ code: 'not-found' });
    await expect(scene.restorer().plan({ incidentId: 'nope', target: 'new-session' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(scene.restorer().plan({ target: 'new-session' })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a version that is not known', async () => {
    const row = scene.record('lost', [healthy()]);
    await expect(scene.restorer().plan({ ...beside(row), generation: 7 })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a file', () => {
  test('gets the captured bytes as they are, garbage and all', async () => {
    const torn = Buffer.concat([Buffer.from(healthy()), Buffer.from([0, 0, 255, 10]), Buffer.from('{"cut')]);
    const receipt = await scene.restore(toFile(scene.record('lost', [torn])));
    expect(readFileSync(receipt.path).equals(torn)).toBe(true);
    expect(mode(receipt.path)).toBe(0o600);
    expect(receipt.sessionKey).toBeUndefined();
    expect(readFileSync(scene.index, 'utf8')).toBe(existing);
  });

  test('that exists is not overwritten', async () => {
    writeFileSync(join(dir.path, 'out.jsonl'), 'mine');
    expect(await refusalOf(toFile(scene.record('lost', [healthy()])))).toBe('target-exists');
    await expect(scene.restore(toFile(scene.record('lost', [healthy()])))).rejects.toMatchObject({ code: 'target-exists' });
    expect(readFileSync(join(dir.path, 'out.jsonl'), 'utf8')).toBe('mine');
  });

  test('that already holds the same bytes counts as done', async () => {
    const request = toFile(scene.record('lost', [healthy()]));
    const first = await scene.restore(request);
    expect(await scene.restore(request)).toEqual({ ...first, already: true });
  });

  test('of the same bytes that somebody else made counts as done and is never taken back', async () => {
    writeFileSync(join(dir.path, 'out.jsonl'), healthy());
    const receipt = await scene.restore(toFile(scene.record('lost', [healthy()])));
    expect(receipt.already).toBe(true);
    await expect(scene.restorer().undo(receipt.restoreId)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('behind a dangling link is not written', async () => {
    symlinkSync(join(dir.path, 'victim'), join(dir.path, 'out.jsonl'));
    expect(await refusalOf(toFile(scene.record('lost', [healthy()])))).toBe('target-exists');
    expect(existsSync(join(dir.path, 'victim'))).toBe(false);
  });

  test('in the folder of sessions is refused', async () => {
    expect(await refusalOf(toFile(scene.record('lost', [healthy()]), join(scene.sessions, 'x.jsonl')))).toBe('unsafe-path');
  });

  test('in a folder that does not exist is refused', async () => {
    expect(await refusalOf(toFile(scene.record('lost', [healthy()]), join(dir.path, 'no', 'x.jsonl')))).toBe('unsafe-path');
  });

  test.each([undefined, 'relative.jsonl', '/a/../b', '/a\0b', '/'])('named %j is invalid', async (output) => {
    const row = scene.record('lost', [healthy()]);
    await expect(
      scene.restorer().plan({ sessionRow: row, target: 'file', ...(output === undefined ? {} : { output }) }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });
});

test('a folder that may not be written to is told before and leaves nothing', async () => {
  const row = scene.record('lost', [healthy()]);
  const failpoint = (step: string) => {
    if (step === 'index-write:create') throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };
  await expect(scene.restore(beside(row), { failpoint })).rejects.toMatchObject({ code: 'not-permitted', hint: expect.any(String) });
  expect(scene.names()).toEqual(['sessions.json']);
  mkdirSync(join(dir.path, 'plain'));
  chmodSync(join(dir.path, 'plain'), 0o500);
  // Root may write anywhere: the mode says nothing to it.
  const expected = process.getuid?.() === 0 ? undefined : 'not-permitted';
  expect(await refusalOf(toFile(row, join(dir.path, 'plain', 'x.jsonl')))).toBe(expected);
});

describe('an incident', () => {
  function incident(generationId: number, nativeId?: string): string {
    const draft = {
      kind: 'truncated' as const,
      dedupeKey: `truncated:${nativeId ?? 'all'}`,
      severity: 'loss' as const,
      sourceId: scene.sourceId,
      agent: 'main',
      ...(nativeId === undefined ? {} : { nativeId }),
      generationId,
      messages: 1,
      bytes: 1,
      evidence: {},
    };
    const outcome = { transitions: [], sessions: [], drafts: [draft], resolved: [] };
    const [opened] = scene.journal.commit([], outcome, scene.clock.now()).opened;
    if (opened === undefined) throw new Error('no incident was opened');
    return opened.id;
  }

  test('restores the generation that holds what was lost', async () => {
    const row = scene.record('lost', [healthy(1), healthy(3)]);
    const [first] = scene.journal.catalog.generations(row);
    const receipt = await scene.restore({ incidentId: incident(first?.id ?? 0, 'lost'), target: 'new-session' });
    expect(readFileSync(receipt.path, 'utf8')).toBe(healthy(1));
    expect(scene.journal.catalog.restore(receipt.restoreId)?.incidentId).toEqual(expect.any(String));
  });
});
