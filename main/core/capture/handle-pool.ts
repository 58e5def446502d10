import type { ReadableFile } from '../platform/file-system.ts';

/** macOS gives a process 256 descriptors by default; the database, the watcher and the pipes need theirs. */
const DEFAULT_LIMIT = 64;

/**
 * Descriptors that are kept open, by generation. An open descriptor survives rename and unlink: what was written and
 * destroyed between two polls can still be read from it. The least recently active is given up first.
 */
export class HandlePool implements Disposable {
  readonly #limit: number;
  /** In order of activity, oldest first. */
  readonly #files = new Map<number, ReadableFile>();

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#files.size;
  }

  get full(): boolean {
    return this.#files.size >= this.#limit;
  }

  /** Does not count as activity: being looked at every 250 ms must not keep an idle file open. */
  get(generationId: number): ReadableFile | undefined {
    return this.#files.get(generationId);
  }

  /** Takes ownership of `file`; closes the one that was held for the same generation. */
  hold(generationId: number, file: ReadableFile): void {
    if (this.#files.get(generationId) !== file) this.release(generationId);
    this.#files.delete(generationId);
    while (this.full) this.#releaseOldest();
    this.#files.set(generationId, file);
  }

  touch(generationId: number): void {
    const file = this.#files.get(generationId);
    if (!file) return;
    this.#files.delete(generationId);
    this.#files.set(generationId, file);
  }

  /** Gives the descriptor back to the caller, open. */
  take(generationId: number): ReadableFile | undefined {
    const file = this.#files.get(generationId);
    this.#files.delete(generationId);
    return file;
  }

  release(generationId: number): void {
    const file = this.#files.get(generationId);
    this.#files.delete(generationId);
    file?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const generationId of [...this.#files.keys()]) this.release(generationId);
  }

  #releaseOldest(): void {
    const [oldest] = this.#files.keys();
    if (oldest !== undefined) this.release(oldest);
  }
}
