import type { FileGlance } from './file-glance.ts';

/**
 * The few file operations that capture needs. Synchronous on purpose: the core has a process of its own, so nothing
 * waits for it, no other code of ours runs between a stat and the read that relies on it, and a sweep over 10,000 files
 * costs a third of the processor time of its asynchronous form.
 *
 * Opening follows no symbolic link and never blocks on a FIFO; only regular files can be opened.
 */
export interface FileSystem {
  /** lstat. `undefined` = no such file or directory; every other error throws. */
  stat(path: string): FileStat | undefined;
  /** The same in short, see `FileGlance`. */
  glance(path: string): FileGlance | undefined;
  /** Names in a directory, unsorted. Throws ENOENT, EACCES, ENOTDIR. */
  list(directory: string): readonly string[];
  /** Read only. Throws CoreError `not-a-file` for anything but a regular file. */
  open(path: string): ReadableFile;
}

export interface ReadableFile extends Disposable {
  /** fstat: survives rename and unlink. */
  stat(): FileStat;
  /** Short only at the end of the file. */
  readAt(offset: number, length: number): Uint8Array;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
  readonly mtimeNs: bigint;
  /** Moves with every change, of permissions too, and cannot be set by hand. */
  readonly ctimeNs: bigint;
  readonly size: number;
  /** Hard links; 0 = unlinked while still open. */
  readonly links: number;
}
