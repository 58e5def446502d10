import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { type StoredChunk, unpack } from './chunk-reader.ts';
import { bufferPaths, sizeOf } from './database.ts';
import { hasOpenRun } from './run-writer.ts';
import type { Sqlite } from './sqlite.ts';

/** Up to this size the tables that grow are looked at too after an unclean stop; beyond, the start would take seconds. */
const LARGE_BYTES = 256 * 1024 * 1024;
/** Up to this size they are looked at after a clean stop as well: it costs a few dozen milliseconds. */
const SMALL_BYTES = 32 * 1024 * 1024;
const SMALL_TABLES = [
  'source',
  'session',
  'generation',
  'incident',
  'restore',
  'run',
  'pending_facts',
  'retracted',
  'witness_cursor',
] as const;
/** The words of the full text are left out: looking through them takes a hundred times as long, and they can be derived again. */
const GROWING_TABLES = ['chunk', 'record', 'message', 'transition', 'witnessed', 'message_text_data', 'message_text_idx'] as const;
/** What was being written when the last run ended is at the end. */
const LAST_CHUNKS = 64;

/** Notes that damage was met, so that the next start checks the whole buffer however large it is. */
export function markSuspect(home: string): void {
  try {
    writeFileSync(bufferPaths(home).suspect, '', { mode: 0o600 });
  } catch (error) {
    // On a full or failing disk the damage is met again; the fault that is being reported matters more.
    if (errnoOf(error) === undefined) throw error;
  }
}

/**
 * Whether the buffer is sound, as far as there is reason to doubt it: a large one is not read after a clean stop, everything
 * is after damage was met, and else the tables as far as their size allows and the last chunks.
 */
export function isSound(db: Sqlite, home: string): boolean {
  const { database, suspect } = bufferPaths(home);
  if (existsSync(suspect)) return quickCheck(db, '1') && lastChunksMatch(db);
  const size = sizeOf(database);
  const unclean = hasOpenRun(db);
  if (!unclean && size > SMALL_BYTES) return true;
  const tables = size > LARGE_BYTES ? SMALL_TABLES : [...SMALL_TABLES, ...GROWING_TABLES];
  // After a clean stop a chunk that is wrong is no reason to give up the others: verification tells, and reading refuses it.
  return tables.every((table) => quickCheck(db, table)) && (!unclean || lastChunksMatch(db));
}

/**
 * Renames a damaged buffer with its companions, for a person or a tool to look at: never deleted. The database goes first,
 * so that a crash in between leaves a WAL without its database, which the next start moves too, and never a new database
 * beside the old WAL, which SQLite would replay into it. Returns where the database is now.
 */
export function setAside(home: string, at: number): string {
  const { database, wal, shm, suspect } = bufferPaths(home);
  const aside = freeName(home, at);
  const moves = [
    [database, aside],
    [wal, `${aside}-wal`],
    [shm, `${aside}-shm`],
  ] as const;
  for (const [from, to] of moves) if (existsSync(from)) renameSync(from, to);
  rmSync(suspect, { force: true });
  return aside;
}

/** A WAL whose database is gone. */
export function hasOrphanedWal(home: string): boolean {
  const { database, wal } = bufferPaths(home);
  return !existsSync(database) && sizeOf(wal) > 0;
}

export function clearSuspect(home: string): void {
  rmSync(bufferPaths(home).suspect, { force: true });
}

function freeName(home: string, at: number): string {
  const stamp = new Date(at).toISOString().replaceAll(':', '-');
  for (let attempt = 0; ; attempt += 1) {
    const candidate = join(home, `buffer.damaged-${stamp}${attempt === 0 ? '' : `-${attempt}`}.db`);
    if (!existsSync(candidate) && !existsSync(`${candidate}-wal`)) return candidate;
  }
}

function quickCheck(db: Sqlite, argument: string): boolean {
  return db.pragma(`quick_check(${argument})`, { simple: true }) === 'ok';
}

function lastChunksMatch(db: Sqlite): boolean {
  const chunks = db
    .prepare<[number], StoredChunk>('SELECT start, len, codec, sha256, bytes FROM chunk WHERE codec = 0 ORDER BY rowid DESC LIMIT ?')
    .all(LAST_CHUNKS);
  return chunks.every((chunk) => unpack(chunk).ok);
}
