import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceDigest } from '../../../build/source-digest.ts';
import { tempDir } from '../../support/temp-dir.ts';

function tree(): { readonly root: string } & Disposable {
  const dir = tempDir();
  mkdirSync(path.join(dir.path, 'main', 'app'), { recursive: true });
  writeFileSync(path.join(dir.path, 'main', 'app', 'index.ts'), 'export const a = 1;\n');
  writeFileSync(path.join(dir.path, 'lock.json'), '{}\n');
  return { root: dir.path, [Symbol.dispose]: () => dir[Symbol.dispose]() };
}

const inputs = ['main', 'lock.json', 'absent'];

describe('the digest of the sources', () => {
  it('stays the same when a file is only touched', () => {
    using sources = tree();
    const before = sourceDigest(sources.root, inputs);
    utimesSync(path.join(sources.root, 'main', 'app', 'index.ts'), 1, 1);
    expect(sourceDigest(sources.root, inputs)).toBe(before);
  });

  it('changes with a content', () => {
    using sources = tree();
    const before = sourceDigest(sources.root, inputs);
    writeFileSync(path.join(sources.root, 'main', 'app', 'index.ts'), 'export const a = 2;\n');
    expect(sourceDigest(sources.root, inputs)).not.toBe(before);
  });

  it('changes with a name', () => {
    using sources = tree();
    const before = sourceDigest(sources.root, inputs);
    renameSync(path.join(sources.root, 'main', 'app', 'index.ts'), path.join(sources.root, 'main', 'app', 'main.ts'));
    expect(sourceDigest(sources.root, inputs)).not.toBe(before);
  });

  it('changes when an absent input appears', () => {
    using sources = tree();
    const before = sourceDigest(sources.root, inputs);
    writeFileSync(path.join(sources.root, 'absent'), '');
    expect(sourceDigest(sources.root, inputs)).not.toBe(before);
  });
});
