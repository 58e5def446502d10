import { type BufferDeps, type OpenedBuffer, openBuffer } from '../store/buffer.ts';
import { storageError } from '../store/sqlite-errors.ts';
import type { Journal } from '../store/store.ts';
import { lockStorage } from './locking.ts';
import { bufferFolder, readStorageState, writeStorageState } from './place.ts';

/**
 * Opens the buffer of a home for writing, wherever it is; finishes a move or an erasure that a crash interrupted. As `openBuffer`,
 * and throws CoreError `buffer-missing`, `place-unreadable`.
 */
export function openStorage(home: string, deps: BufferDeps, open = openBuffer): OpenedBuffer {
  let lock: Disposable | undefined;
  try {
    lock = lockStorage(home, deps.log);
    const opened = open(bufferFolder(home), { ...deps, lock });
    try {
      passOn(home, opened.journal);
    } catch (error) {
      opened.journal[Symbol.dispose]();
      throw error;
    }
    return opened;
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw storageError(error, home);
  }
}

/** What was forgotten stays so, also when everything was erased since. */
function passOn(home: string, journal: Journal): void {
  const state = readStorageState(home);
  if (state.forgotten.length === 0) return;
  for (const { root, forgottenAt, ...session } of state.forgotten) {
    const { id } = journal.registerSource('openclaw-jsonl', root, forgottenAt);
    journal.forgetting.keepForgotten({ sourceId: id, forgottenAt, ...session });
  }
  writeStorageState(home, { ...state, forgotten: [] });
}
