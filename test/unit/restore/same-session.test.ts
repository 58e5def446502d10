import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../../main/core/restore/restoring.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';
import { FakeGateway, pairingRequired } from './fake-gateway.ts';
import { Scene } from './scene.ts';
import { healthy } from './transcripts.ts';

const key = 'agent:main:main';
const yesterday = Date.now() - 86_400_000;
const index = `{\n  "${key}": {"sessionId": "current", "updatedAt": ${yesterday}, "big": 12345678901234567890}\n}\n`;
let dir: TempDir;
let scene: Scene;
let clock: FakeClock;
let gateway: FakeGateway;
let state: 'running' | 'stopped';
let path: string;

beforeEach(() => {
  dir = tempDir();
  clock = new FakeClock(Date.now());
  scene = new Scene(dir.path, { clock });
  gateway = new FakeGateway(scene.sessions);
  state = 'running';
  path = join(scene.sessions, 'current.jsonl');
  writeFileSync(scene.index, index);
});

afterEach(() => {
  scene[Symbol.dispose]();
  dir[Symbol.dispose]();
});

const into = (sessionRow: number): RestoreRequest => ({ sessionRow, target: 'same-session' });
const neverWritten = () =>
  into(
    scene.witness('current', [
      { role: 'user', text: 'where is the oak', second: 60 },
      { role: 'assistant', text: 'by the river', second: 61 },
    ]),
  );
const options = () => ({ gateway: () => state, admin: gateway });
const refusalOf = async (request: RestoreRequest, more = {}) =>
  (await scene.restorer({ ...options(), ...more }).plan(request)).refusal?.code;

describe('the session that a chat is in and that has no transcript', () => {
  test('gets one while the gateway runs', async () => {
    const request = neverWritten();
    const restorer = scene.restorer(options());
    const plan = await restorer.plan(request);
    expect(plan).toMatchObject({ path, route: 'gateway', sessionId: 'current', sessionKey: key, unpersisted: 2 });
    expect(plan).not.toHaveProperty('refusal');
    expect(plan).not.toHaveProperty('label');
    const receipt = await restorer.apply(plan, request);
    expect(receipt).toMatchObject({ path, sessionId: 'current', sessionKey: key, sha256: plan.sha256 });
    const [header] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ type: 'session', id: 'current' });
    expect(scene.names()).toEqual(['current.jsonl', 'sessions.json']);
    expect(gateway.asked).toEqual([`session ${key}`, `refresh ${key}`, `history ${key}`]);
  });

  test('gets one while the gateway is down, and its chat is dated to now in the index alone', async () => {
    state = 'stopped';
    await scene.restore(neverWritten(), options());
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(scene.index, 'utf8')).toBe(index.replace(String(yesterday), String(scene.clock.now())));
    expect(scene.names()).toEqual(['current.jsonl', 'sessions.json']);
  });

  test('gets back what was deleted of it', async () => {
    const request = into(scene.record('current', [healthy()]));
    clock.advance(5_000);
    await scene.restore(request, options());
    expect(readFileSync(path, 'utf8')).toBe(healthy());
  });

  test('is found by the file that its entry names', async () => {
    writeFileSync(scene.index, JSON.stringify({ [key]: { sessionId: 'current', sessionFile: '/elsewhere/current-topic-7.jsonl' } }));
    const row = scene.record('current-topic-7', [healthy()]);
    expect(await scene.restorer(options()).plan(into(row))).toMatchObject({ path: join(scene.sessions, 'current-topic-7.jsonl') });
  });
});

