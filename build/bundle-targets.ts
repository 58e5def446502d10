import path from 'node:path';
import type { InlineConfig } from 'vite';
import { projectDir } from './project.ts';

export interface BundleTarget {
  readonly name: 'main' | 'preload' | 'core-process' | 'renderer';
  /** Project paths that must exist before it can be built. */
  readonly entries: readonly string[];
  config(outDir: string): InlineConfig;
}

/** Electron 33, the oldest runtime under test, has Node 20.18 and Chromium 130: `using` is lowered, nothing else needs to be. */
const nodeTarget = 'node20';
const chromiumTarget = 'chrome130';

/** Left to Node's resolution: Electron's own module, the native binding, and the watcher that finds its files at run time. */
const external = ['electron', 'better-sqlite3', 'chokidar'];

const common = {
  configFile: false,
  root: projectDir,
  publicDir: false,
  logLevel: 'warn',
} satisfies InlineConfig;

function nodeBundle(entry: string | Readonly<Record<string, string>>, outDir: string, file: string, format: 'es' | 'cjs'): InlineConfig {
  return {
    ...common,
    ssr: { target: 'node', noExternal: true, external },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: nodeTarget,
      // Readable stacks matter more than bytes that are read from a local disk once.
      minify: false,
      sourcemap: format === 'es',
      rolldownOptions: { input: inProject(entry), external, output: { format, entryFileNames: file, chunkFileNames: '[name]-[hash].js' } },
    },
  };
}

function inProject(entry: string | Readonly<Record<string, string>>): string | Record<string, string> {
  if (typeof entry === 'string') return path.join(projectDir, entry);
  return Object.fromEntries(Object.entries(entry).map(([name, file]) => [name, path.join(projectDir, file)]));
}

function windowsBundle(outDir: string): InlineConfig {
  const root = path.join(projectDir, 'renderer');
  return {
    ...common,
    root,
    // Relative addresses: the windows are served from app://, under whatever folder the app chooses.
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: chromiumTarget,
      // The polyfill would be an inline script, which the windows' content security policy refuses.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: {
          recovery: path.join(root, 'recovery', 'index.html'),
          preferences: path.join(root, 'preferences', 'index.html'),
        },
      },
    },
  };
}

export const bundleTargets: readonly BundleTarget[] = [
  {
    name: 'main',
    entries: ['main/app/index.ts'],
    config: (outDir) => nodeBundle('main/app/index.ts', outDir, 'index.js', 'es'),
  },
  {
    name: 'preload',
    entries: ['main/preload/preload.ts'],
    // A sandboxed preload is loaded as CommonJS, whatever the package says.
    config: (outDir) => nodeBundle('main/preload/preload.ts', outDir, 'preload.cjs', 'cjs'),
  },
  {
    name: 'core-process',
    entries: ['main/core-process/index.ts', 'main/core/store-thread.ts', 'main/core/store/verify-thread.ts'],
    // The scripts of threads are found beside whatever starts them.
    config: (outDir) =>
      nodeBundle(
        {
          index: 'main/core-process/index.ts',
          'store-thread': 'main/core/store-thread.ts',
          'verify-thread': 'main/core/store/verify-thread.ts',
        },
        outDir,
        '[name].js',
        'es',
      ),
  },
  {
    name: 'renderer',
    entries: ['renderer/recovery/index.html', 'renderer/preferences/index.html'],
    config: windowsBundle,
  },
];
