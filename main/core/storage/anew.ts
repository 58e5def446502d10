import { CoreError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { acquireWriterLock } from '../store/writer-lock.ts';
import { isPlace, writeStorageState } from './place.ts';
import { removeLeftBehind } from './settling.ts';

/**
 * For a buffer whose disk is lost: from now on it is in the home again, empty but for what a crash right after the move left there.
 * The folder that cannot be reached is touched neither now nor later. Returns it. Throws CoreError `refused` where nothing is missing, `buffer-locked`.
 */
export function startAnew(home: string, log: Logger): string {
  using _lock = acquireWriterLock(home);
  const { place, ...rest } = removeLeftBehind(home, log);
  if (place === undefined || isPlace(place)) {
    throw new CoreError(
      'refused',
      'The buffer is where it should be; nothing was begun anew.',
      'To erase what it holds: clawback erase --all.',
    );
  }
  writeStorageState(home, { ...rest, leftBehind: rest.leftBehind.filter(({ id }) => id !== place.id) });
  return place.folder;
}
