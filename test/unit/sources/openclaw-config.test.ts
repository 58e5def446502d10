import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenclawConfig, readOpenclawConfig, storePathFor } from '../../../main/core/sources/openclaw-config.ts';
import type { Environment } from '../../../main/core/sources/openclaw-home.ts';
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

const write = (text: string, name = 'openclaw.json'): void => writeFileSync(join(root, name), text);
const read = (env: Environment = {}): OpenclawConfig => readOpenclawConfig(root, env, home);
const policyOf = (session: unknown) => {
  write(JSON.stringify({ session }));
  return read().resetPolicy;
};

describe('a configuration', () => {
  test('that is missing means the defaults', () => {
    expect(read()).toMatchObject({
      configPath: join(root, 'openclaw.json'),
      state: 'missing',
      resetPolicy: { mode: 'daily', atHour: 4 },
      port: 18789,
      portIsExplicit: false,
      gateway: { auth: { mode: 'unreadable' }, tls: false },
    });
  });

  test('is JSON5', () => {
    write("{ // mine\n gateway: { port: 19001, }, session: { store: '~/chats/{agentId}/sessions.json' } }");
    expect(read()).toMatchObject({ state: 'read', port: 19001, portIsExplicit: true, storePath: '~/chats/{agentId}/sessions.json' });
  });

  test.each([
    ['cut', '{ gateway: {'],
    ['empty', ''],
    ['a list', '[]'],
    ['binary', '\0\xff'],
    ['far too large', ' '.repeat(2 * 1024 * 1024)],
  ])('that is %s means the defaults', (_what, text) => {
    write(text);
    expect(read()).toMatchObject({ port: 18789, portIsExplicit: false, resetPolicy: { mode: 'daily', atHour: 4 } });
    expect(read().state).not.toBe('read');
  });

  test('may have a legacy name; the new name wins', () => {
    write('{ gateway: { port: 1111 } }', 'moltbot.json');
    expect(read()).toMatchObject({ port: 1111, configPath: join(root, 'moltbot.json') });
    write('{ gateway: { port: 2222 } }');
    expect(read().port).toBe(2222);
  });

  test('may be a link', () => {
    writeFileSync(join(home, 'dotfile.json'), '{ gateway: { port: 3333 } }');
    symlinkSync(join(home, 'dotfile.json'), join(root, 'openclaw.json'));
    expect(read().port).toBe(3333);
  });

  test('that is a directory is none', () => {
    mkdirSync(join(root, 'openclaw.json'));
    expect(read().state).toBe('missing');
  });
});

describe('the environment speaks of one state directory', () => {
  test('its configuration file counts there and nowhere else', () => {
    const elsewhere = join(home, 'elsewhere.json');
    writeFileSync(elsewhere, '{ gateway: { port: 4444 } }');
    const other = join(home, '.openclaw-work');
    expect(read({ OPENCLAW_CONFIG_PATH: elsewhere })).toMatchObject({ configPath: elsewhere, port: 4444 });
    expect(readOpenclawConfig(other, { OPENCLAW_CONFIG_PATH: elsewhere }, home)).toMatchObject({ state: 'missing', port: 18789 });
    expect(readOpenclawConfig(other, { OPENCLAW_CONFIG_PATH: elsewhere, OPENCLAW_STATE_DIR: other }, home).port).toBe(4444);
    expect(read({ OPENCLAW_CONFIG_PATH: elsewhere, OPENCLAW_STATE_DIR: other }).port).toBe(18789);
  });

  test('a configuration file inside a state directory belongs to it', () => {
    const profile = join(home, '.openclaw-work');
    mkdirSync(profile);
    writeFileSync(join(profile, 'mine.json'), '{ gateway: { port: 5555 } }');
    expect(readOpenclawConfig(profile, { OPENCLAW_CONFIG_PATH: '~/.openclaw-work/mine.json' }, home).port).toBe(5555);
  });

  test('its port goes before the configured one', () => {
    write('{ gateway: { port: 6666 } }');
    expect(read({ OPENCLAW_GATEWAY_PORT: '7777' })).toMatchObject({ port: 7777, portIsExplicit: true });
    expect(read({ OPENCLAW_GATEWAY_PORT: 'x' }).port).toBe(6666);
    expect(read({ OPENCLAW_GATEWAY_PORT: '7777', OPENCLAW_STATE_DIR: join(home, 'other') }).port).toBe(6666);
  });
});

describe('resets', () => {
  test.each([
    ['nothing set', undefined, { mode: 'daily', atHour: 4 }],
    ['an hour', { reset: { atHour: 6 } }, { mode: 'daily', atHour: 6 }],
    ['an hour out of range', { reset: { atHour: 99 } }, { mode: 'daily', atHour: 23 }],
    ['idle', { reset: { mode: 'idle', idleMinutes: 30 } }, { mode: 'idle', atHour: 4, idleMinutes: 30 }],
    ['idle without minutes', { reset: { mode: 'idle' } }, { mode: 'idle', atHour: 4, idleMinutes: 60 }],
    ['daily and idle', { reset: { mode: 'daily', idleMinutes: 90.7 } }, { mode: 'daily', atHour: 4, idleMinutes: 90 }],
    ['no minutes at all', { reset: { mode: 'idle', idleMinutes: 0 } }, { mode: 'idle', atHour: 4, idleMinutes: 1 }],
    ['the old idle setting', { idleMinutes: 15 }, { mode: 'idle', atHour: 4, idleMinutes: 15 }],
    ['the old setting beside rules by type', { idleMinutes: 15, resetByType: {} }, { mode: 'daily', atHour: 4, idleMinutes: 15 }],
    ['off', { reset: { mode: 'off' } }, { mode: 'off', atHour: 4 }],
    ['nonsense', { reset: { mode: 'hourly', atHour: 'x', idleMinutes: [] } }, { mode: 'daily', atHour: 4 }],
    ['no object', { reset: 'never' }, { mode: 'daily', atHour: 4 }],
  ])('%s', (_what, session, policy) => {
    expect(policyOf(session)).toEqual(policy);
  });
});

test.each([[0], [65_536], [-1], [1.5], ['18790'], [null]])('a port of %j is none', (port) => {
  write(JSON.stringify({ gateway: { port } }));
  expect(read()).toMatchObject({ port: 18789, portIsExplicit: false });
});

describe("an index of the person's choice", () => {
  const at = (store: string): string | undefined => storePathFor(store, 'main', root, home);

  test('is found below the home directory and the state directory', () => {
    expect(at('~/chats/{agentId}/sessions.json')).toBe(join(home, 'chats/main/sessions.json'));
    expect(at(join(root, '{agentId}.d', 'sessions.json'))).toBe(join(root, 'main.d/sessions.json'));
    expect(storePathFor('/disk/state/sessions.json', 'main', '/disk/state', home)).toBe('/disk/state/sessions.json');
  });

  test.each(['/etc/sessions.json', '~/../../etc/sessions.json', 'chats/sessions.json', '~other/sessions.json', ''])(
    'is not looked for at %j',
    (store) => {
      expect(at(store)).toBeUndefined();
    },
  );
});
