import type { Logger } from '../platform/logger.ts';
import { acquireWriterLock } from '../store/writer-lock.ts';
import { bufferFolder } from './place.ts';
import { settleStorage } from './settling.ts';

export interface StorageLock extends Disposable {
  /** Lets go of the folder of the buffer where it is not the home, so that it can be removed. */
  leaveFolder(): void;
}

/**
 * Holds the home, and the folder of its buffer where that is another one, until disposed; what a crash left unfinished is finished
 * then. Throws CoreError `buffer-locked`, `buffer-missing`, `place-unreadable`.
 */
export function lockStorage(home: string, log: Logger): StorageLock {
  const lock = acquireWriterLock(home);
  try {
    settleStorage(home, log);
    const folder = bufferFolder(home);
    const inner = folder === home ? undefined : acquireWriterLock(folder);
    return {
      leaveFolder: () => inner?.[Symbol.dispose](),
      [Symbol.dispose]() {
        inner?.[Symbol.dispose]();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}
