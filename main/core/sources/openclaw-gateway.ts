import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { FileSystem } from '../platform/file-system.ts';
import { isLocalPortOpen } from '../platform/local-port.ts';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import { isSameProcess, type ProcessTable, systemProcesses } from '../platform/process-table.ts';
import { isOwnersFile, readSmallFile, realPath } from '../platform/real-paths.ts';
import type { GatewayProbe } from '../restore/restoring.ts';
import { parseLockFile } from './lock-file.ts';
import { type OpenclawConfig, readOpenclawConfig } from './openclaw-config.ts';
import { type Environment, expandPath, openclawHome } from './openclaw-home.ts';

export interface GatewayProbeOptions {
  readonly env?: Environment;
  readonly homedir?: string;
  /** Directories that hold `openclaw-<uid>/`; default: wherever a gateway of this user may have put it. */
  readonly tmpDirs?: readonly string[];
  readonly fs?: FileSystem;
  readonly processes?: ProcessTable;
  readonly isPortOpen?: (port: number, timeoutMs: number) => Promise<boolean>;
}

/** One gateway's own lock, `gateway.<8 hex>.lock`. */
export interface GatewayLock {
  /** First 8 hex digits of the SHA-256 of the path of its configuration. */
  readonly hash: string;
  readonly configPath?: string;
  readonly pid: number;
  readonly alive: boolean;
}

const CONNECT_TIMEOUT_MS = 300;
const LOCK_NAME = /^gateway\.([0-9a-f]{8})\.lock$/;
const LOCK_LIMIT_BYTES = 64 * 1024;

/**
 * Whether OpenClaw's gateway runs, from what is on this machine: its lock, whose process lives, else its port. 2026.3.13
 * keeps the lock at `<tmp>/openclaw-<uid>/gateway.<hash of the configuration's path>.lock`, removes it on a clean exit and
 * leaves it behind in a crash; under `OPENCLAW_ALLOW_MULTI_GATEWAY=1`, `VITEST` or `NODE_ENV=test` it makes none.
 */
export function createGatewayProbe(options: GatewayProbeOptions = {}): GatewayProbe {
  const env = options.env ?? process.env;
  const home = options.homedir ?? homedir();
  const fs = options.fs ?? nodeFileSystem;
  const processes = options.processes ?? systemProcesses;
  const isPortOpen = options.isPortOpen ?? isLocalPortOpen;
  const tmpDirs = options.tmpDirs ?? defaultTmpDirs(env);
  const look = (root: string) => {
    const config = readOpenclawConfig(root, env, home);
    const locks = readGatewayLocks(tmpDirs, fs, processes).filter((lock) => lock.alive);
    // 2026.9 keeps its lock in the state directory itself: whichever lives there is this one.
    const inside = readGatewayLocks([join(root, 'tmp')], fs, processes).find((lock) => lock.alive);
    const ownPaths = configPathsOf(root, config, openclawHome(env, home));
    return { config, locks, own: inside ?? locks.find((lock) => isLockOf(lock, ownPaths)) };
  };
  return {
    alive: (pid, startTime) => isSameProcess(processes, pid, startTime),
    pid: (root) => look(root).own?.pid,
    async state(root) {
      const { config, locks, own } = look(root);
      if (own !== undefined) return 'running';
      // The default port is shared: a gateway that lives and uses it is why it is open.
      const isTaken = !config.portIsExplicit && locks.some((lock) => mayUsePort(lock, config.port, env, home));
      if (isTaken) return 'stopped';
      return (await isPortOpen(config.port, CONNECT_TIMEOUT_MS)) ? 'running' : 'stopped';
    },
  };
}

/** Pure. By the name, which OpenClaw made from the path as it was given, or by the path in the lock. */
export function isLockOf(lock: GatewayLock, configPaths: readonly string[]): boolean {
  return configPaths.some((path) => lock.configPath === path || lock.hash === configHash(path));
}

/** By the configuration that its lock names; a lock without one could be on any port. */
function mayUsePort(lock: GatewayLock, port: number, env: Environment, home: string): boolean {
  return lock.configPath === undefined || readOpenclawConfig(dirname(lock.configPath), env, home).port === port;
}

export function configHash(configPath: string): string {
  return createHash('sha256').update(configPath).digest('hex').slice(0, 8);
}

/** Every gateway's lock that can be read, with whether its process lives. Torn files and those of other users are no locks. */
export function readGatewayLocks(tmpDirs: readonly string[], fs: FileSystem, processes: ProcessTable): readonly GatewayLock[] {
  const locks: GatewayLock[] = [];
  for (const directory of new Set(tmpDirs.map(lockDir))) {
    for (const name of namesIn(directory, fs)) {
      const hash = LOCK_NAME.exec(name)?.[1];
      const path = join(directory, name);
      const bytes = hash === undefined || !isOwnersFile(path) ? undefined : readSmallFile(path, LOCK_LIMIT_BYTES);
      const reading = bytes && parseLockFile(bytes);
      if (hash === undefined || !reading) continue;
      const alive = isSameProcess(processes, reading.pid, reading.startTime);
      locks.push({ hash, pid: reading.pid, alive, ...(reading.configPath === undefined ? {} : { configPath: reading.configPath }) });
    }
  }
  return locks;
}

/** The gateway knows its configuration by the path it was given: through symbolic links, or without them. */
function configPathsOf(root: string, config: OpenclawConfig, home: string): readonly string[] {
  const asNamed = [join(home, '.openclaw'), join(home, '.clawdbot'), join(home, '.moldbot'), join(home, '.moltbot')]
    .filter((path) => realPath(path) === root)
    .map((path) => join(path, config.configPath.slice(config.configPath.lastIndexOf('/') + 1)));
  const real = realPath(config.configPath);
  return [config.configPath, ...asNamed, ...(real === undefined ? [] : [real])];
}

function lockDir(tmpDir: string): string {
  const uid = process.getuid?.();
  return join(realPath(tmpDir) ?? tmpDir, uid === undefined ? 'openclaw' : `openclaw-${uid}`);
}

/** A gateway that launchd or systemd started may have another TMPDIR than we. */
function defaultTmpDirs(env: Environment): readonly string[] {
  const named = expandPath(env.TMPDIR, '/');
  return [tmpdir(), ...(named === undefined ? [] : [named]), '/tmp'];
}

function namesIn(directory: string, fs: FileSystem): readonly string[] {
  try {
    return fs.list(directory);
  } catch (error) {
    // No gateway of this user ever ran, or the directory is not ours to see.
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
