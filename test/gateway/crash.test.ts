import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunningGateway } from './running-gateway.ts';

describe('a gateway that is killed', () => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start();
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const hang = async (key: string, message: string) => {
    await running.client.waitForText(await running.client.send(message, key));
  };

  test('in a later turn: the reply is told as interrupted, and all that was on disk is kept', async () => {
    const key = 'agent:main:later';
    const { sessionId, path } = await running.converse(key, 'first');
    const since = Date.now();
    await hang(key, 'HANG second');
    await running.clawback.heardSince('gateway-stream', since);
    await running.gateway.kill();
    const incident = await running.clawback.incident('interrupted-reply', (found) => found.sessionId === sessionId && found.messages > 0);
    expect(incident).toMatchObject({ severity: 'loss', messages: 1 });
    await running.clawback.check();
    const captured = (await running.clawback.run('export', sessionId)).stdout;
    expect(captured.equals(readFileSync(path))).toBe(true);
    expect(captured.includes('HANG second')).toBe(true);
    await running.startAgain();
  });

  test('and started again: the conversation goes on in the same file', async () => {
    const key = 'agent:main:later';
    const { sessionId, path } = await running.converse(key, 'third');
    await running.clawback.check();
    expect((await running.clawback.run('export', sessionId)).stdout.equals(readFileSync(path))).toBe(true);
    // The reply that was cut off is in no file.
    expect(await running.clawback.session(sessionId)).toMatchObject({ state: 'live', onlyHere: 1 });
  });

  test('the end of the gateway stands where it happened, and nothing is called missing that is there', async () => {
    const { sessionId } = await running.converse('agent:main:later', 'fourth');
    await running.clawback.check();
    const told = (await running.clawback.run('export', sessionId, '--format', 'markdown')).stdout.toString();
    const ends = [...told.matchAll(/^\*.*OpenClaw ended abruptly here, in the middle of a turn.*\*$/gm)];
    expect(ends).toHaveLength(1);
    const at = ends[0]?.index ?? 0;
    expect(at).toBeGreaterThan(told.indexOf('HANG second'));
    expect(at).toBeLessThan(told.indexOf('third'));
    expect(told).not.toContain('missing');
  });

  test('or told to stop, in the first turn after a reset: no transcript is missed that never was', async () => {
    await running.converse('agent:main:killed', 'before');
    await running.reset('agent:main:killed');
    await hang('agent:main:killed', 'HANG until the kill');
    await running.gateway.kill();
    await running.startAgain();

    await running.converse('agent:main:stopped', 'before');
    await running.reset('agent:main:stopped');
    await hang('agent:main:stopped', 'HANG until the stop');
    await running.gateway.stop();
    await running.startAgain();
    await running.converse('agent:main:killed', 'goes on');

    // A real loss after all that: when it has been told, everything before it has been judged.
    const control = await running.converse('agent:main:control', 'to be lost');
    await running.clawback.check();
    rmSync(control.path);
    await running.clawback.incident('deleted', (found) => found.sessionId === control.sessionId);
    const open = await running.clawback.openIncidents();
    expect(open.filter(({ kind }) => kind !== 'interrupted-reply').map(({ kind, sessionId }) => `${kind} ${sessionId}`)).toEqual([
      `deleted ${control.sessionId}`,
    ]);
  });
});
