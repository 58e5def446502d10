import { existsSync } from 'node:fs';
import type { Clock } from '../platform/clock.ts';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { createCatalog } from './catalog.ts';
import { clearSuspect, hasOrphanedWal, isSound, setAside } from './damage.ts';
import { bufferPaths, openReadable, openWritable } from './database.ts';
import { BufferJournal } from './journal.ts';
import { migrate, newerBufferError, occupantOf } from './migrations.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { isDamage, storageError } from './sqlite-errors.ts';
import type { Catalog, Journal, ParseLine } from './store.ts';
import { noThreads, type StoreThreads } from './store-threads.ts';
import { acquireWriterLock } from './writer-lock.ts';

export interface BufferDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly parse: ParseLine;
  /** Absent: everything in the calling thread. */
  readonly threads?: StoreThreads;
  /** The right to write, where the caller holds it already; it goes to the journal. */
  readonly lock?: Disposable;
}

export interface OpenedBuffer {
  readonly journal: Journal;
  /** Where the buffer that could not be used is now. */
  readonly damagedAside?: string;
}

/**
 * Opens the buffer in `home` for writing, making what is missing. A buffer that is damaged, or no buffer at all, is set
 * aside under the returned path, and a new one takes its place.
 *
 * Throws CoreError `buffer-locked` when another core has it, `invalid` for one of a newer version, `disk-full`,
 * `permission-denied`, `io`.
 */
export function openBuffer(home: string, deps: BufferDeps): OpenedBuffer {
  try {
    const lock = deps.lock ?? acquireWriterLock(home);
    try {
      return openLocked(home, lock, deps);
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  } catch (error) {
    throw storageError(error, home);
  }
}

/**
 * Read-only view of the buffer in `home`, also beside a running writer. Without a buffer it is an empty catalog, and
 * nothing is created. Throws CoreError `buffer-damaged`, `invalid` for a buffer of a newer version.
 */
export function openCatalog(home: string, deps: Pick<BufferDeps, 'parse'>): Catalog {
  try {
    const db = openForReading(bufferPaths(home).database);
    return createCatalog(db, { parse: deps.parse, home, owned: true });
  } catch (error) {
    throw storageError(error, home);
  }
}

function openForReading(path: string): Sqlite {
  if (!existsSync(path)) return emptyBuffer();
  const db = openReadable(path);
  try {
    switch (occupantOf(db)) {
      case 'buffer':
        return db;
      // A writer is making it at this moment, or died before its first commit.
      case 'nothing':
        db.close();
        return emptyBuffer();
      case 'newer-buffer':
        throw newerBufferError();
      case 'stranger':
        throw Object.assign(new Error('not a buffer of Clawback'), { code: 'SQLITE_NOTADB' });
    }
  } catch (error) {
    db.close();
    throw error;
  }
}

function emptyBuffer(): Sqlite {
  const db = openSqlite(':memory:', { busyTimeoutMs: 0 });
  migrate(db);
  db.pragma('query_only = ON');
  return db;
}

function openLocked(home: string, lock: Disposable, deps: BufferDeps): OpenedBuffer {
  const orphaned = hasOrphanedWal(home) ? setAside(home, deps.clock.now()) : undefined;
  const journal = openIfSound(home, lock, deps);
  if (journal !== undefined) return { journal, ...(orphaned === undefined ? {} : { damagedAside: orphaned }) };
  const damagedAside = setAside(home, deps.clock.now());
  deps.log.log('error', 'buffer-set-aside', { path: damagedAside });
  const fresh = openIfSound(home, lock, deps);
  if (fresh === undefined) throw new CoreError('io', `A new buffer in ${home} cannot be read back.`, 'Check the disk.');
  return { journal: fresh, damagedAside };
}

/** `undefined`: what stands there cannot be used. Faults that say nothing about the file itself throw. */
function openIfSound(home: string, lock: Disposable, deps: BufferDeps): Journal | undefined {
  let db: Sqlite | undefined;
  try {
    db = openWritable(bufferPaths(home).database);
    if (isUsable(db, home)) return new BufferJournal(db, lock, { threads: noThreads, home, ...deps });
    db.close();
    return undefined;
  } catch (error) {
    db?.close();
    if (isDamage(errnoOf(error))) return undefined;
    throw error;
  }
}

/** Whether the opened file is, or has become, a sound buffer of this version. */
function isUsable(db: Sqlite, home: string): boolean {
  const occupant = occupantOf(db);
  if (occupant === 'newer-buffer') throw newerBufferError();
  if (occupant === 'stranger') return false;
  if (occupant === 'buffer' && !isSound(db, home)) return false;
  clearSuspect(home);
  migrate(db);
  return true;
}
