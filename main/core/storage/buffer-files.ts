import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { syncFolder } from '../platform/private-file.ts';
import type { StorageFacts } from '../storage-facts.ts';

const SET_ASIDE = /^buffer\.damaged-.+\.db(?:-wal|-shm)?$/;
/** The index into the WAL is made anew by whoever opens the buffer, and when it was verified is said of one file on one disk. */
const MOVES = /^buffer\.(?:db(?:-wal)?|suspect|damaged-.+\.db(?:-wal)?)$/;
const OURS = /^(?:buffer\.(?:db(?:-wal|-shm)?|suspect|damaged-.+)|last-verified\.json(?:\.\d+\.tmp)?)$/;

export interface BufferFile {
  readonly name: string;
  readonly bytes: number;
}

/** What a buffer consists of, to be copied: the database, and those that were set aside as damaged. */
export const filesThatMove = (folder: string): readonly BufferFile[] => filesLike(folder, MOVES);

/** All that a buffer leaves in its folder, but the lock and the mark. */
export const filesOfBuffer = (folder: string): readonly BufferFile[] => filesLike(folder, OURS);

/** Of buffers that were damaged and kept. */
export const filesSetAside = (folder: string): readonly BufferFile[] => filesLike(folder, SET_ASIDE);

export function setAsideIn(folder: string): StorageFacts['setAside'] {
  const files = filesSetAside(folder);
  return { buffers: files.filter(({ name }) => name.endsWith('.db')).length, bytes: bytesOf(files) };
}

/** Gone for good when it returns. `onRemoved`: after each. Throws system errors. */
export function removeFiles(folder: string, files: readonly BufferFile[], onRemoved: (name: string) => void = () => undefined): void {
  if (files.length === 0) return;
  for (const { name } of files) {
    rmSync(join(folder, name), { force: true });
    onRemoved(name);
  }
  syncFolder(folder);
}

export const bytesOf = (files: readonly BufferFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

function filesLike(folder: string, pattern: RegExp): readonly BufferFile[] {
  return namesIn(folder)
    .filter((name) => pattern.test(name))
    .sort()
    .flatMap((name) => {
      const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
      return stats?.isFile() ? [{ name, bytes: stats.size }] : [];
    });
}

/** Empty for a folder that is not there. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
