import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../core/platform/errors.ts';

export type DemoIndex = Record<string, Readonly<Record<string, unknown>>>;

/** An index lock older than this was left by a crash; OpenClaw takes it over after the same time. */
const staleLockMs = 30_000;

/**
 * Edits `sessions.json` as OpenClaw 2026.3.13 does: its lock, a fresh reading, a temporary file, a rename. A restore that the person
 * asks for edits the same file at the same time; without the lock its new key would be lost. False: somebody else holds the lock.
 */
export function tryEditIndex(directory: string, now: number, edit: (index: DemoIndex) => DemoIndex): boolean {
  const path = join(directory, 'sessions.json');
  const lockPath = `${path}.lock`;
  if (!tryLock(lockPath, now)) return false;
  try {
    const temporary = `${path}.demo-${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(edit(readIndex(path)), undefined, 2), { mode: 0o600 });
    renameSync(temporary, path);
  } finally {
    rmSync(lockPath, { force: true });
  }
  return true;
}

function tryLock(lockPath: string, now: number): boolean {
  try {
    const descriptor = openSync(lockPath, 'wx', 0o600);
    writeFileSync(descriptor, lockText(now));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    const since = statSync(lockPath, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && now - since > staleLockMs) rmSync(lockPath, { force: true });
    return false;
  }
}

function readIndex(path: string): DemoIndex {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    throw error;
  }
}

/** Content of a lock file: who holds it. `starttime` (Linux) tells this process from a later one with its id. */
export function lockText(now: number): string {
  return JSON.stringify({ pid: process.pid, createdAt: new Date(now).toISOString(), starttime: ownStartTime() }, undefined, 2);
}

/** Linux: of this process, in clock ticks since boot. */
export function ownStartTime(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // The second field, the name, may hold spaces and brackets: count from the last bracket. Start time is field 22.
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
