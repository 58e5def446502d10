import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { type Refusal, refusal } from './restore-plan.ts';
import { look, readRegular, type TargetDisk } from './target-disk.ts';
import { objectOf, parseObject } from './transcript-line.ts';

export interface FileLockDeps {
  readonly clock: Clock;
  readonly disk: TargetDisk;
  readonly alive: (pid: number, startTime?: number) => boolean;
}

/** One lock file of OpenClaw, with what to do when somebody else holds it. */
export interface FileLock {
  readonly path: string;
  /** Prefix of the names of its steps. */
  readonly step: 'index' | 'session';
  /** A lock that is older than this OpenClaw takes over, whoever holds it; `undefined`: only one whose holder is dead. */
  readonly staleAfterMs: number | undefined;
  readonly waitMs: number;
  readonly whenHeld: () => CoreError;
}

const pollMs = 100;

/** OpenClaw 2026.3: writes of the index take milliseconds. */
export function indexLock(directory: string): FileLock {
  const whenHeld = () => asError(refusal('index-locked', "OpenClaw's index of sessions is locked by another process."));
  return { path: join(directory, 'sessions.json.lock'), step: 'index', staleAfterMs: 30_000, waitMs: 5_000, whenHeld };
}

/** OpenClaw 2026.3: held for as long as a turn runs, so waiting for it is of no use. */
export function transcriptLock(transcript: string): FileLock {
  const whenHeld = () => asError(refusal('session-busy', 'A turn is running in this chat.'));
  return { path: `${transcript}.lock`, step: 'session', staleAfterMs: undefined, waitMs: 0, whenHeld };
}

/**
 * Runs `task` while holding a lock of OpenClaw. `task` is synchronous, so that the lock is held for milliseconds; callers
 * inside OpenClaw give up after ten seconds.
 *
 * @param token id of the restore: names our scratch files, so that a later start can clear them away.
 * @param beforeAttempt runs ahead of every attempt, so that its finding is fresh when the lock is taken.
 * @throws CoreError of `whenHeld` when a living process keeps the lock for `waitMs`.
 */
export async function withFileLock<T>(
  deps: FileLockDeps,
  lock: FileLock,
  token: string,
  beforeAttempt: () => Promise<void>,
  task: () => T,
): Promise<T> {
  const giveUpAt = deps.clock.monotonic() + lock.waitMs;
  for (;;) {
    await beforeAttempt();
    if (takeLock(deps, lock, join(dirname(lock.path), lockScratchName(token)))) break;
    if (deps.clock.monotonic() >= giveUpAt) throw lock.whenHeld();
    await new Promise<void>((resolve) => deps.clock.schedule(pollMs, resolve));
  }
  try {
    return task();
  } finally {
    deps.disk.unlink(`${lock.step}-unlock`, lock.path);
  }
}

/** Whether a living process holds it now. */
export function isHeld(deps: FileLockDeps, lock: FileLock): boolean {
  const stat = look(lock.path);
  if (stat === undefined) return false;
  const bytes = stat.isFile() ? readRegular(lock.path) : undefined;
  return bytes === undefined || !isStale(deps, lock, bytes, stat.mtimeMs);
}

export function lockScratchName(token: string): string {
  return `.clawback-${token}.lock`;
}

/**
 * The content is written first and linked to the lock's name then: a lock that is empty because its writer died in
 * between blocks OpenClaw for thirty seconds, and a session for half an hour.
 */
function takeLock(deps: FileLockDeps, lock: FileLock, scratch: string): boolean {
  removeStale(deps, lock);
  deps.disk.create(`${lock.step}-lock-write`, scratch, [Buffer.from(lockContent(deps.clock.now()))]);
  try {
    deps.disk.link(`${lock.step}-lock`, scratch, lock.path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    deps.disk.unlink(`${lock.step}-lock-tidy`, scratch);
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
export function removeStale(deps: FileLockDeps, lock: FileLock): void {
  const before = look(lock.path);
  if (before === undefined || !before.isFile()) return;
  const bytes = readRegular(lock.path);
  if (bytes === undefined || !isStale(deps, lock, bytes, before.mtimeMs)) return;
  const now = look(lock.path);
  // Somebody else may have found it stale as well and hold a lock of their own by now.
  if (now?.ino !== before.ino || now.mtimeMs !== before.mtimeMs) return;
  deps.disk.unlink(`${lock.step}-lock-stale`, lock.path);
}

function isStale(deps: FileLockDeps, { staleAfterMs = Number.POSITIVE_INFINITY }: FileLock, bytes: Uint8Array, mtimeMs: number): boolean {
  const now = deps.clock.now();
  const holder = objectOf(parseObject(bytes));
  const pid = holder?.pid;
  if (holder === undefined || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return now - mtimeMs > staleAfterMs;
  const startTime = holder.starttime;
  if (!deps.alive(pid, typeof startTime === 'number' ? startTime : undefined)) return true;
  const createdAt = typeof holder.createdAt === 'string' ? Date.parse(holder.createdAt) : Number.NaN;
  return now - (Number.isNaN(createdAt) ? mtimeMs : createdAt) > staleAfterMs;
}

function asError({ code, message, hint }: Refusal): CoreError {
  return new CoreError(code, message, hint);
}
