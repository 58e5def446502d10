import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freeBytes, writeRight } from '../../../main/core/platform/write-rights.ts';
import { tempDir } from '../../support/temp-dir.ts';

it('tells what can be written from what is not there', () => {
  using dir = tempDir();
  const file = join(dir.path, 'a.jsonl');
  writeFileSync(file, 'a line\n');
  expect([dir.path, file, join(dir.path, 'none.jsonl'), join(file, 'below.jsonl')].map(writeRight)).toEqual([
    'writable',
    'writable',
    'missing',
    'missing',
  ]);
});

it('calls read-only what nobody may write, also for root', () => {
  using dir = tempDir();
  const file = join(dir.path, 'a.jsonl');
  writeFileSync(file, 'a line\n');
  chmodSync(file, 0o444);
  expect(writeRight(file)).toBe('read-only');
});

it('knows how much room a volume has, and of none that it is unknown', () => {
  using dir = tempDir();
  expect(freeBytes(dir.path)).toBeGreaterThan(0);
  expect(freeBytes(join(dir.path, 'none'))).toBeUndefined();
});
