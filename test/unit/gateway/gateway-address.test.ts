import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GatewayOverride, gatewayAddress, isLoopbackUrl } from '../../../main/core/gateway/gateway-address.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let home: string;
let root: string;

beforeEach(() => {
  temp = tempDir();
  home = temp.path;
  root = join(home, '.openclaw');
  mkdirSync(root);
});
afterEach(() => temp[Symbol.dispose]());

/** A variable's name as a configuration writes it. */
const written = (name: string): string => ['$', '{', name, '}'].join('');

type Env = Readonly<Record<string, string>>;

const addressOf = (gateway: unknown, env: Env = {}, override?: GatewayOverride, more: object = {}) => {
  writeFileSync(join(root, 'openclaw.json'), JSON.stringify({ gateway, ...more }));
  return gatewayAddress(root, { HOME: home, ...env }, home, override);
};
const authOf = (auth: unknown, env: Env = {}, more: object = {}) => addressOf({ auth }, env, undefined, more).auth;

describe("the gateway's address", () => {
  test('is its port on loopback', () => {
    expect(addressOf({ port: 19001, auth: { token: 'secret' } })).toEqual({
      url: 'ws://127.0.0.1:19001',
      auth: { mode: 'token', token: 'secret' },
    });
  });

  test('has the default port without a configuration, and no token to show', () => {
    expect(gatewayAddress(root, { HOME: home }, home)).toMatchObject({ url: 'ws://127.0.0.1:18789', auth: { mode: 'unreadable' } });
  });

  test('takes the port from an environment that speaks of this state directory only', () => {
    expect(addressOf({ port: 19001 }, { OPENCLAW_GATEWAY_PORT: '19500' }).url).toBe('ws://127.0.0.1:19500');
    const other = { OPENCLAW_GATEWAY_PORT: '19500', OPENCLAW_STATE_DIR: join(home, '.openclaw-work') };
    expect(addressOf({ port: 19001 }, other).url).toBe('ws://127.0.0.1:19001');
  });

  test('is encrypted where the gateway has TLS', () => {
    expect(addressOf({ tls: { enabled: true } }).url).toBe('wss://127.0.0.1:18789');
  });

  test.each(['loopback', 'lan', 'auto'])('is on loopback for a gateway bound to %s', (bind) => {
    expect(addressOf({ bind, auth: { token: 'secret' } })).toEqual({
      url: 'ws://127.0.0.1:18789',
      auth: { mode: 'token', token: 'secret' },
    });
  });

  test.each([
    ['the Tailscale network', { bind: 'tailnet' }],
    ['192.0.2.7', { bind: 'custom', customBindHost: '192.0.2.7' }],
  ])('says so when the gateway listens at %s alone', (place, gateway) => {
    expect(addressOf({ ...gateway, auth: { token: 'secret' } }).auth).toMatchObject({
      mode: 'unreadable',
      reason: expect.stringContaining(place),
    });
  });

  test('is never that of a remote gateway which only the file names, and a tunnel to that one is not taken for one of this machine', () => {
    const gateway = { mode: 'remote', remote: { url: 'wss://gateway.example.com', token: 'remote' }, auth: { token: 'secret' } };
    const { url, auth } = addressOf(gateway);
    expect(url).toBe('ws://127.0.0.1:18789');
    expect(auth).toMatchObject({ mode: 'unreadable', reason: expect.stringContaining('another machine') });
    const entered = { url: 'ws://127.0.0.1:19000', token: 'entered' };
    expect(addressOf(gateway, {}, entered)).toEqual({ url: entered.url, auth: { mode: 'token', token: 'entered' } });
  });

  test('is what the person entered, with what they entered', () => {
    const override = { url: 'wss://gateway.example.com', token: 'entered' };
    expect(addressOf({ auth: { token: 'secret' } }, {}, override)).toEqual({
      url: override.url,
      auth: { mode: 'token', token: 'entered' },
    });
    expect(addressOf({ auth: { mode: 'none' } }, {}, { token: 'entered' }).auth).toEqual({ mode: 'token', token: 'entered' });
  });

  test("does not take this machine's secret to another machine", () => {
    expect(addressOf({ auth: { token: 'secret' } }, {}, { url: 'wss://gateway.example.com' }).auth).toEqual({ mode: 'none' });
    expect(addressOf({ auth: { token: 'secret' } }, {}, { url: 'ws://127.0.0.1:7' }).auth).toEqual({ mode: 'token', token: 'secret' });
  });
});

