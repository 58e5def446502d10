import { chmodSync, lstatSync, mkdtempSync, realpathSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { isDirectory, realPath } from '../platform/real-paths.ts';
import { freeBytes } from '../platform/write-rights.ts';
import { openWritable } from '../store/database.ts';
import { bytesOf, filesOfBuffer, filesThatMove, namesIn } from './buffer-files.ts';
import type { MoveFacts } from './move-plan.ts';
import { bufferFolder } from './place.ts';

/** By `statfs` of Linux: NFS, SMB, CIFS, SMB2, Ceph, AFS, 9P, and FUSE's sshfs cannot be told from other FUSE. */
const NETWORK_TYPES: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x00c36400, 0x5346414f, 0x01021997]);

/**
 * Looks at what a move of the buffer would meet. To know the disk it makes a folder on it and removes it again. Throws CoreError
 * `invalid` for a path that is not absolute, `buffer-missing`.
 */
export function moveFacts(home: string, folder: string, openclaw: readonly string[]): MoveFacts {
  if (!isAbsolute(folder)) throw new CoreError('invalid', `not an absolute path: ${folder}`, 'Name the folder from / on.');
  const from = bufferFolder(home);
  const { path: to, target } = resolved(folder);
  const ours = realPath(home) ?? home;
  const isHome = to === ours;
  const above = target === 'absent' ? dirname(to) : to;
  const exists = target === 'directory' || target === 'absent';
  return {
    from: realPath(from) ?? from,
    to,
    home: ours,
    target,
    names: target !== 'directory' ? [] : isHome ? filesOfBuffer(to).map(({ name }) => name) : listed(to),
    disk: exists ? diskAt(above) : 'good',
    bytes: bytesOf(filesThatMove(from)),
    bytesFree: exists ? freeBytes(above) : undefined,
    openclaw: openclaw.map((root) => realPath(root) ?? root),
  };
}

function resolved(folder: string): { readonly path: string; readonly target: MoveFacts['target'] } {
  const real = realPath(folder);
  if (real !== undefined) return { path: real, target: isDirectory(real) ? 'directory' : 'no-directory' };
  const above = realPath(dirname(folder));
  const isDangling = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  if (above === undefined || !isDirectory(above) || isDangling) return { path: folder, target: 'nowhere' };
  return { path: join(above, basename(folder)), target: 'absent' };
}

/** What cannot be listed cannot be written to either, which is said by then. */
function listed(folder: string): readonly string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

function diskAt(folder: string): MoveFacts['disk'] {
  if (process.platform === 'linux' && isNetwork(folder)) return 'network';
  let probe: string;
  try {
    probe = mkdtempSync(join(realpathSync(folder), '.clawback-'));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return 'read-only';
  }
  try {
    if (!keepsPrivate(probe)) return 'not-private';
    return holdsDatabases(probe) ? 'good' : 'no-locks';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

function isNetwork(folder: string): boolean {
  try {
    return NETWORK_TYPES.has(statfsSync(folder).type);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** FAT has no rights of its own: what is asked for is taken and forgotten. */
function keepsPrivate(probe: string): boolean {
  const file = join(probe, 'mode');
  writeFileSync(file, '', { mode: 0o640 });
  return [0o640, 0o600].every((mode) => {
    chmodSync(file, mode);
    return (statSync(file).mode & 0o777) === mode;
  });
}

function holdsDatabases(probe: string): boolean {
  try {
    const db = openWritable(join(probe, 'probe.db'));
    try {
      db.exec('CREATE TABLE probe (x)');
    } finally {
      db.close();
    }
    return true;
  } catch (error) {
    // Whatever SQLite or the disk says, it is said before anything is moved.
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}
