import { type FileGlance, glanceOf } from '../../main/core/platform/file-glance.ts';
import type { FileStat, FileSystem, ReadableFile } from '../../main/core/platform/file-system.ts';

export type FileOperation = 'stat' | 'list' | 'open' | 'fstat' | 'read';

interface Fault {
  readonly operation: FileOperation;
  /** Every path that ends so. */
  readonly pathEnd: string;
  readonly act: () => void;
  remaining: number;
}

/** A file system that fails, or lets something happen, at chosen operations. Counts them too. */
export class FaultyFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  #faults: Fault[] = [];
  readonly #counts = new Map<FileOperation, number>();
  #bytesRead = 0;
  openFiles = 0;
  /** What a stat shows instead of the truth; of an open file for as long as it is open. */
  disguise: (path: string, stat: FileStat) => FileStat = (_path, stat) => stat;

  constructor(inner: FileSystem) {
    this.#inner = inner;
  }

  /** Throws an error with this `code` for the next `times` operations on a path that ends with `pathEnd`. */
  fail(operation: FileOperation, pathEnd: string, code: string, times = Number.POSITIVE_INFINITY): void {
    this.during(
      operation,
      pathEnd,
      () => {
        throw Object.assign(new Error(`${code}: ${operation}`), { code });
      },
      times,
    );
  }

  /** Runs `act` just before the operation: something happens between two calls of the code under test. */
  during(operation: FileOperation, pathEnd: string, act: () => void, times = 1): void {
    this.#faults.push({ operation, pathEnd, act, remaining: times });
  }

  heal(): void {
    this.#faults = [];
  }

  /** Operations since the last call. */
  takeCounts(): Readonly<Partial<Record<FileOperation, number>>> & { readonly bytesRead: number } {
    const counts = { ...Object.fromEntries(this.#counts), bytesRead: this.#bytesRead };
    this.#counts.clear();
    this.#bytesRead = 0;
    return counts;
  }

  stat(path: string): FileStat | undefined {
    this.#enter('stat', path);
    const stat = this.#inner.stat(path);
    return stat && this.disguise(path, stat);
  }

  glance(path: string): FileGlance | undefined {
    const stat = this.stat(path);
    return stat && glanceOf(stat);
  }

  list(directory: string) {
    this.#enter('list', directory);
    return this.#inner.list(directory);
  }

  open(path: string): ReadableFile {
    this.#enter('open', path);
    const file = this.#inner.open(path);
    const { disguise } = this;
    this.openFiles += 1;
    return {
      stat: () => {
        this.#enter('fstat', path);
        return disguise(path, file.stat());
      },
      readAt: (offset, length) => {
        this.#enter('read', path);
        const bytes = file.readAt(offset, length);
        this.#bytesRead += bytes.length;
        return bytes;
      },
      [Symbol.dispose]: () => {
        this.openFiles -= 1;
        file[Symbol.dispose]();
      },
    };
  }

  #enter(operation: FileOperation, path: string): void {
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
    const fault = this.#faults.find((each) => each.operation === operation && each.remaining > 0 && path.endsWith(each.pathEnd));
    if (!fault) return;
    fault.remaining -= 1;
    fault.act();
  }
}
