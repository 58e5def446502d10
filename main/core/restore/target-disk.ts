import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { syncAndHash, writeBlocks } from './large-file.ts';

export interface Written {
  readonly sha256: string;
  readonly bytes: number;
}

export interface Proven extends Written {
  /** Changes when the file does. */
  readonly stamp: string;
}

/**
 * Everything that a restore does to somebody else's folder, one durable step at a time. Before each step its name is
 * passed to `failpoint`, so that a fault test can stop the program between any two of them.
 */
export interface TargetDisk {
  /** Creates a file 0600 and makes its content durable. EEXIST when there is one; on any failure the file is gone again. */
  create(step: string, path: string, chunks: Iterable<Uint8Array>): Written;
  /** The same for large content: lets other work run meanwhile, and gives what lies in the file when it is read back. */
  createProven(step: string, path: string, chunks: Iterable<Uint8Array>): Promise<Proven>;
  /** A second name for a file; never replaces. EEXIST. */
  link(step: string, from: string, to: string): void;
  /** Replaces `to` in one step. */
  rename(step: string, from: string, to: string): void;
  /** False when there was none. */
  unlink(step: string, path: string): boolean;
  makeDirectory(step: string, path: string): void;
  /** Of an empty directory; one that is not empty stays. */
  removeDirectory(step: string, path: string): void;
  /** Makes creations, links and removals in it durable. */
  syncDirectory(step: string, path: string): void;
}

export function targetDisk(failpoint: (step: string) => void = () => undefined): TargetDisk {
  const unlink = (step: string, path: string): boolean => {
    failpoint(step);
    try {
      unlinkSync(path);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  };
  return {
    create(step, path, chunks) {
      failpoint(`${step}:create`);
      const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        const written = writeAll(file, chunks, () => failpoint(`${step}:write`));
        failpoint(`${step}:sync`);
        fsyncSync(file);
        return written;
      } catch (error) {
        unlink(`${step}:discard`, path);
        throw error;
      } finally {
        closeSync(file);
      }
    },
    async createProven(step, path, chunks) {
      failpoint(`${step}:create`);
      const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
      try {
        await writeBlocks(file, chunks, () => failpoint(`${step}:write`));
        failpoint(`${step}:sync`);
        const stamp = stampOf(fstatSync(file));
        return { ...(await syncAndHash(file)), stamp };
      } catch (error) {
        unlink(`${step}:discard`, path);
        throw error;
      } finally {
        closeSync(file);
      }
    },
    link(step, from, to) {
      failpoint(step);
      linkSync(from, to);
    },
    rename(step, from, to) {
      failpoint(step);
      renameSync(from, to);
    },
    unlink,
    makeDirectory(step, path) {
      failpoint(step);
      mkdirSync(path, { mode: 0o700 });
    },
    removeDirectory(step, path) {
      failpoint(step);
      try {
        rmdirSync(path);
      } catch (error) {
        if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
      }
    },
    syncDirectory(step, path) {
      failpoint(step);
      const directory = openSync(path, constants.O_RDONLY);
      try {
        fsyncSync(directory);
      } finally {
        closeSync(directory);
      }
    },
  };
}

/** lstat; `undefined` when nothing has this name. Every other error throws. */
export function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Changes when the file does: another one in its place, or other content. */
export function stampOf(stat: Stats): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

/** Hex SHA-256 of a regular file, following no link; `undefined` when there is none. */
export function hashFile(path: string, onLineEnd?: (sha256SoFar: () => string) => boolean): Written | undefined {
  const file = openRegular(path);
  if (file === undefined) return undefined;
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(readBytes);
  let bytes = 0;
  try {
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, bytes);
      if (length === 0) return { sha256: hash.digest('hex'), bytes };
      let from = 0;
      for (let end = buffer.indexOf(10); onLineEnd !== undefined && end !== -1 && end < length; end = buffer.indexOf(10, end + 1)) {
        hash.update(buffer.subarray(from, end + 1));
        from = end + 1;
        if (onLineEnd(() => hash.copy().digest('hex'))) return { sha256: hash.digest('hex'), bytes: bytes + from };
      }
      hash.update(buffer.subarray(from, length));
      bytes += length;
    }
  } finally {
    closeSync(file);
  }
}

/** Whole content of a regular file, following no link; `undefined` when there is none. For small files. */
export function readRegular(path: string): Uint8Array | undefined {
  const file = openRegular(path);
  if (file === undefined) return undefined;
  try {
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = Buffer.alloc(readBytes);
      const length = readSync(file, part, 0, part.length, null);
      if (length === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

const readBytes = 256 * 1024;
/** Worth a call of its own: captured bytes come in pieces of this length, and to copy them together would be the greater cost. */
const longBytes = 64 * 1024;

function openRegular(path: string): number | undefined {
  let file: number;
  try {
    // O_NONBLOCK: a FIFO under this name must not stop the core.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new CoreError('unsafe-path', `not a regular file: ${path}`, 'Something else has this name. Look at it before you go on.');
}

function writeAll(file: number, chunks: Iterable<Uint8Array>, beforeWrite: () => void): Written {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of gather(chunks)) {
    beforeWrite();
    hash.update(chunk);
    for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Lines are short: one system call for each would cost more than the rest of the restore. */
export function* gather(chunks: Iterable<Uint8Array>): IterableIterator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (parts.length === 0 && chunk.length >= longBytes) {
      yield chunk;
      continue;
    }
    parts.push(chunk);
    length += chunk.length;
    if (length < readBytes) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts, length);
}
