import { readFileSync, realpathSync, statSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/**
 * Looks at paths that belong to somebody's set-up rather than to their conversations: configuration and state directories
 * are often symbolic links (dotfile managers, a second disk), so unlike `FileSystem` these follow links.
 */

/** Absolute path without symbolic links; `undefined` when it cannot be reached. */
export function realPath(path: string): string | undefined {
  return unlessUnreachable(() => realpathSync(path));
}

/** Follows links; false for what cannot be reached. */
export function isDirectory(path: string): boolean {
  return unlessUnreachable(() => statSync(path).isDirectory()) ?? false;
}

/** Text of a small regular file; `undefined` when it is unreachable, no regular file, or larger than `limitBytes`. */
export function readSmallFile(path: string, limitBytes: number): Uint8Array | undefined {
  return unlessUnreachable(() => {
    const stats = statSync(path);
    // Reading a FIFO would wait for its writer for ever.
    return stats.isFile() && stats.size <= limitBytes ? readFileSync(path) : undefined;
  });
}

/** False for what another ordinary user made, as anybody can in a shared directory such as /tmp, and for what is not there. */
export function isOwnersFile(path: string, own = process.getuid?.()): boolean {
  const uid = unlessUnreachable(() => statSync(path).uid);
  return uid !== undefined && (own === undefined || uid === own || uid === 0);
}

function unlessUnreachable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    // Whatever the system answers, the path is of no use now; anything else is a fault of ours.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
