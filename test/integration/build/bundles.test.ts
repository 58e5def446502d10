import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { bundleTargets } from '../../../build/bundle-targets.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function bundleOf(name: string, outDir: string): Promise<void> {
  const target = bundleTargets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no bundle ${name}`);
  await build(target.config(outDir));
}

function read(dir: string, ...names: readonly string[]): string {
  return readFileSync(path.join(dir, ...names), 'utf8');
}

describe('the bundle of the windows', () => {
  it('holds no inline script, style or handler, which their content security policy would refuse', async () => {
    using dir = tempDir();
    await bundleOf('renderer', dir.path);
    for (const window of ['recovery', 'preferences']) {
      const html = read(dir.path, window, 'index.html');
      expect(html).toMatch(/<script[^>]*\bsrc="\.\.\/assets\//);
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
      expect(html).not.toMatch(/<style\b|\sstyle=|\son\w+=/);
      expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    }
  });

  it('asks for nothing that the windows do not bring along', async () => {
    using dir = tempDir();
    await bundleOf('renderer', dir.path);
    for (const file of readdirSync(path.join(dir.path, 'assets')).filter((name) => name.endsWith('.js'))) {
      expect(read(dir.path, 'assets', file)).not.toMatch(/\brequire\(|from"(?!\.)|\beval\(|new Function\(/);
    }
  });
});

describe('the bundle of the preload', () => {
  it('is one CommonJS file that needs nothing but Electron', async () => {
    using dir = tempDir();
    await bundleOf('preload', dir.path);
    expect(readdirSync(dir.path)).toEqual(['preload.cjs']);
    const required = [...read(dir.path, 'preload.cjs').matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1]);
    expect(required).toEqual(['electron']);
  });
});

describe('the bundle of the core process', () => {
  it('leaves only what Node itself must find, and lowers what Node 20 does not know', async () => {
    using dir = tempDir();
    await bundleOf('core-process', dir.path);
    const code = readdirSync(dir.path)
      .filter((name) => name.endsWith('.js'))
      .map((name) => read(dir.path, name))
      .join('\n');
    const imported = [...code.matchAll(/^import\b.*?from "([^"]+)"/gm)].map((match) => match[1] ?? '');
    const foreign = imported.filter((name) => !name.startsWith('node:') && !name.startsWith('./'));
    expect([...new Set(foreign)].toSorted()).toEqual(['better-sqlite3', 'chokidar']);
    expect(code).not.toMatch(/^\s*(?:await )?using \w+ =/m);
  });

  it('brings the script of its threads along, where it looks for it', async () => {
    using dir = tempDir();
    await bundleOf('core-process', dir.path);
    expect(readdirSync(dir.path)).toContain('store-thread.js');
    expect(read(dir.path, 'index.js')).toContain('./store-thread.js');
  });
});
