import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOwnersFile } from '../../../main/core/platform/real-paths.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('a file of this user is theirs, one of another user or none at all is not', () => {
  using temp = tempDir();
  const path = join(temp.path, 'file');
  writeFileSync(path, '');
  expect(isOwnersFile(path)).toBe(true);
  expect(isOwnersFile(join(temp.path, 'none'))).toBe(false);
  const own = process.getuid?.() ?? 0;
  // Root's files are trusted by everybody, so as root it must be somebody else's.
  if (own === 0) chownSync(path, 65_534, 65_534);
  expect(isOwnersFile(path, own === 0 ? 0 : own + 1)).toBe(false);
});
