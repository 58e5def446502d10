/**
 * Installs the real OpenClaw that the gateway tests run, into node_modules/.cache, once.
 *
 *     node build/openclaw-install.ts     prints its entry (`node <entry> gateway run …`)
 */
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npmErrors, runCommand } from './command.ts';
import { BuildError, cacheDir, isMain, runMain } from './project.ts';

export const openclawVersion = '2026.3.13';

export interface OpenclawInstall {
  readonly dir: string;
  /** The script to run with Node 22 or newer. */
  readonly entry: string;
}

/** Channels that the tests do not use: their dependencies need a git host or a compiler. An empty package stands in. */
const leftOut = ['@whiskeysockets/baileys', '@matrix-org/matrix-sdk-crypto-nodejs', 'node-llama-cpp'];

const installArgs = [
  'install',
  '--ignore-scripts',
  '--omit=optional',
  '--legacy-peer-deps',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];
const installTimeoutMs = 600_000;

/** About 40 s and 430 MB the first time. Throws a `BuildError` when npm cannot install it. */
export async function openclawInstall(): Promise<OpenclawInstall> {
  const dir = path.join(cacheDir(), `openclaw-${openclawVersion}`);
  const install = { dir, entry: path.join(dir, 'node_modules', 'openclaw', 'openclaw.mjs') };
  const completeMark = path.join(dir, '.complete');
  if (existsSync(completeMark) && existsSync(install.entry)) return install;

  const work = cacheDir(`openclaw-making-${process.pid}`);
  try {
    await writeFile(path.join(work, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
    const npm = await runCommand('npm', installArgs, { cwd: work, timeoutMs: installTimeoutMs });
    if (npm.status !== 0) {
      throw new BuildError(
        `npm could not install openclaw@${openclawVersion}:\n${npmErrors(npm.output)}`,
        'node build/openclaw-install.ts',
      );
    }
    await writeFile(path.join(work, '.complete'), '');
    await rm(dir, { recursive: true, force: true });
    await rename(work, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return install;
}

function manifest() {
  return {
    private: true,
    dependencies: { openclaw: openclawVersion },
    overrides: Object.fromEntries(leftOut.map((name) => [name, 'npm:is-number@7.0.0'])),
  };
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    process.stdout.write(`${(await openclawInstall()).entry}\n`);
    return 0;
  });
}
