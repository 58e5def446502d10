import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { CoreError, errnoOf } from './errors.ts';
import type { FileStat, FileSystem, ReadableFile } from './file-system.ts';

/** O_NOFOLLOW: a link could lead out of the sessions directory. O_NONBLOCK: opening a FIFO would wait for its writer for ever. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const IF_THERE = { throwIfNoEntry: false } as const;

export const nodeFileSystem: FileSystem = {
  stat(path) {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats && fileStat(stats);
  },
  glance: (path) => lstatSync(path, IF_THERE),
  list: (directory) => readdirSync(directory),
  open: openRegularFile,
};

function openRegularFile(path: string): ReadableFile {
  const descriptor = openWithoutFollowing(path);
  try {
    if (!fstatSync(descriptor).isFile()) throw notAFile(path);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return new DescriptorFile(descriptor);
}

function openWithoutFollowing(path: string): number {
  try {
    return openSync(path, OPEN_FLAGS);
  } catch (error) {
    const errno = errnoOf(error);
    // ELOOP: a symbolic link. ENXIO: a socket, or a device without its driver.
    if (errno === 'ELOOP' || errno === 'ENXIO' || errno === 'EISDIR') throw notAFile(path, error);
    throw error;
  }
}

function notAFile(path: string, cause?: unknown): CoreError {
  return new CoreError('not-a-file', `${path} is not a regular file`, 'Clawback mirrors regular files only.', cause);
}

class DescriptorFile implements ReadableFile {
  readonly #descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  stat(): FileStat {
    return fileStat(fstatSync(this.#descriptor, { bigint: true }));
  }

  readAt(offset: number, length: number): Uint8Array {
    // Not zeroed, which would take as long as a third of the read; not from the shared pool, which a small view would keep alive.
    const bytes = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const more = readSync(this.#descriptor, bytes, read, length - read, offset + read);
      if (more === 0) break;
      read += more;
    }
    // A copy, because a view would keep the whole allocation alive for a few bytes at the end of a file.
    return read === length ? bytes : Uint8Array.prototype.slice.call(bytes, 0, read);
  }

  [Symbol.dispose](): void {
    // A second close could hit a descriptor that the process has meanwhile opened for something else.
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }
}

/** Of the mode as a number: in a sweep over ten thousand files, asking `BigIntStats` costs as much as a third of the stat. */
function typeOf(format: number): FileStat['type'] {
  switch (format) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'symlink';
    default:
      return 'other';
  }
}

function fileStat(stats: BigIntStats): FileStat {
  return {
    type: typeOf(Number(stats.mode) & constants.S_IFMT),
    dev: stats.dev,
    ino: stats.ino,
    birthtimeNs: stats.birthtimeNs,
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    size: Number(stats.size),
    links: Number(stats.nlink),
  };
}
