import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hello } from '../../support/fake-gateway.ts';
import { StreamRig } from '../../support/stream-rig.ts';

let rig: StreamRig;

beforeEach(async () => {
  rig = await StreamRig.create();
});
afterEach(() => rig[Symbol.asyncDispose]());

const ownAddress = Object.values(networkInterfaces())
  .flatMap((own) => own ?? [])
  .find(({ internal }) => internal)?.address;

/** The fake gateway by an address that is not one of loopback. */
const listen = async (snapshot: object) => {
  rig.gateway.hello = hello(3, { snapshot: { uptimeMs: 1, ...snapshot } });
  rig.start({ override: { url: `ws://[::ffff:127.0.0.1]:${rig.gateway.port}`, token: 'entered' } });
  await rig.listening();
  rig.gateway.send('chat', rig.says('final', 'The tide is in.'));
  return await rig.seen('The tide is in.');
};
const presence = (ip: string) => ({ presence: [{ host: 'far', ip, mode: 'gateway', reason: 'self' }] });

describe('a gateway that the person named', () => {
  test.each([
    ['keeps its conversations in another folder', () => ({ stateDir: '/home/somebody/.openclaw' })],
    [
      'keeps them in a folder of the same name on another machine',
      () => ({ stateDir: join(rig.temp.path, '.openclaw'), ...presence('192.0.2.7') }),
    ],
  ])('and that %s: what it says is no conversation of this machine', async (_how, snapshot) => {
    const said = await listen(snapshot());
    const host = `-ffff-7f00-1-${rig.gateway.port}`;
    expect(said).toMatchObject({ agent: `main@${host}`, sessionKey: `agent:main:main@${host}`, sessionId: `agent-main-main@${host}` });
  });

  test('and that runs nowhere on this machine is another one, if it says nothing of itself', async () => {
    rig.isRunning = false;
    expect((await listen({})).agent).toMatch(/^main@/);
  });

  test('and that is ours by its folder and its machine is heard as ever', async () => {
    const said = await listen({ stateDir: join(rig.temp.path, '.openclaw'), ...presence(ownAddress ?? '') });
    expect(said).toMatchObject({ agent: 'main', sessionKey: 'agent:main:main' });
    expect(said.sessionId).toBeUndefined();
    expect(await rig.noticed('gateway-up')).toHaveLength(1);
  });

  test('and that is another one: its runs are told under its name, its start and end not at all', async () => {
    await listen({ stateDir: '/home/somebody/.openclaw' });
    rig.gateway.send('agent', { runId: 'two', sessionKey: 'main', stream: 'lifecycle', data: { phase: 'start' } });
    const [started] = await rig.noticed('run-started');
    expect(started).toMatchObject({ runId: 'two', sessionKey: expect.stringMatching(/^agent:main:main@/) });
    rig.gateway.close(1012);
    await rig.waiting();
    rig.take();
    expect(rig.events.map(({ event }) => event)).not.toContain('gateway-up');
    expect(rig.events.map(({ event }) => event)).not.toContain('gateway-ended');
  });
});
