import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../main/core/platform/errors.ts';
import { type TempDir, tempDir } from './temp-dir.ts';

/** A file system of 8 MB of our own, in a place of its own or at an empty folder. It needs the right to mount, which the test runner gives where the user has none. */
export class SmallDisk implements Disposable {
  readonly #dir: TempDir = tempDir();
  readonly path: string;
  readonly #filler: string;

  constructor(path?: string) {
    this.path = path ?? join(this.#dir.path, 'disk');
    this.#filler = join(this.path, 'filler');
    mkdirSync(this.path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'clawback-test', this.path]);
  }

  /** Takes all the space there is, except `leaveBytes`. */
  fill(leaveBytes: number): void {
    const block = Buffer.alloc(4_096, 1);
    const file = openSync(this.#filler, 'w');
    let written = 0;
    try {
      for (;;) written += writeSync(file, block);
    } catch (error) {
      if (errnoOf(error) !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
    execFileSync('truncate', ['-s', String(Math.max(0, written - leaveBytes)), this.#filler]);
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.path]);
    this.#dir[Symbol.dispose]();
  }
}
