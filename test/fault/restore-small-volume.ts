import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place for a test that runs out of space. */
export interface SmallVolume extends Disposable {
  readonly path: string;
  /** Takes all free space but `leaveBytes`. */
  fill(leaveBytes: number): void;
  /** Nothing can be written from now on. */
  makeReadOnly(): void;
  /** For a restorer: where no volume can be mounted the system's error comes from here. */
  readonly failpoint: (step: string) => void;
}

/**
 * A real file system of 4 MiB where the system lets us mount one (root on Linux). Elsewhere a plain directory whose
 * write fails as that of a full volume does, so that the same promises are tested everywhere.
 */
export function smallVolume(directory: string): SmallVolume {
  const path = join(directory, 'volume');
  mkdirSync(path);
  return mount(path) ? mounted(path) : imitated(path);
}

function mount(path: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', path], { stdio: 'pipe' });
    return true;
  } catch (error) {
    // A container without the right to mount ends the program with a status; anything else is a fault of the test.
    if (typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number') return false;
    throw error;
  }
}

function mounted(path: string): SmallVolume {
  return {
    path,
    fill(leaveBytes) {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
    },
    makeReadOnly() {
      execFileSync('mount', ['-o', 'remount,ro', path], { stdio: 'pipe' });
    },
    failpoint: () => undefined,
    [Symbol.dispose]: () => {
      execFileSync('umount', [path], { stdio: 'pipe' });
    },
  };
}

function imitated(path: string): SmallVolume {
  let full = false;
  let readOnly = false;
  return {
    path,
    fill() {
      full = true;
    },
    makeReadOnly() {
      readOnly = true;
    },
    failpoint(step) {
      if (readOnly && step.endsWith(':create')) throw Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' });
      if (full && step.endsWith(':write')) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    [Symbol.dispose]: () => undefined,
  };
}
