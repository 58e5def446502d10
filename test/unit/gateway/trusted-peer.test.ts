import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTrustedPeer } from '../../../main/core/gateway/trusted-peer.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const ends = { localPort: 1, remotePort: 2 };
let temp: TempDir;
let root: string;

beforeEach(() => {
  temp = tempDir();
  root = join(realpathSync(temp.path), '.openclaw');
  mkdirSync(root);
  writeFileSync(join(root, 'openclaw.json'), '{}');
});
afterEach(() => temp[Symbol.dispose]());

const trusts = (uid: number | undefined) =>
  isTrustedPeer(root, ends, { env: { TMPDIR: temp.path }, home: realpathSync(temp.path), uidOf: () => uid });

test('who could read the secret anyway is trusted, and no other user', () => {
  expect(trusts(process.getuid?.())).toBe(true);
  expect(trusts(0)).toBe(true);
  expect(trusts(54_321)).toBe(false);
});

test('where the system does not say who is there, a living gateway must hold the lock', () => {
  expect(trusts(undefined)).toBe(false);
  const directory = join(temp.path, `openclaw-${process.getuid?.()}`);
  mkdirSync(directory);
  const configPath = join(root, 'openclaw.json');
  const hash = createHash('sha256').update(configPath).digest('hex').slice(0, 8);
  const lock = { pid: process.pid, createdAt: new Date(0).toISOString(), configPath };
  writeFileSync(join(directory, `gateway.${hash}.lock`), JSON.stringify(lock));
  expect(trusts(undefined)).toBe(true);
});
