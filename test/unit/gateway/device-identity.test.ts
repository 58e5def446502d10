import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import type { SecretBox } from '../../../main/core/gateway/secret-box.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

let temp: TempDir;
let home: string;

beforeEach(() => {
  temp = tempDir();
  home = join(temp.path, 'clawback');
});
afterEach(() => temp[Symbol.dispose]());

/** Not a lock, but nobody reads it by accident. */
const mirrorBox: SecretBox = {
  kind: 'safe-storage',
  seal: (plain) => Buffer.from(plain).reverse(),
  open: (sealed) => Buffer.from(sealed).reverse(),
};

describe('the device', () => {
  test('is the same after a restart', () => {
    const before = openDeviceIdentity(home);
    const after = openDeviceIdentity(home);
    expect(after.deviceId).toBe(before.deviceId);
    expect(after.publicKey).toBe(before.publicKey);
    expect(after.sign('text')).toBe(before.sign('text'));
    expect(before.deviceId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is kept where only its owner can read it', () => {
    openDeviceIdentity(home);
    expect(statSync(join(home, 'device.json')).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(readdirSync(home)).toEqual(['device.json']);
  });

  test.each(['', '{', '{"version":1,"box":"none","secrets":"AAAA"}', '[]', 'null'])(
    'whose file holds %j is set aside and replaced',
    (text) => {
      const before = openDeviceIdentity(home);
      writeFileSync(join(home, 'device.json'), text);
      const after = openDeviceIdentity(home, { clock: new FakeClock(1000) });
      expect(after.deviceId).not.toBe(before.deviceId);
      expect(readFileSync(join(home, 'device.json.damaged-1000'), 'utf8')).toBe(text);
      expect(openDeviceIdentity(home).deviceId).toBe(after.deviceId);
    },
  );

  test('remembers the token of each gateway for what it may do', () => {
    const device = openDeviceIdentity(home);
    device.remember('one', { token: 'first', scopes: ['operator.read'] });
    device.remember('two', { token: 'second', scopes: ['operator.read', 'operator.admin'] });
    const again = openDeviceIdentity(home);
    expect(again.token('one', ['operator.read'])).toBe('first');
    expect(again.token('one', ['operator.admin'])).toBeUndefined();
    expect(again.token('two', ['operator.admin'])).toBe('second');
    again.forget('one');
    expect(openDeviceIdentity(home).token('one', ['operator.read'])).toBeUndefined();
  });

  test('is locked in the box that it is given, in a file of that box', () => {
    const boxed = openDeviceIdentity(home, { box: mirrorBox });
    boxed.remember('one', { token: 'a-token', scopes: [] });
    expect(openDeviceIdentity(home, { box: mirrorBox }).deviceId).toBe(boxed.deviceId);
    const { secrets } = JSON.parse(readFileSync(join(home, 'device.safe-storage.json'), 'utf8')) as { secrets: string };
    expect(Buffer.from(secrets, 'base64').toString()).not.toContain('a-token');
    expect(openDeviceIdentity(home).deviceId).not.toBe(boxed.deviceId);
    expect(openDeviceIdentity(home, { box: mirrorBox }).deviceId).toBe(boxed.deviceId);
  });

  test('for restores is another one', () => {
    expect(openDeviceIdentity(home, { purpose: 'restore' }).deviceId).not.toBe(openDeviceIdentity(home).deviceId);
    expect(readdirSync(home).sort()).toEqual(['device-restore.json', 'device.json']);
  });
});
