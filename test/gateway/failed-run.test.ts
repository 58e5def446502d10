import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { modes, Said, shown, toldOf } from './matrix-row.ts';
import { RunningGateway } from './running-gateway.ts';

/** Its model says half of an answer and fails. */
describe.each(modes)('a run that fails in the middle, $mode', ({ recorder }) => {
  let running: RunningGateway;

  beforeAll(async () => {
    running = await RunningGateway.start({ recorder, ordinaryUser: true });
  });

  afterAll(() => running[Symbol.asyncDispose]());

  const said = new Said(() => running);
  const here = `only here by ${recorder ? 'recorder-plugin' : 'gateway-stream'}`;

  test.concurrent('is on disk with what it had said, once, and nobody is told', async () => {
    const key = 'agent:main:broken';
    await running.converse(key, 'broken one');
    expect(await running.client.chat('broken two BREAK', key)).toMatchObject({ state: 'error' });
    const { sessionId } = await running.converse(key, 'broken three');
    await running.clawback.check();
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...said.turn('broken one'),
      ...said.turn('broken two BREAK'),
      ...said.turn('broken three'),
    ]);
    expect(toldOf(running.clawback, key)).toEqual([]);
  });

  test.concurrent('is here with what it had said when that could not be written, and hides no loss that follows', async () => {
    const key = 'agent:main:unwritten';
    const { sessionId, path } = await running.converse(key, 'unwritten one');
    const run = await running.client.send('unwritten two BREAK SLOW 8 150', key);
    await running.client.waitForText(run);
    chmodSync(path, 0o444);
    expect(await running.client.waitForFinal(run)).toMatchObject({ state: 'error' });
    await vi.waitFor(async () => expect((await running.clawback.session(sessionId))?.onlyHere).toBe(1), { timeout: 30_000, interval: 250 });
    const failed = [
      ...said.turn('unwritten one'),
      said.user('unwritten two BREAK SLOW 8 150'),
      said.answer('unwritten two', `${here}, cut off`, 8),
    ];
    expect(await shown(running.clawback, sessionId)).toEqual(failed);
    expect(toldOf(running.clawback, key)).toEqual([]);
    await running.chat(key, 'unwritten three');
    await running.clawback.incident('writes-blocked', (found) => found.sessionId === sessionId && found.messages === (recorder ? 2 : 1));
    chmodSync(path, 0o644);
    await running.converse(key, 'unwritten four');
    await running.clawback.check();
    expect(await shown(running.clawback, sessionId)).toEqual([
      ...failed,
      ...(recorder ? [said.user('unwritten three', here)] : []),
      said.answer('unwritten three', here),
      ...said.turn('unwritten four'),
    ]);
    expect(toldOf(running.clawback, key)).toEqual(['writes-blocked']);
  });
});
