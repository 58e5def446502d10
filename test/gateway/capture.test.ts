import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentRow } from './clawback.ts';
import { RunningGateway } from './running-gateway.ts';

describe('a gateway that does nothing unusual', () => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start();
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const exported = async (sessionId: string) => (await running.clawback.run('export', sessionId)).stdout;

  const untilState = (sessionId: string, state: string) =>
    expect.poll(async () => (await running.clawback.session(sessionId))?.state, { timeout: 20_000, interval: 250 }).toBe(state);

  test('a conversation with a tool and a long answer is captured byte for byte', async () => {
    const { sessionId, path } = await running.converse('agent:main:bytes', 'hello 你好', 'use a TOOL', 'LONG 64');
    await running.clawback.check();
    const captured = await exported(sessionId);
    expect(captured.length).toBeGreaterThan(64_000);
    expect(captured.equals(readFileSync(path))).toBe(true);
    const read = (await running.clawback.run('export', sessionId, '--format', 'markdown')).stdout.toString();
    expect(read).not.toMatch(/is missing|OpenClaw ended/);
  });

  test('what is said in a conversation can be read and found', async () => {
    const { sessionId } = await running.converse('agent:main:read', 'where is the zanzibar lamp');
    await running.clawback.check();
    expect(await running.clawback.json('show', sessionId)).toMatchObject([
      { role: 'user', text: 'where is the zanzibar lamp', provenance: 'transcript', persisted: true },
      { role: 'assistant', persisted: true },
    ]);
    expect(await running.clawback.json('search', 'zanzibar')).toHaveLength(1);
  });

  test('/new keeps the old conversation and links the new one to it', async () => {
    const key = 'agent:main:command';
    const before = await running.converse(key, 'before the command');
    await running.clawback.check();
    const after = await running.converse(key, '/new');
    expect(after.sessionId).not.toBe(before.sessionId);
    await untilState(before.sessionId, 'superseded');
    const old = await running.clawback.session(before.sessionId);
    expect(await running.clawback.session(after.sessionId)).toMatchObject({ continues: old?.id, sessionKey: key });
    expect((await exported(before.sessionId)).equals(readFileSync(running.archiveOf(before.sessionId, 'reset')))).toBe(true);
    const history = await running.clawback.json<readonly IncidentRow[]>('incidents', '--all');
    expect(history.filter((incident) => incident.sessionId === before.sessionId)).toMatchObject([
      { kind: 'expected-reset', severity: 'info', evidence: { cause: 'command' } },
    ]);
  });

  test('sessions.reset waits in silence for the next reply and is then explained', async () => {
    const key = 'agent:main:call';
    const before = await running.converse(key, 'before the call');
    await running.clawback.check();
    await running.reset(key);
    await untilState(before.sessionId, 'reset');
    await running.converse(key, 'after the call');
    await untilState(before.sessionId, 'superseded');
    expect((await exported(before.sessionId)).equals(readFileSync(running.archiveOf(before.sessionId, 'reset')))).toBe(true);
  });

  test('sessions.delete archives, and so does Clawback', async () => {
    const key = 'agent:main:unwanted';
    const { sessionId } = await running.converse(key, 'soon unwanted');
    await running.client.request('sessions.delete', { key });
    await untilState(sessionId, 'archived');
    expect((await exported(sessionId)).equals(readFileSync(running.archiveOf(sessionId, 'deleted')))).toBe(true);
  });

  test('nothing that OpenClaw does by itself alarms anybody', async () => {
    const key = 'agent:main:ordinary';
    await running.converse(key, 'one', '/new', 'two', '/reset', 'three', 'be SILENT');
    await running.reset(key);
    const runId = await running.client.send('MUTE until the abort', key);
    await running.model.requestWith('MUTE until the abort');
    await running.client.request('chat.abort', { sessionKey: key, runId });
    await running.client.waitForFinal(runId);
    await running.converse(key, 'four');

    // A real loss after all that: when it has been told, everything before it has been judged.
    const control = await running.converse('agent:main:control', 'to be lost');
    await running.clawback.check();
    rmSync(control.path);
    await running.clawback.incident('deleted');
    const open = await running.clawback.openIncidents();
    expect(open.map(({ kind, sessionId }) => `${kind} ${sessionId}`)).toEqual([`deleted ${control.sessionId}`]);
  });

  test('the recorder flushes and ends cleanly when it is told to', async () => {
    const { sessionId, path } = await running.converse('agent:main:last', 'last words');
    expect(await running.clawback.stop()).toBe(0);
    expect((await exported(sessionId)).equals(readFileSync(path))).toBe(true);
    expect(await running.clawback.json('verify')).toMatchObject({ ok: true, damaged: [] });
  });
});
