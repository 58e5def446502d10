import { rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isDirectory } from '../platform/real-paths.ts';
import { filesOfBuffer, namesIn, removeFiles } from './buffer-files.ts';
import { finishErasing } from './erasure.ts';
import { isPlace, type LeftBehind, markDraft, markPath, readStorageState, type StorageState, writeStorageState } from './place.ts';

/**
 * Finishes what a crash interrupted: erasing everything, and removing copies of the buffer that are not in use. Only the holder of
 * the home's writer lock may call this. Copies that cannot be removed now are tried again at the next start.
 */
export function settleStorage(home: string, log: Logger): StorageState {
  const state = readStorageState(home);
  if (state.erasing) finishErasing(home, state);
  return removeLeftBehind(home, log);
}

/** Returns the state with what could not be removed. */
export function removeLeftBehind(home: string, log: Logger, failpoint: (step: string) => void = () => undefined): StorageState {
  const state = readStorageState(home);
  if (state.leftBehind.length === 0) return state;
  // Should the disk of the one in use never come back, an old copy is all there is.
  if (state.place !== undefined && !isPlace(state.place)) return state;
  const leftBehind = state.leftBehind.filter((left) => left.id !== state.place?.id && !isRemoved(home, left, log, failpoint));
  failpoint('tidied');
  const next = { ...state, leftBehind };
  writeStorageState(home, next);
  return next;
}

function isRemoved(home: string, left: LeftBehind, log: Logger, failpoint: (step: string) => void): boolean {
  // The home is the one that is asked about, under whatever name: it may have been moved or copied with its state since.
  const folder = left.id === undefined ? home : left.folder;
  try {
    return removed({ ...left, folder }, failpoint);
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    log.log('warn', 'copy-left-behind', { folder, code });
    return false;
  }
}

function removed({ folder, id, made }: LeftBehind, failpoint: (step: string) => void): boolean {
  if (!isDirectory(folder)) return isDirectory(dirname(folder));
  // Somebody else's files may be there by now.
  if (id === undefined || isPlace({ folder, id })) removeFiles(folder, filesOfBuffer(folder), (name) => failpoint(`removed ${name}`));
  if (id === undefined) return true;
  rmSync(markDraft(folder, id), { force: true });
  if (isPlace({ folder, id })) {
    rmSync(join(folder, 'buffer.lock'), { force: true });
    // Last: without it nobody knows that the rest is ours.
    rmSync(markPath(folder), { force: true });
    failpoint('unmarked');
  }
  if (made && namesIn(folder).length === 0) rmdirSync(folder);
  return true;
}
