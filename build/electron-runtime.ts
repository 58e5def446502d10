/**
 * Finds the Electron runtime, or makes one: ELECTRON_OVERRIDE_DIST_PATH, then the official one in node_modules/electron,
 * then its download, then (Linux on x64 only) the one of `electron-fallback.ts`.
 *
 *     node build/electron-runtime.ts [--json]     prints the folder with the executable
 *
 * ELECTRON_RUNTIME_OFFICIAL=0 never tries the official download, =1 tries it even when the fallback is there already.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import { fallbackDist, fallbackIsComplete, fallbackIsPossible, fallbackRuntime, makeFallback } from './electron-fallback.ts';
import { BuildError, isMain, projectDir, runMain } from './project.ts';

export interface ElectronRuntime {
  /** The folder for ELECTRON_OVERRIDE_DIST_PATH and electron-builder's `electronDist`. */
  readonly dist: string;
  readonly executable: string;
  readonly version: string;
  readonly source: 'override' | 'official' | 'fallback';
  /** The highest Node-API version that it loads; below 10 better-sqlite3 needs another Node (CLAWBACK_CORE_NODE). */
  readonly nodeApi: number;
}

const packageDir = path.join(projectDir, 'node_modules', 'electron');
const downloadTimeoutMs = 180_000;

/** Throws a `BuildError` with the command to type when this machine has no runtime and cannot get one. */
export async function electronRuntime(): Promise<ElectronRuntime> {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && existsSync(executableIn(override))) return describe(override, 'override');

  const official = path.join(packageDir, 'dist');
  if (existsSync(executableIn(official)) && existsSync(path.join(packageDir, 'path.txt'))) return describe(official, 'official');

  const officialWish = process.env.ELECTRON_RUNTIME_OFFICIAL;
  if (fallbackIsPossible && officialWish !== '1' && fallbackIsComplete()) return announced(describe(fallbackDist(), 'fallback'));

  if (officialWish !== '0') {
    const install = await runCommand(process.execPath, [path.join(packageDir, 'install.js')], { timeoutMs: downloadTimeoutMs });
    if (install.status === 0 && existsSync(executableIn(official))) return describe(official, 'official');
    if (!fallbackIsPossible) throw noRuntime(install.output);
  }
  if (!fallbackIsPossible) throw noRuntime('ELECTRON_RUNTIME_OFFICIAL=0 forbids the official download.');
  await makeFallback();
  return announced(describe(fallbackDist(), 'fallback'));
}

function noRuntime(output: string): BuildError {
  const reason = output.split('\n').find((line) => line.trim() !== '') ?? 'no reason given';
  const remedy = `${process.execPath} ${path.join(packageDir, 'install.js')}    (with a network that reaches Electron's releases, or with ELECTRON_MIRROR set)`;
  return new BuildError(`The Electron runtime for ${process.platform}-${process.arch} could not be downloaded: ${reason}`, remedy);
}

function executableIn(dist: string): string {
  return path.join(dist, process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron');
}

function describe(dist: string, source: ElectronRuntime['source']): ElectronRuntime {
  const version = readVersion(dist);
  return { dist: path.resolve(dist), executable: path.resolve(executableIn(dist)), version, source, nodeApi: nodeApiOf(version) };
}

/** Every Electron distribution carries its version in this file. */
function readVersion(dist: string): string {
  const file = path.join(dist, 'version');
  if (!existsSync(file)) throw new BuildError(`${dist} is not an Electron distribution: it has no file "version"`);
  return readFileSync(file, 'utf8').trim().replace(/^v/, '');
}

/** Node-API 10 came with Node 22.14, which Electron 35 was the first to contain. */
export function nodeApiOf(electronVersion: string): number {
  return Number.parseInt(electronVersion, 10) >= 35 ? 10 : 9;
}

function announced(runtime: ElectronRuntime): ElectronRuntime {
  const name = fallbackRuntime.package;
  process.stderr.write(`Using Electron ${runtime.version} from the npm package ${name}: for development and CI only, never shipped.\n`);
  return runtime;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const runtime = await electronRuntime();
    process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(runtime) : runtime.dist}\n`);
    return 0;
  });
}
