import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { refusal } from './restore-plan.ts';
import { look, readRegular, type TargetDisk } from './target-disk.ts';
import { objectOf, parseObject } from './transcript-line.ts';

export interface IndexLockDeps {
  readonly clock: Clock;
  readonly disk: TargetDisk;
  readonly alive: (pid: number, startTime?: number) => boolean;
}

/** OpenClaw 2026.3 takes over a lock of the index that is older than this, whoever holds it. */
const staleAfterMs = 30_000;
const waitMs = 5_000;
const pollMs = 100;

/**
 * Runs `task` while holding OpenClaw's own `sessions.json.lock`. `task` is synchronous, so that the lock is held for
 * milliseconds; callers inside OpenClaw give up after ten seconds.
 *
 * @param token id of the restore: names our scratch files, so that a later start can clear them away.
 * @param beforeAttempt runs ahead of every attempt, so that its finding is fresh when the lock is taken.
 * @throws CoreError `index-locked` when a living process keeps the lock for five seconds.
 */
export async function withIndexLock<T>(
  deps: IndexLockDeps,
  directory: string,
  token: string,
  beforeAttempt: () => Promise<void>,
  task: () => T,
): Promise<T> {
  const path = join(directory, 'sessions.json.lock');
  const giveUpAt = deps.clock.monotonic() + waitMs;
  for (;;) {
    await beforeAttempt();
    if (takeLock(deps, path, join(directory, lockScratchName(token)))) break;
    if (deps.clock.monotonic() >= giveUpAt) {
      const { code, message, hint } = refusal('index-locked', "OpenClaw's index of sessions is locked by another process.");
      throw new CoreError(code, message, hint);
    }
    await new Promise<void>((resolve) => deps.clock.schedule(pollMs, resolve));
  }
  try {
    return task();
  } finally {
    deps.disk.unlink('index-unlock', path);
  }
}

export function lockScratchName(token: string): string {
  return `.clawback-${token}.lock`;
}

/**
 * The content is written first and linked to the lock's name then: a lock that is empty because its writer died in
 * between blocks OpenClaw for thirty seconds.
 */
function takeLock(deps: IndexLockDeps, path: string, scratch: string): boolean {
  removeStale(deps, path);
  deps.disk.create('index-lock-write', scratch, [Buffer.from(lockContent(deps.clock.now()))]);
  try {
    deps.disk.link('index-lock', scratch, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    deps.disk.unlink('index-lock-tidy', scratch);
  }
}

function lockContent(now: number): string {
  const startTime = ownStartTime();
  const owner = { pid: process.pid, createdAt: new Date(now).toISOString(), ...(startTime === undefined ? {} : { starttime: startTime }) };
  return JSON.stringify(owner, null, 2);
}

/** Field 22 of /proc/<pid>/stat; OpenClaw compares it to tell a recycled pid. Elsewhere than on Linux there is none. */
function ownStartTime(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const startTime = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number.isSafeInteger(startTime) ? startTime : undefined;
}

/** Removes a lock that OpenClaw would remove too: its holder is dead, or it is older than any write can take. */
function removeStale(deps: IndexLockDeps, path: string): void {
  const before = look(path);
  if (before === undefined || !before.isFile()) return;
  const bytes = readRegular(path);
  if (bytes === undefined || !isStale(deps, bytes, before.mtimeMs)) return;
  const now = look(path);
  // Somebody else may have found it stale as well and hold a lock of their own by now.
  if (now?.ino !== before.ino || now.mtimeMs !== before.mtimeMs) return;
  deps.disk.unlink('index-lock-stale', path);
}

function isStale(deps: IndexLockDeps, bytes: Uint8Array, mtimeMs: number): boolean {
  const now = deps.clock.now();
  const lock = objectOf(parseObject(bytes));
  const pid = lock?.pid;
  if (lock === undefined || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return now - mtimeMs > staleAfterMs;
  const startTime = lock.starttime;
  if (!deps.alive(pid, typeof startTime === 'number' ? startTime : undefined)) return true;
  const createdAt = typeof lock.createdAt === 'string' ? Date.parse(lock.createdAt) : Number.NaN;
  return now - (Number.isNaN(createdAt) ? mtimeMs : createdAt) > staleAfterMs;
}
