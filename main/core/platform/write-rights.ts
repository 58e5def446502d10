import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { errnoOf } from './errors.ts';

const ANYBODY_WRITES = 0o222;

export type WriteRight = 'writable' | 'read-only' | 'missing';

/**
 * Whether this process could write a file or make one in a directory: rights, read-only volumes and the immutable flag. Looks
 * without touching. What nobody has the right to write counts as read-only for root too: the program in question may be no root.
 */
export function writeRight(path: string): WriteRight {
  try {
    accessSync(path, constants.W_OK);
    return (statSync(path).mode & ANYBODY_WRITES) === 0 ? 'read-only' : 'writable';
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'read-only';
  }
}

/** Bytes that an ordinary user may still write to the volume; `undefined`: it does not say. */
export function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize, blocks } = statfsSync(path);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
