import { constants, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { openSqlite, type Sqlite } from '../store/sqlite.ts';

/** Readers do not wait in a WAL database; what does wait is looked at again by the next poll. */
const BUSY_TIMEOUT_MS = 50;
/** A file time of this very moment cannot vouch for what comes next. */
const TICK_MS = 1_000;

/** What the files of a database look like from outside, to tell whether there is anything to read. */
export interface DatabaseGlance {
  readonly version: string;
  /** It may be written again without looking any different. */
  readonly isYoung: boolean;
}

/** `undefined`: there is none. Throws for what cannot be looked at. */
export function glanceAt(path: string, now: number): DatabaseGlance | undefined {
  const main = lookAt(path);
  if (main === undefined) return undefined;
  const wal = lookAt(`${path}-wal`);
  const newest = Math.max(main.mtimeMs, wal?.mtimeMs ?? 0);
  return { version: `${main.version} ${wal?.version ?? '-'}`, isYoung: Math.abs(now - newest) < TICK_MS };
}

/** What OpenClaw called the damaged database that was here: `<name>.corrupt-<ms>`, the newest; `undefined`: none. */
export function setAsideFrom(path: string): string | undefined {
  const prefix = `${basename(path)}.corrupt-`;
  const time = (name: string) => Number.parseInt(name.slice(prefix.length), 10);
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  const newest = names.toSorted((a, b) => time(b) - time(a))[0];
  return newest === undefined ? undefined : join(dirname(path), newest);
}

/** Which file it is; another one has other rows. */
export function fileOf(path: string): string | undefined {
  return lookAt(path)?.identity;
}

/**
 * Runs `work` on the database of another program and never leaves a trace of it. While its owner runs, a read-only connection for
 * this moment is one of many to a WAL database; its last closing belongs to the owner, so none is held. Without its owner a
 * connection would leave sidecar files behind, or replay a log that is the owner's to replay: then a copy of both is read, which
 * lies in `copies` for that moment.
 */
export function readDatabase<T>(path: string, isOwned: boolean, copies: string, work: (db: Sqlite) => T): T {
  if (isOwned && hasSidecars(path)) return reading(path, true, work);
  mkdirSync(copies, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(copies, 'database-'));
  try {
    const copy = join(folder, basename(path));
    copyWhole(path, copy);
    return reading(copy, false, work);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies that an end of our process in the middle of a look left there. */
export function clearCopies(copies: string): void {
  rmSync(copies, { recursive: true, force: true });
}

/** Its owner has it open. Without them even an owner that lives, such as a gateway that starts, may have it closed. */
function hasSidecars(path: string): boolean {
  return lookAt(`${path}-wal`) !== undefined && lookAt(`${path}-shm`) !== undefined;
}

function reading<T>(path: string, readonly: boolean, work: (db: Sqlite) => T): T {
  const db = openSqlite(path, { readonly, mustExist: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    db.pragma('query_only = ON');
    return db.transaction(work)(db);
  } finally {
    db.close();
  }
}

/** Throws EAGAIN when somebody wrote meanwhile: a copy of two moments is none. */
function copyWhole(path: string, to: string): void {
  const before = glanceAt(path, 0);
  copyFileSync(path, to, constants.COPYFILE_FICLONE);
  if (lookAt(`${path}-wal`) !== undefined) copyFileSync(`${path}-wal`, `${to}-wal`, constants.COPYFILE_FICLONE);
  if (before === undefined || before.version !== glanceAt(path, 0)?.version) {
    throw Object.assign(new Error(`${basename(dirname(path))} changed while it was copied`), { code: 'EAGAIN' });
  }
}

function lookAt(path: string): { readonly version: string; readonly identity: string; readonly mtimeMs: number } | undefined {
  try {
    const { dev, ino, size, mtimeNs, birthtimeNs } = statSync(path, { bigint: true });
    return { version: `${dev}:${ino}:${size}:${mtimeNs}`, identity: `${dev}:${ino}:${birthtimeNs}`, mtimeMs: Number(mtimeNs / 1_000_000n) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
