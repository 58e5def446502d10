import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { glanceOf, sameGlance } from '../../../main/core/platform/file-glance.ts';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('what does not exist has no stat', () => {
  using temp = tempDir();
  expect(nodeFileSystem.stat(join(temp.path, 'none'))).toBeUndefined();
});

test('a link is seen as a link and not followed', () => {
  using temp = tempDir();
  symlinkSync(temp.path, join(temp.path, 'link'));
  expect(nodeFileSystem.stat(join(temp.path, 'link'))).toMatchObject({ type: 'symlink' });
});

test('a glance is the stat of the same moment in short, to the last bit', () => {
  using temp = tempDir();
  for (const [index, seconds] of [1_700_000_000.123456, 1.5, 1_790_000_000.999_999].entries()) {
    const path = join(temp.path, `file-${index}`);
    writeFileSync(path, 'content');
    utimesSync(path, seconds, seconds);
    const [stat, glance] = [nodeFileSystem.stat(path), nodeFileSystem.glance(path)];
    expect(stat && glance && sameGlance(glanceOf(stat), glance)).toBe(true);
    chmodSync(path, 0o640);
    expect(glance && sameGlance(glance, nodeFileSystem.glance(path) ?? glance)).toBe(false);
  }
  expect(nodeFileSystem.glance(join(temp.path, 'none'))).toBeUndefined();
});

test('an open file is read and looked at after it was unlinked', () => {
  using temp = tempDir();
  const path = join(temp.path, 'file');
  writeFileSync(path, 'content');
  using file = nodeFileSystem.open(path);
  rmSync(path);
  expect(file.stat()).toMatchObject({ type: 'file', size: 7, links: 0 });
  expect(Buffer.from(file.readAt(3, 4)).toString()).toBe('tent');
});

test('a read beyond the end is short', () => {
  using temp = tempDir();
  writeFileSync(join(temp.path, 'file'), 'content');
  using file = nodeFileSystem.open(join(temp.path, 'file'));
  expect(Buffer.from(file.readAt(5, 100)).toString()).toBe('nt');
  expect(file.readAt(7, 100)).toHaveLength(0);
});

test.each<[string, (path: string) => void]>([
  ['directory', (path) => mkdirSync(path)],
  ['link to a file', (path) => symlinkSync('/etc/hostname', path)],
  ['FIFO without a writer', (path) => execFileSync('mkfifo', [path])],
])('a %s cannot be opened', (_what, make) => {
  using temp = tempDir();
  make(join(temp.path, 'it'));
  expect(() => nodeFileSystem.open(join(temp.path, 'it'))).toThrow(expect.objectContaining({ code: 'not-a-file' }));
});

test('errors keep their code', () => {
  using temp = tempDir();
  expect(() => nodeFileSystem.open(join(temp.path, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => nodeFileSystem.list(join(temp.path, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});
