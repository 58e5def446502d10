import { join } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import { openReadable } from '../store/database.ts';
import { forgottenIn } from '../store/forgotten.ts';
import { storageError } from '../store/sqlite-errors.ts';
import { bytesOf, filesOfBuffer } from './buffer-files.ts';
import { finishErasing } from './erasure.ts';
import { lockStorage } from './locking.ts';
import { bufferFolder, type Forgotten, readStorageState, writeStorageState } from './place.ts';

export interface ErasingDeps {
  readonly log: Logger;
  /** Tests end the program here. */
  readonly failpoint?: (step: string) => void;
}

/**
 * Erases everything that was ever captured, for good: the buffer, buffers that were set aside as damaged, what the recorder wrote,
 * logs. Settings, and what was installed into OpenClaw, stay; so does the knowledge of what was forgotten. Once it is begun, a crash
 * only delays it. Throws CoreError `buffer-locked` while a core runs, `buffer-missing`, `permission-denied`, `disk-full`, `io`.
 */
export function eraseAll(home: string, { log, failpoint = () => undefined }: ErasingDeps): { readonly bytes: number } {
  using _lock = lockStorage(home, log);
  const folder = bufferFolder(home);
  const bytes = bytesOf(filesOfBuffer(folder));
  const known = readStorageState(home);
  const state = { ...known, erasing: true, forgotten: [...known.forgotten, ...forgottenOf(folder, log)] };
  failpoint('asked');
  try {
    writeStorageState(home, state);
    failpoint('begun');
    finishErasing(home, state, failpoint);
  } catch (error) {
    throw storageError(error, folder);
  }
  return { bytes };
}

function forgottenOf(folder: string, log: Logger): readonly Forgotten[] {
  if (!filesOfBuffer(folder).some(({ name }) => name === 'buffer.db')) return [];
  try {
    const db = openReadable(join(folder, 'buffer.db'));
    try {
      return forgottenIn(db);
    } finally {
      db.close();
    }
  } catch (error) {
    // A damaged buffer must be erasable too.
    log.log('warn', 'forgotten-unknown', { error: error instanceof Error ? error.name : typeof error });
    return [];
  }
}
