import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const BUSY_TIMEOUT_MS = 5_000;

/** Names below the home of the buffer. */
export function bufferPaths(home: string): {
  readonly database: string;
  readonly wal: string;
  readonly shm: string;
  readonly lock: string;
  readonly suspect: string;
} {
  const database = join(home, 'buffer.db');
  return {
    database,
    wal: `${database}-wal`,
    shm: `${database}-shm`,
    lock: join(home, 'buffer.lock'),
    suspect: join(home, 'buffer.suspect'),
  };
}

/** Makes the home readable by its owner alone, whatever the umask is. */
export function preparePrivateDirectory(home: string): void {
  mkdirSync(home, { recursive: true, mode: DIRECTORY_MODE });
  chmodSync(home, DIRECTORY_MODE);
}

/**
 * Makes sure that a file exists and that only its owner can read it; SQLite gives the same mode to the files beside it.
 * An existing file is never opened here: closing any descriptor of it would drop the locks that SQLite holds on it in
 * this process.
 */
export function preparePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  chmodSync(path, FILE_MODE);
}

/**
 * Of a new buffer. Each page costs two writes into the WAL: smaller ones cost an import time, and with
 * 16 KiB a small append writes nearly twice as much.
 */
const PAGE_BYTES = 8 * 1024;
/** Negative: KiB. The pages of one indexing step; with the default of 2 MiB they are read again and again. */
const CACHE_SIZE = -12 * 1024;

/** In this order: `page_size` and `auto_vacuum` have an effect only before the first table and the first WAL frame. */
const PRAGMAS: readonly (readonly [name: string, value: string, readBack: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['fullfsync', 'ON', 1],
  ['checkpoint_fullfsync', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['busy_timeout', String(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS],
  ['trusted_schema', 'OFF', 0],
  // FAST: what is deleted in a page is gone with the page's next write. Whole pages stay until they are given back.
  ['secure_delete', 'FAST', 2],
  ['wal_autocheckpoint', '0', 0],
  ['cell_size_check', 'ON', 1],
];

/** A connection that may write. Throws SqliteError for a file that is no database, CoreError `io` where a pragma does not hold. */
export function openWritable(path: string): Sqlite {
  preparePrivateFile(path);
  const db = openSqlite(path, { busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma(`cache_size = ${CACHE_SIZE}`);
    for (const [name, value, readBack] of PRAGMAS) {
      db.pragma(`${name} = ${value}`);
      const actual = db.pragma(name, { simple: true });
      if (actual !== readBack) {
        throw new CoreError(
          'io',
          `SQLite did not accept ${name} = ${value} for ${path}.`,
          'The buffer needs a local disk; set CLAWBACK_HOME to a folder on one.',
        );
      }
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that cannot write, for use beside a running writer. The file must exist. */
export function openReadable(path: string): Sqlite {
  const db = openSqlite(path, { readonly: true, mustExist: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    db.pragma('query_only = ON');
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Copies the WAL into the database as far as readers allow, beside a running writer, and syncs both. */
export function moveWal(path: string): void {
  const db = openSqlite(path, { mustExist: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    db.pragma('synchronous = FULL');
    db.pragma('checkpoint_fullfsync = ON');
    db.pragma('wal_checkpoint(PASSIVE)');
  } finally {
    db.close();
  }
}

/** Bytes of a file; 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
