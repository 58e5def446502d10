import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DeviceIdentity, openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import { type ConnectOptions, connectToGateway, type GatewayEvent } from '../../../main/core/gateway/gateway-connection.ts';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type FakeGateway, fakeGateway, hello } from '../../support/fake-gateway.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let gateway: FakeGateway;
let identity: DeviceIdentity;

beforeEach(async () => {
  temp = tempDir();
  gateway = await fakeGateway();
  identity = openDeviceIdentity(join(temp.path, 'home'));
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  temp[Symbol.dispose]();
});

const connect = (more: Partial<ConnectOptions> = {}) =>
  connectToGateway({
    address: { url: gateway.url, auth: { mode: 'token', token: 'shared' } },
    identity,
    gateway: 'here',
    name: { displayName: 'Clawback recorder', version: '1.2.3' },
    scopes: ['operator.read'],
    clock: systemClock,
    ...more,
  });
const greetings = () => gateway.requests.filter(({ method }) => method === 'connect').map(({ params }) => params);

describe('the greeting', () => {
  test('offers both protocols, asks for what is needed alone, and is signed', async () => {
    using connection = await connect();
    expect(connection.hello).toMatchObject({ protocol: 3, version: '2026.3.13', methods: ['health'] });
    expect(greetings()).toMatchObject([
      {
        minProtocol: 3,
        maxProtocol: 4,
        client: { id: 'gateway-client', mode: 'ui', displayName: 'Clawback recorder', version: '1.2.3' },
        role: 'operator',
        scopes: ['operator.read'],
        caps: [],
        auth: { token: 'shared' },
        device: { id: identity.deviceId },
      },
    ]);
  });

  test('comes from no web page', async () => {
    using _ = await connect();
    expect(gateway.upgrades[0]?.headers.origin).toBeUndefined();
  });

  test('shows a password, or nothing, where the gateway wants that', async () => {
    using _one = await connect({ address: { url: gateway.url, auth: { mode: 'password', password: 'pw' } } });
    using _two = await connect({ address: { url: gateway.url, auth: { mode: 'none' } } });
    expect(greetings().map(({ auth }) => auth)).toEqual([{ password: 'pw' }, undefined]);
  });

  test('uses the token that the device was given, once it has one', async () => {
    gateway.hello = hello(3, { auth: { deviceToken: 'of the device', scopes: ['operator.read'] } });
    using _one = await connect();
    using _two = await connect({ address: { url: gateway.url, auth: { mode: 'unreadable', reason: '', hint: '' } } });
    expect(greetings().map(({ auth }) => auth)).toEqual([{ token: 'shared' }, { token: 'of the device' }]);
  });

  test('falls back to the shared token when the gateway no longer knows the device', async () => {
    identity.remember('here', { token: 'stale', scopes: ['operator.read'] });
    gateway.refuse = ({ auth }) =>
      (auth as { token: string }).token === 'stale' ? { code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } } : undefined;
    using _ = await connect();
    expect(greetings().map(({ auth }) => auth)).toEqual([{ token: 'stale' }, { token: 'shared' }]);
    expect(identity.token('here', ['operator.read'])).toBeUndefined();
  });

  test('keeps and uses no token of the device without a name for it', async () => {
    identity.remember('here', { token: 'of the device', scopes: ['operator.read', 'operator.admin'] });
    gateway.hello = hello(3, { auth: { deviceToken: 'for all', scopes: ['operator.admin'] } });
    using _one = await connectToGateway({
      address: { url: gateway.url, auth: { mode: 'token', token: 'shared' } },
      identity,
      name: { displayName: 'Clawback restore', version: '1' },
      scopes: ['operator.admin'],
      clock: systemClock,
    });
    expect(greetings().map(({ auth }) => auth)).toEqual([{ token: 'shared' }]);
    expect(identity.token('here', ['operator.read'])).toBe('of the device');
  });

  test.each([
    [{ code: 'NOT_PAIRED', details: { code: 'PAIRING_REQUIRED' } }, 'PAIRING_REQUIRED'],
    [{ code: 'INVALID_REQUEST', details: { code: 'AUTH_TOKEN_MISMATCH' } }, 'AUTH_TOKEN_MISMATCH'],
    [{ code: 'INVALID_REQUEST', details: { expectedProtocol: 5 }, closeCode: 1002 }, 'PROTOCOL_MISMATCH'],
    [{ code: 'UNAVAILABLE' }, 'UNAVAILABLE'],
  ])('that is refused with %j rejects with that code', async (refusal, hint) => {
    gateway.refuse = () => refusal;
    await expect(connect()).rejects.toMatchObject({ code: 'gateway-refused', hint });
  });

  test('by a gateway of another protocol is refused', async () => {
    gateway.hello = { type: 'hello-ok', protocol: 9 };
    await expect(connect()).rejects.toMatchObject({ code: 'gateway-refused', hint: 'PROTOCOL_MISMATCH' });
  });

  test('without a secret to show is not tried', async () => {
    const auth = { mode: 'unreadable', reason: 'it is kept elsewhere', hint: 'enter it' } as const;
    await expect(connect({ address: { url: gateway.url, auth } })).rejects.toMatchObject({ code: 'unreadable', hint: 'enter it' });
    expect(gateway.upgrades).toEqual([]);
  });

  test('that nobody answers gives up after ten seconds', async () => {
    gateway.isMute = true;
    const clock = new FakeClock();
    const failed = connect({ clock }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(1));
    clock.advance(10_000);
    await expect(failed).resolves.toMatchObject({ code: 'timeout' });
  });
});

