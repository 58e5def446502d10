import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviceKey, type SafeStorage } from '../../../main/app/device-key.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** Seals by turning the text round. */
const keychain: SafeStorage = {
  isEncryptionAvailable: () => true,
  encryptString: (plain) => Buffer.from(`sealed:${[...plain].reverse().join('')}`),
  decryptString(sealed) {
    const text = sealed.toString();
    if (!text.startsWith('sealed:')) throw new Error('not sealed here');
    return [...text.slice('sealed:'.length)].reverse().join('');
  },
};

const keyIn = (home: string, storage: SafeStorage = keychain) => deviceKey({ home, storage, clock: new FakeClock(), log: silentLogger });

test('a key is made once, sealed in a file of its user alone', () => {
  using dir = tempDir();
  const key = keyIn(dir.path);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(keyIn(dir.path)).toBe(key);
  const path = join(dir.path, 'device.key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).not.toContain(key);
});

test.each<[string, SafeStorage]>([
  ['no safe storage', { ...keychain, isEncryptionAvailable: () => false }],
  ['one whose password everybody knows', { ...keychain, getSelectedStorageBackend: () => 'basic_text' }],
])('with %s there is no key and no file', (_what, storage) => {
  using dir = tempDir();
  expect(keyIn(dir.path, storage)).toBeUndefined();
  expect(existsSync(join(dir.path, 'device.key'))).toBe(false);
});

test('a key that can no longer be opened is set aside for a new one', () => {
  using dir = tempDir();
  const before = keyIn(dir.path);
  writeFileSync(join(dir.path, 'device.key'), Buffer.from('of another keychain').toString('base64'));
  const after = keyIn(dir.path);
  expect(after).toMatch(/^[0-9a-f]{64}$/);
  expect(after).not.toBe(before);
  expect(readdirSync(dir.path).filter((name) => name.startsWith('device.key.damaged-'))).toHaveLength(1);
});

test('a keychain that fails leaves the app without a key', () => {
  using dir = tempDir();
  const broken = {
    ...keychain,
    encryptString: () => {
      throw new Error('locked');
    },
  };
  expect(keyIn(dir.path, broken)).toBeUndefined();
});
