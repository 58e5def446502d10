/**
 * Compiles better-sqlite3 for Node-API 9. Its own binary needs 10 and crashes an older runtime (Electron 33, Node 20) on load, so the
 * test of the app's utility-process transport on such a runtime needs this one. Never shipped.
 *
 *     node build/sqlite-napi9.ts     prints the binary, for `new Database(file, { nativeBinding })`
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.ts';
import { compilerPackages, ensurePackages, isDebian } from './debian.ts';
import { BuildError, cacheDir, isMain, projectDir, runMain } from './project.ts';

const modules = path.join(projectDir, 'node_modules');
const packageDir = path.join(modules, 'better-sqlite3');
const shim = path.join(import.meta.dirname, 'sqlite-napi9-shim.h');
/** Link-time optimisation doubles the build time and the tests gain nothing from it. */
const flags = '-O1 -fno-lto';
const buildTimeoutMs = 900_000;

/** About a minute on two cores the first time, then cached. Throws a `BuildError` when no compiler or no Node headers are found. */
export async function sqliteBinding(): Promise<string> {
  const version: string = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8')).version;
  const key = createHash('sha256').update(version).update(readFileSync(shim)).update(flags).digest('hex').slice(0, 12);
  const binding = path.join(cacheDir('better-sqlite3-napi9'), `better_sqlite3-${key}.node`);
  if (existsSync(binding)) return binding;

  if (await isDebian()) await ensurePackages(compilerPackages, 'building better-sqlite3 for Node-API 9');
  // Inside node_modules, so that the copy finds node-addon-api.
  const work = mkdtempSync(path.join(modules, '.cache', 'better-sqlite3-making-'));
  try {
    const copy = path.join(work, 'package');
    cpSync(packageDir, copy, { recursive: true, filter: (file) => !/[\\/](prebuilds|build)$/.test(file) });
    await compile(copy);
    const own = `${binding}.${process.pid}`;
    await copyFile(path.join(copy, 'build', 'Release', 'better_sqlite3.node'), own);
    await rename(own, binding);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binding;
}

async function compile(dir: string): Promise<void> {
  const nodeDir = headersDir();
  const args = [
    path.join(modules, 'node-gyp', 'bin', 'node-gyp.js'),
    'rebuild',
    '--release',
    '--force_build=1',
    '--jobs=2',
    // Without headers on this machine node-gyp downloads those of the running Node.
    ...(nodeDir === undefined ? [] : [`--nodedir=${nodeDir}`]),
  ];
  const env = {
    ...process.env,
    CFLAGS: flags,
    CXXFLAGS: `${flags} -include ${shim} -UNAPI_VERSION -DNAPI_VERSION=9`,
    LDFLAGS: '-fno-lto',
  };
  const result = await runCommand(process.execPath, args, { cwd: dir, env, timeoutMs: buildTimeoutMs });
  if (result.status === 0) return;
  const reason = result.output.trimEnd().split('\n').slice(-12).join('\n');
  const remedy =
    nodeDir === undefined
      ? 'sudo apt-get install -y --no-install-recommends libnode-dev'
      : 'node build/sqlite-napi9.ts    (after reading the errors above)';
  throw new BuildError(`better-sqlite3 could not be built for Node-API 9:\n${reason}`, remedy);
}

/** The prefix whose `include/node/node_api.h` serves; any Node's will do, because Node-API headers only grow. */
function headersDir(): string | undefined {
  const prefixOf = (node: string) => path.dirname(path.dirname(realpathSync(node)));
  const onPath = (process.env.PATH ?? '').split(path.delimiter).map((dir) => path.join(dir, 'node'));
  const candidates = [
    process.env.npm_config_nodedir,
    prefixOf(process.execPath),
    ...globSync(path.join(modules, 'node', 'node_modules', 'node-*')),
    ...onPath.filter((node) => existsSync(node)).map(prefixOf),
    '/usr',
    '/usr/local',
  ];
  return candidates.find((dir) => dir !== undefined && existsSync(path.join(dir, 'include', 'node', 'node_api.h')));
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    process.stdout.write(`${await sqliteBinding()}\n`);
    return 0;
  });
}