describe('an address', () => {
  test('that is not on this machine is refused', async () => {
    const address = { url: 'ws://192.0.2.1:18789', auth: { mode: 'token', token: 'shared' } } as const;
    await expect(connect({ address })).rejects.toMatchObject({ code: 'refused' });
  });

  test('where nobody listens means that the gateway is gone', async () => {
    const { url } = gateway;
    await gateway[Symbol.asyncDispose]();
    gateway = await fakeGateway();
    await expect(connect({ address: { url, auth: { mode: 'none' } } })).rejects.toMatchObject({ code: 'gateway-gone' });
  });

  test('that is none is refused', async () => {
    await expect(connect({ address: { url: 'no address', auth: { mode: 'none' } }, remote: true })).rejects.toMatchObject({
      code: 'refused',
    });
  });
});

describe('a connection', () => {
  test('answers requests, each with its own answer', async () => {
    gateway.answers.set('echo', (params) => params);
    using connection = await connect();
    const answers = await Promise.all([1, 2, 3].map((number) => connection.request('echo', { number })));
    expect(answers).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
  });

  test('rejects what the gateway refuses, with its code', async () => {
    using connection = await connect();
    await expect(connection.request('nothing', {})).rejects.toMatchObject({ code: 'gateway-refused', hint: 'INVALID_REQUEST' });
  });

  test('rejects what is not answered in time', async () => {
    const clock = new FakeClock();
    using connection = await connect({ clock });
    gateway.answers.set('slow', () => new Promise(() => undefined));
    const failed = connection.request('slow', {}, 500).catch((error: unknown) => error);
    clock.advance(500);
    await expect(failed).resolves.toMatchObject({ code: 'timeout' });
  });

  test('hands on events in order, with their numbers', async () => {
    const events: GatewayEvent[] = [];
    using _ = await connect({ onEvent: (event) => events.push(event) });
    gateway.send('tick', { ts: 1 }, 7);
    gateway.sendRaw('no json');
    gateway.sendRaw('{"type":"event"}');
    gateway.send('session.message', { a: 1 });
    await vi.waitFor(() => expect(events).toHaveLength(2));
    expect(events).toEqual([
      { event: 'tick', payload: { ts: 1 }, seq: 7 },
      { event: 'session.message', payload: { a: 1 } },
    ]);
  });

  test.each([
    ['the gateway closes it', 1012, () => gateway.close(1012, 'service restart')],
    ['it breaks off', 1006, () => gateway.drop()],
  ])('tells its end once when %s, and fails what was asked', async (_, code, end) => {
    const onEnd = vi.fn();
    using connection = await connect({ onEnd });
    gateway.answers.set('slow', () => new Promise(() => undefined));
    const failed = connection.request('slow', {}).catch((error: unknown) => error);
    await vi.waitFor(() => expect(gateway.requests).toHaveLength(2));
    end();
    await expect(failed).resolves.toMatchObject({ code: 'gateway-gone' });
    expect(onEnd).toHaveBeenCalledOnce();
    expect(onEnd.mock.calls[0]?.[0]).toMatchObject({ code });
    await expect(connection.request('later', {})).rejects.toMatchObject({ code: 'gateway-gone' });
  });

  test('that we end tells nobody', async () => {
    const onEnd = vi.fn();
    const connection = await connect({ onEnd });
    connection[Symbol.dispose]();
    await vi.waitFor(() => expect(gateway.connected).toBe(0));
    expect(onEnd).not.toHaveBeenCalled();
  });
});
