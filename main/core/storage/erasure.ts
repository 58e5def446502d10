import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { recorderPlaces } from '../recorder-plugin/setup.ts';
import { removeLeftSelfTests } from '../self-test/self-test.ts';
import { silenceSpool } from '../witness/spool-eraser.ts';
import { filesOfBuffer, namesIn, removeFiles } from './buffer-files.ts';
import { bufferFolder, type StorageState, writeStorageState } from './place.ts';

/** Carries out what was decided, from the beginning or from where a crash came. Only the holder of the home's writer lock may call this. */
export function finishErasing(home: string, state: StorageState, failpoint: (step: string) => void = () => undefined): void {
  // An earlier version knows of no other place than the home.
  for (const folder of new Set([bufferFolder(home), home]))
    removeFiles(folder, filesOfBuffer(folder), (name) => failpoint(`removed ${name}`));
  silenceSpool(recorderPlaces(home).spoolDir);
  failpoint('spool silenced');
  // They hold no text, but names of agents and of sessions.
  const logs = join(home, 'logs');
  for (const name of namesIn(logs)) rmSync(join(logs, name), { recursive: true, force: true });
  removeLeftSelfTests(home);
  failpoint('logs removed');
  writeStorageState(home, { ...state, erasing: false });
  failpoint('finished');
}