describe('what lets us in', () => {
  test('is the token, the password, or nothing, as the mode says', () => {
    const both = { token: 'a token', password: 'a password' };
    expect(authOf({ mode: 'token', ...both })).toEqual({ mode: 'token', token: 'a token' });
    expect(authOf({ mode: 'password', ...both })).toEqual({ mode: 'password', password: 'a password' });
    expect(authOf({ mode: 'none' })).toEqual({ mode: 'none' });
  });

  test('is a password before a token where no mode is set', () => {
    expect(authOf({ password: 'a password' })).toEqual({ mode: 'password', password: 'a password' });
  });

  test('comes from the environment of this state directory where the file has none', () => {
    const env = { OPENCLAW_GATEWAY_TOKEN: 'from env' };
    expect(authOf({}, env)).toEqual({ mode: 'token', token: 'from env' });
    expect(authOf({ token: 'from file' }, env)).toEqual({ mode: 'token', token: 'from file' });
    expect(authOf({}, { ...env, OPENCLAW_STATE_DIR: join(home, 'elsewhere') })).toMatchObject({ mode: 'unreadable' });
    expect(authOf({ mode: 'password' }, { OPENCLAW_GATEWAY_PASSWORD: 'pw' })).toEqual({ mode: 'password', password: 'pw' });
  });

  test('may be a variable that the text names', () => {
    expect(authOf({ token: written('MY_TOKEN') }, { MY_TOKEN: 'named' })).toEqual({ mode: 'token', token: 'named' });
    expect(authOf({ token: `pre-${written('MY_TOKEN')}` }, { MY_TOKEN: 'named' })).toEqual({ mode: 'token', token: 'pre-named' });
    expect(authOf({ token: `$${written('MY_TOKEN')}` }, { MY_TOKEN: 'named' })).toEqual({ mode: 'token', token: written('MY_TOKEN') });
  });

  test('may be a variable of the .env file or of the configuration itself', () => {
    writeFileSync(join(root, '.env'), '# mine\nexport MY_TOKEN="from file"\nOTHER=x # note\n');
    expect(authOf({ token: written('MY_TOKEN') })).toEqual({ mode: 'token', token: 'from file' });
    expect(authOf({ token: { source: 'env', provider: 'default', id: 'OTHER' } })).toEqual({ mode: 'token', token: 'x' });
    expect(authOf({ token: written('IN_CONFIG') }, {}, { env: { vars: { IN_CONFIG: 'from vars' } } })).toEqual({
      mode: 'token',
      token: 'from vars',
    });
  });

  test('cannot be read when it names a variable that is not known here', () => {
    expect(authOf({ token: written('MY_TOKEN') })).toMatchObject({ mode: 'unreadable', reason: expect.stringContaining('MY_TOKEN') });
  });

  test.each(['file', 'exec'])('cannot be read when a secret of %s holds it', (source) => {
    const auth = authOf({ token: { source, provider: 'vault', id: '/gateway/token' } });
    expect(auth).toMatchObject({ mode: 'unreadable', hint: expect.stringContaining('auth-token --show') });
  });

  test('cannot be read behind a trusted proxy, or in a mode of the future', () => {
    expect(authOf({ mode: 'trusted-proxy', token: 'secret' })).toMatchObject({ mode: 'unreadable' });
    expect(authOf({ mode: 'telepathy', token: 'secret' })).toMatchObject({ mode: 'unreadable' });
  });

  test.each([null, 5, 'text', [], { token: 5 }, { token: [] }, { mode: {} }])('survives %j', (auth) => {
    expect(authOf(auth)).toMatchObject({ mode: 'unreadable' });
  });
});

describe('loopback', () => {
  test.each(['ws://127.0.0.1:1', 'wss://localhost:2', 'ws://[::1]:3', 'ws://127.8.9.1'])('is %s', (url) => {
    expect(isLoopbackUrl(url)).toBe(true);
  });

  test.each([
    'ws://127.0.0.1.example.com',
    'ws://192.0.2.1:1',
    'http://127.0.0.1',
    'nothing',
    'ws://localhost.example.com',
    'ws://0.0.0.0',
  ])('is not %s', (url) => {
    expect(isLoopbackUrl(url)).toBe(false);
  });
});
