import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import { keyBox } from '../../../main/core/gateway/key-box.ts';
import { tempDir } from '../../support/temp-dir.ts';

const plain = Buffer.from('the key of a device');

test('what was sealed opens with the same key, and is not to be read without', () => {
  const key = randomBytes(32);
  const sealed = keyBox(key).seal(plain);
  expect(Buffer.from(keyBox(key).open(sealed))).toEqual(plain);
  expect(Buffer.from(sealed).includes(plain)).toBe(false);
});

test('the same is sealed differently each time', () => {
  const box = keyBox(randomBytes(32));
  expect(box.seal(plain)).not.toEqual(box.seal(plain));
});

test('another key does not open it', () => {
  const sealed = keyBox(randomBytes(32)).seal(plain);
  expect(() => keyBox(randomBytes(32)).open(sealed)).toThrow();
});

test.each([0, 12, 28, 46])('a change at byte %i is noticed', (at) => {
  const box = keyBox(randomBytes(32));
  const sealed = Buffer.from(box.seal(plain));
  sealed.writeUInt8((sealed[at] ?? 0) ^ 1, at);
  expect(() => box.open(sealed)).toThrow();
});

test('what is cut short does not open', () => {
  const box = keyBox(randomBytes(32));
  expect(() => box.open(box.seal(plain).subarray(0, 20))).toThrow();
});

test('a key of another length is refused', () => {
  expect(() => keyBox(randomBytes(16))).toThrow(expect.objectContaining({ code: 'invalid' }));
});

test('a device in a box is the same one with the same key, and apart from the one without', () => {
  using dir = tempDir();
  const box = keyBox(randomBytes(32));
  const first = openDeviceIdentity(dir.path, { box });
  first.remember('/root', { token: 'a-token-of-a-gateway', scopes: ['operator.read'] });
  expect(openDeviceIdentity(dir.path, { box }).deviceId).toBe(first.deviceId);
  expect(openDeviceIdentity(dir.path).deviceId).not.toBe(first.deviceId);
  expect(readdirSync(dir.path).toSorted()).toEqual(['device.json', 'device.keychain.json']);
  const kept = JSON.parse(readFileSync(join(dir.path, 'device.keychain.json'), 'utf8'));
  expect(Buffer.from(kept.secrets, 'base64').includes('a-token-of-a-gateway')).toBe(false);
});
