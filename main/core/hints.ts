import { createWatcher, type Watcher } from './capture/watcher.ts';
import type { Logger } from './platform/logger.ts';
import type { ProtectedSource } from './protected-source.ts';

export interface HintsDeps {
  readonly log: Logger;
  readonly sources: () => readonly ProtectedSource[];
  /** A transcript that we mirror changed. */
  readonly onFile: () => void;
  /** An agent came or went. */
  readonly onAgents: () => void;
  readonly onUnhealthy: () => void;
}

/** Watch events of all directories under protection. They save time and decide nothing. */
export class Hints implements AsyncDisposable {
  readonly #deps: HintsDeps;
  #watcher: Watcher | undefined;

  constructor(deps: HintsDeps) {
    this.#deps = deps;
  }

  /** Anew for what is under protection now. */
  follow(): void {
    const { log, sources, onFile, onAgents, onUnhealthy } = this.#deps;
    const previous = this.#watcher;
    this.#watcher = createWatcher({
      roots: sources().map((source) => source.row.root),
      directories: sources().flatMap((source) => source.directories.map((directory) => directory.path)),
      log,
      onHint: (directory, name) => {
        for (const source of sources()) {
          if (source.hint(directory, name)) onFile();
          else if (source.isAgents(directory)) onAgents();
        }
      },
      onUnhealthy,
    });
    void previous?.[Symbol.asyncDispose]();
  }

  get healthy(): boolean {
    return this.#watcher?.healthy ?? false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
  }
}
