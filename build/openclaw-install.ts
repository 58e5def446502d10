/**
 * Installs the real OpenClaw versions that the gateway tests run, and the ACP runner beside them, into node_modules/.cache, once.
 *
 *     node build/openclaw-install.ts [VERSION…]     prints their entries (`node <entry> gateway run …`)
 */
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { npmErrors, runCommand } from './command.ts';
import { BuildError, cacheDir, isMain, runMain } from './project.ts';

/** The seed incident's; the first that speaks protocol 4 and still writes files; the newest, which keeps conversations in SQLite. */
export const openclawVersions = ['2026.3.13', '2026.6.11', '2026.9.6'] as const;
export type OpenclawVersion = (typeof openclawVersions)[number];

export interface PackageInstall {
  readonly dir: string;
  /** The script to run with Node 24. */
  readonly entry: string;
}

interface Recipe {
  readonly name: string;
  readonly version: string;
  /** Below the package's folder. */
  readonly script: string;
  /** Dependencies that the tests do not use and that need a git host or a compiler. An empty package stands in. */
  readonly leftOut: readonly string[];
  readonly args: readonly string[];
}

const channels = ['@whiskeysockets/baileys', '@matrix-org/matrix-sdk-crypto-nodejs', 'node-llama-cpp'];
const lean = ['--omit=optional', '--legacy-peer-deps'];
const openclaw = { name: 'openclaw', script: 'openclaw.mjs' };

const recipes: Readonly<Record<OpenclawVersion, Recipe>> = {
  '2026.3.13': { ...openclaw, version: '2026.3.13', leftOut: channels, args: lean },
  '2026.6.11': { ...openclaw, version: '2026.6.11', leftOut: channels, args: lean },
  '2026.9.6': { ...openclaw, version: '2026.9.6', leftOut: [], args: [] },
};

/** The headless ACP client that OpenClaw 2026.3.13 drives. */
const acpxRecipe: Recipe = { name: 'acpx', version: '0.3.0', script: 'dist/cli.js', leftOut: [], args: lean };

const installArgs = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
const installTimeoutMs = 600_000;

/** 40 to 70 s and 430 to 640 MB the first time. Throws a `BuildError` when npm cannot install it. */
export function openclawInstall(version: OpenclawVersion): Promise<PackageInstall> {
  return install(recipes[version]);
}

/** A few seconds. Throws a `BuildError` when npm cannot install it. */
export function acpxInstall(): Promise<PackageInstall> {
  return install(acpxRecipe);
}

async function install(recipe: Recipe): Promise<PackageInstall> {
  const wanted = `${recipe.name}@${recipe.version}`;
  const dir = path.join(cacheDir(), `${recipe.name}-${recipe.version}`);
  const entry = path.join(dir, 'node_modules', recipe.name, recipe.script);
  if (existsSync(path.join(dir, '.complete')) && existsSync(entry)) return { dir, entry };

  const work = cacheDir(`${recipe.name}-making-${process.pid}`);
  try {
    await writeFile(path.join(work, 'package.json'), `${JSON.stringify(manifest(recipe), null, 2)}\n`);
    const npm = await runCommand('npm', [...installArgs, ...recipe.args], { cwd: work, timeoutMs: installTimeoutMs });
    if (npm.status !== 0) {
      throw new BuildError(`npm could not install ${wanted}:\n${npmErrors(npm.output)}`, 'node build/openclaw-install.ts');
    }
    if (!existsSync(path.join(work, 'node_modules', recipe.name, recipe.script))) {
      throw new BuildError(`npm installed ${wanted} without its ${recipe.script}`, 'node build/openclaw-install.ts');
    }
    await writeFile(path.join(work, '.complete'), '');
    await rm(dir, { recursive: true, force: true });
    await rename(work, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { dir, entry };
}

function manifest({ name, version, leftOut }: Recipe) {
  return {
    private: true,
    dependencies: { [name]: version },
    overrides: Object.fromEntries(leftOut.map((dependency) => [dependency, 'npm:is-number@7.0.0'])),
  };
}

function isVersion(text: string): text is OpenclawVersion {
  return openclawVersions.some((version) => version === text);
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const asked = process.argv.slice(2);
    const unknown = asked.filter((text) => !isVersion(text));
    if (unknown.length > 0)
      throw new BuildError(`no recipe for OpenClaw ${unknown.join(', ')}`, `Choose from ${openclawVersions.join(', ')}.`);
    for (const version of asked.length > 0 ? asked.filter(isVersion) : openclawVersions) {
      process.stdout.write(`${(await openclawInstall(version)).entry}\n`);
    }
    return 0;
  });
}
