/**
 * Bundles the app into dist/: main/index.js, preload/preload.cjs, core-process/index.js, renderer/<window>/index.html, icons/.
 *
 *     node build/bundle.ts [--force]     does nothing when no source has changed since the last run
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { bundleTargets } from './bundle-targets.ts';
import { renderIcons } from './icons/render.ts';
import { BuildError, cacheDir, isMain, projectDir, runMain } from './project.ts';
import { sourceDigest } from './source-digest.ts';

export const distDir = path.join(projectDir, 'dist');

const digestFile = path.join(distDir, '.sources');
const inputs = ['main', 'renderer', 'build/bundle.ts', 'build/bundle-targets.ts', 'build/icons', 'package-lock.json', 'tsconfig.json'];

export interface BundleOutcome {
  readonly built: boolean;
  readonly durationMs: number;
}

/** Builds all targets beside the old `dist` and swaps them at the end, so a failed build leaves a working one. */
export async function bundle(options: { readonly force?: boolean } = {}): Promise<BundleOutcome> {
  const startedAt = performance.now();
  const digest = sourceDigest(projectDir, inputs);
  if (options.force !== true && isCurrent(digest)) return { built: false, durationMs: performance.now() - startedAt };

  const work = await mkdtemp(path.join(cacheDir('bundle'), 'making-'));
  try {
    const fresh = path.join(work, 'dist');
    for (const target of bundleTargets) {
      const missing = target.entries.find((entry) => !existsSync(path.join(projectDir, entry)));
      if (missing !== undefined) throw new BuildError(`The ${target.name} bundle cannot be built: ${missing} does not exist.`);
    }
    await Promise.all(bundleTargets.map((target) => build(target.config(path.join(fresh, target.name)))));
    await mkdir(path.join(fresh, 'icons'), { recursive: true });
    await renderIcons(path.join(fresh, 'icons'));
    await writeFile(path.join(fresh, '.sources'), digest);
    await swapIn(fresh, path.join(work, 'old'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { built: true, durationMs: performance.now() - startedAt };
}

/** Two runs may end at once (tests beside a start): whichever comes later puts the other's result away and its own in place. */
async function swapIn(fresh: string, old: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    if (existsSync(distDir)) await rename(distDir, `${old}-${attempt}`);
    try {
      await rename(fresh, distDir);
      return;
    } catch (error) {
      const anotherCameBetween = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!anotherCameBetween || attempt === 5) throw error;
    }
  }
}

function isCurrent(digest: string): boolean {
  return existsSync(digestFile) && readFileSync(digestFile, 'utf8') === digest;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const outcome = await bundle({ force: process.argv.includes('--force') });
    const duration = `${(outcome.durationMs / 1000).toFixed(1)} s`;
    process.stdout.write(outcome.built ? `Built dist in ${duration}.\n` : 'dist is up to date.\n');
    return 0;
  });
}