describe('is refused', () => {
  test('when the chat is in another session by now', async () => {
    const request = neverWritten();
    writeFileSync(scene.index, JSON.stringify({ [key]: { sessionId: 'next' } }));
    expect(await refusalOf(request)).toBe('session-moved-on');
  });

  test('when an ACP runner leads the chat', async () => {
    const request = neverWritten();
    writeFileSync(scene.index, JSON.stringify({ [key]: { sessionId: 'current', acp: { state: 'running' } } }));
    expect(await refusalOf(request)).toBe('session-moved-on');
  });

  test('when it has a transcript by now', async () => {
    const request = neverWritten();
    writeFileSync(path, 'anything');
    expect(await refusalOf(request)).toBe('session-has-transcript');
  });

  test('while a turn holds its lock', async () => {
    const request = neverWritten();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 4711, createdAt: new Date().toISOString() }));
    expect(await refusalOf(request, { alive: () => true })).toBe('session-busy');
  });

  test('not when whoever held its lock is dead', async () => {
    const request = neverWritten();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 4711, createdAt: new Date().toISOString() }));
    expect(await refusalOf(request)).toBeUndefined();
    await scene.restore(request, options());
    expect(scene.names()).toEqual(['current.jsonl', 'sessions.json']);
  });

  test('while its lock cannot be understood', async () => {
    const request = neverWritten();
    writeFileSync(`${path}.lock`, '');
    expect(await refusalOf(request)).toBe('session-busy');
  });

  test('while a witness sees a turn', async () => {
    expect(await refusalOf(neverWritten(), { isBusy: () => true })).toBe('session-busy');
  });

  test('when something was said a moment ago', async () => {
    const request = neverWritten();
    writeFileSync(scene.index, JSON.stringify({ [key]: { sessionId: 'current', updatedAt: scene.clock.now() - 4_999 } }));
    expect(await refusalOf(request)).toBe('session-busy');
  });

  test('when the gateway says that a turn runs', async () => {
    gateway.hasActiveRun = true;
    await expect(scene.restore(neverWritten(), options())).rejects.toMatchObject({ code: 'session-busy' });
    expect(scene.names()).toEqual(['sessions.json']);
  });

  test('when the gateway lets nobody in', async () => {
    gateway.before = () => {
      throw pairingRequired();
    };
    await expect(scene.restore(neverWritten(), options())).rejects.toMatchObject({ code: 'gateway-refused' });
    expect(scene.names()).toEqual(['sessions.json']);
    expect(readFileSync(scene.index, 'utf8')).toBe(index);
  });

  test.each([
    ['a turn begins', () => writeFileSync(`${path}.lock`, JSON.stringify({ pid: 4711 })), 'session-busy'],
    ['OpenClaw writes', () => writeFileSync(path, 'the first turn'), 'session-has-transcript'],
    ['the chat is reset', () => writeFileSync(scene.index, JSON.stringify({ [key]: { sessionId: 'next' } })), 'session-moved-on'],
  ])('when %s while it is prepared, and nothing is overwritten', async (_, happens, code) => {
    const failpoint = (step: string) => {
      if (step === 'session-lock-write:create') happens();
    };
    await expect(scene.restore(neverWritten(), { ...options(), failpoint, alive: () => true })).rejects.toMatchObject({ code });
    if (code === 'session-has-transcript') expect(readFileSync(path, 'utf8')).toBe('the first turn');
    else expect(existsSync(path)).toBe(false);
    expect(scene.names().filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

test('a chat that went on at once keeps what was said in it, though the end of the restore could not be noted', async () => {
  const failpoint = (step: string) => {
    if (step !== 'record-linked') return;
    appendFileSync(path, '{"type":"message","id":"next"}\n');
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  await scene.restore(neverWritten(), { ...options(), failpoint });
  expect(readFileSync(path, 'utf8')).toContain('"next"');
});

describe('what OpenClaw does not show as it was written', () => {
  test('is taken out again', async () => {
    gateway.shows = async () => ({ messages: [] });
    await expect(scene.restore(neverWritten(), options())).rejects.toMatchObject({ code: 'io' });
    expect(scene.names()).toEqual(['sessions.json']);
  });
});

describe('undo', () => {
  test.each(['running', 'stopped'] as const)(
    'takes the transcript out while the gateway is %s, and leaves the chat as it was',
    async (now) => {
      const { restoreId } = await scene.restore(neverWritten(), options());
      state = now;
      await scene.restorer(options()).undo(restoreId);
      expect(scene.names()).toEqual(['sessions.json']);
      expect(scene.readIndex()[key]).toMatchObject({ sessionId: 'current' });
      expect(scene.journal.catalog.restore(restoreId)?.phase).toBe('undone');
    },
  );

  test('is refused when the chat went on', async () => {
    const { restoreId } = await scene.restore(neverWritten(), options());
    appendFileSync(path, '{"type":"custom","id":"z","parentId":null}\n');
    await expect(scene.restorer(options()).undo(restoreId)).rejects.toMatchObject({ code: 'target-changed' });
    expect(existsSync(path)).toBe(true);
  });

  test.each([
    ['its lock is held', { alive: () => true }],
    ['a witness sees one', { isBusy: () => true }],
  ])('is refused while a turn runs: %s', async (_, more) => {
    const { restoreId } = await scene.restore(neverWritten(), options());
    if ('alive' in more) writeFileSync(`${path}.lock`, JSON.stringify({ pid: 4711 }));
    await expect(scene.restorer({ ...options(), ...more }).undo(restoreId)).rejects.toMatchObject({ code: 'session-busy' });
    expect(existsSync(path)).toBe(true);
    expect(scene.names().filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
