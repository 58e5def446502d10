import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What would be on the disk if the program were killed at a step: copies of a folder, taken at every step of one run. A kill leaves
 * what was written, and nothing that comes after it happens, clean-up included.
 */
export class CrashImages {
  readonly steps: string[] = [];
  readonly #folder: string;
  readonly #images: string;

  constructor(folder: string, images: string) {
    this.#folder = folder;
    this.#images = images;
    mkdirSync(images);
  }

  readonly failpoint = (step: string): void => {
    cpSync(this.#folder, join(this.#images, String(this.steps.length)), { recursive: true });
    this.steps.push(step);
  };

  /** Puts the folder back as it was at the step of this number, or as it was after all of them. */
  putBack(step: number): void {
    const image = join(this.#images, String(step));
    if (!existsSync(image)) throw new Error(`there was no step ${step}`);
    rmSync(this.#folder, { recursive: true });
    cpSync(image, this.#folder, { recursive: true });
  }
}
