import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hello } from '../../support/fake-gateway.ts';
import { StreamRig } from '../../support/stream-rig.ts';

let rig: StreamRig;

beforeEach(async () => {
  rig = await StreamRig.create();
});
afterEach(() => rig[Symbol.asyncDispose]());

describe('what is in the way', () => {
  test.each([
    ['pairing-needed', { code: 'NOT_PAIRED', details: { code: 'PAIRING_REQUIRED' } }],
    ['auth-refused', { code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } }],
    ['protocol-mismatch', { code: 'INVALID_REQUEST', details: { expectedProtocol: 9 }, closeCode: 1002 }],
  ])('is said as %s', async (code, refusal) => {
    rig.gateway.refuse = () => refusal;
    rig.start();
    await rig.blocked(code);
    expect(rig.stream.status.problem?.hint).not.toBe('');
  });

  test('is said of a token that only OpenClaw can read, without a connection', async () => {
    rig.configure({ token: { source: 'exec', provider: 'vault', id: 'token' } });
    rig.start();
    await rig.blocked('token-unreadable');
    expect(rig.gateway.upgrades).toEqual([]);
  });

  test('is nothing while the gateway does not run', async () => {
    rig.configure({});
    rig.isRunning = false;
    rig.start();
    await rig.timerSet();
    expect(rig.stream.status).toEqual({ kind: 'gateway-stream', state: 'waiting' });
  });

  test('is nothing while the gateway says that it is still starting', async () => {
    rig.gateway.refuse = () => ({ code: 'UNAVAILABLE', message: 'startup-sidecars' });
    rig.start();
    await vi.waitFor(() => expect(rig.connects()).toBe(1));
    await rig.timerSet();
    expect(rig.stream.status.state).toBe('waiting');
    rig.gateway.refuse = undefined;
    rig.clock.advance(1000);
    await rig.listening();
  });

  test('is not asked about again and again, until the configuration changes', async () => {
    rig.gateway.refuse = () => ({ code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } });
    rig.start();
    await rig.blocked('auth-refused');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await rig.timerSet();
      rig.clock.advance(30_000);
    }
    expect(rig.connects()).toBe(1);
    rig.gateway.refuse = undefined;
    rig.configure({ token: 'the right one' });
    await rig.timerSet();
    rig.clock.advance(30_000);
    await rig.listening();
    expect(rig.stream.status.problem).toBeUndefined();
  });

  test('is nothing when another profile has the port: its conversations are not ours', async () => {
    rig.gateway.hello = hello(3, { snapshot: { uptimeMs: 1, stateDir: join(rig.temp.path, '.openclaw-work') } });
    rig.start();
    await vi.waitFor(() => expect(rig.connects()).toBe(1));
    await vi.waitFor(() => expect(rig.gateway.connected).toBe(0));
    await rig.timerSet();
    rig.take();
    expect(rig.stream.status.state).toBe('waiting');
    expect(rig.events).toEqual([]);
  });
});
