import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { bundleTargets } from '../../../build/bundle-targets.ts';
import { cacheDir } from '../../../build/project.ts';
import { tempDir } from '../../support/temp-dir.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the built windows. */
    readonly renderer: string;
    /** Address of the one browser that all tests of a run share. */
    readonly browser: string;
  }
}

/** Builds the windows as they are in the tree now, and starts a browser with the fonts of the pictures and no others. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const windows = bundleTargets.find((target) => target.name === 'renderer');
  if (windows === undefined) throw new Error('the build knows no windows');
  const renderer = await mkdtemp(path.join(cacheDir('test-ui'), 'windows-'));
  const home = tempDir();
  await build(windows.config(renderer));
  const server = await chromium.launchServer({
    executablePath: '/usr/bin/chromium',
    args: ['--disable-gpu', '--disable-lcd-text', '--font-render-hinting=none', '--force-color-profile=srgb', '--hide-scrollbars'],
    env: {
      ...process.env,
      FONTCONFIG_FILE: path.join(import.meta.dirname, 'fonts.conf'),
      XDG_CACHE_HOME: home.path,
      XDG_CONFIG_HOME: home.path,
    },
  });
  project.provide('renderer', renderer);
  project.provide('browser', server.wsEndpoint());
  return async () => {
    await server.close();
    home[Symbol.dispose]();
    await rm(renderer, { recursive: true, force: true });
  };
}
