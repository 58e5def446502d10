import { existsSync } from 'node:fs';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { bufferPaths, preparePrivateDirectory, preparePrivateFile } from './database.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';

/** Long enough to outlast the instant in which `isWriterRunning` of another process looks at the lock. */
const ACQUIRE_TIMEOUT_MS = 250;

/**
 * Holds the right to write until disposed. The lock is that of a tiny SQLite database in an exclusive transaction, so the
 * kernel lets go of it when the process dies however it dies: no stale lock file, no pid to check.
 *
 * Throws CoreError `buffer-locked` when another core holds it.
 */
export function acquireWriterLock(home: string): Disposable {
  preparePrivateDirectory(home);
  const path = bufferPaths(home).lock;
  preparePrivateFile(path);
  const db = openSqlite(path, { busyTimeoutMs: ACQUIRE_TIMEOUT_MS });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new CoreError(
      'buffer-locked',
      `Another Clawback is already writing to ${home}.`,
      'Quit it first, or read beside it: listing, searching and exporting work while it runs.',
      error,
    );
  }
  return { [Symbol.dispose]: () => release(db) };
}

/** Whether a core holds the buffer in `home` now. Creates nothing and holds nothing afterwards. */
export function isWriterRunning(home: string): boolean {
  const path = bufferPaths(home).lock;
  if (!existsSync(path)) return false;
  const db = openSqlite(path, { readonly: true, mustExist: true, busyTimeoutMs: 0 });
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    db.close();
  }
}

function release(db: Sqlite): void {
  if (!db.open) return;
  db.exec('ROLLBACK');
  db.close();
}

function isBusy(error: unknown): boolean {
  return errnoOf(error)?.startsWith('SQLITE_BUSY') ?? false;
}
