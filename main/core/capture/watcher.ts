import { basename, dirname, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

export interface WatcherOptions {
  /** State directories: agents that appear below them are hints as well. */
  readonly roots: readonly string[];
  /** Sessions directories; they may not exist yet. */
  readonly directories: readonly string[];
  readonly log: Logger;
  /** `name` is absent when the directory itself changed. */
  readonly onHint: (directory: string, name: string | undefined) => void;
  /** Hints may be missing from now on; polling goes on alone. Called once. */
  readonly onUnhealthy: () => void;
}

/** Says early where a look is worthwhile. Every event may be lost, late or wrong: the poll finds everything by itself. */
export interface Watcher extends AsyncDisposable {
  readonly healthy: boolean;
}

export function createWatcher(options: WatcherOptions): Watcher {
  return new HintWatcher(options);
}

class HintWatcher implements Watcher {
  healthy = true;
  readonly #options: WatcherOptions;
  readonly #directories: ReadonlySet<string>;
  readonly #watcher: FSWatcher;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#directories = new Set(options.directories);
    const agents = options.roots.map((root) => join(root, 'agents'));
    this.#watcher = watch([...options.directories, ...agents], { ignoreInitial: true, depth: 0, followSymlinks: false });
    this.#watcher.on('all', (_event, path) => this.#hint(path));
    this.#watcher.on('error', (error) => this.#fail(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher.close();
  }

  #hint(path: string): void {
    if (this.#directories.has(path)) this.#options.onHint(path, undefined);
    else this.#options.onHint(dirname(path), basename(path));
  }

  #fail(error: unknown): void {
    this.#options.log.log('warn', 'capture.watcher', { reason: errnoOf(error) ?? 'unknown' });
    if (!this.healthy) return;
    this.healthy = false;
    this.#options.onUnhealthy();
  }
}
