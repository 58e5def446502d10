import { createWatcher, type Watcher } from './capture/watcher.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import { Nudge } from './platform/nudge.ts';
import type { ProtectedSource } from './protected-source.ts';

export interface HintsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sources: () => readonly ProtectedSource[];
  /** Transcripts that we mirror changed. */
  readonly onFile: () => void;
  /** An agent came or went. */
  readonly onAgents: () => void;
  readonly onUnhealthy: () => void;
}

/**
 * A turn takes and drops its lock, replaces the index and appends in many small steps: one look is for all of them, and while a
 * conversation goes on the poll looks as often by itself.
 */
const PACE = { delayMs: 50, spacingMs: 250 };

/** Watch events of all directories under protection. They save time and decide nothing. */
export class Hints implements AsyncDisposable {
  readonly #deps: HintsDeps;
  readonly #changed: Nudge;
  #watcher: Watcher | undefined;

  constructor(deps: HintsDeps) {
    this.#deps = deps;
    this.#changed = new Nudge(deps.clock, PACE, deps.onFile);
  }

  /** Anew for what is under protection now. */
  follow(): void {
    const { log, sources, onAgents, onUnhealthy } = this.#deps;
    const previous = this.#watcher;
    this.#watcher = createWatcher({
      roots: sources().map((source) => source.row.root),
      directories: sources().flatMap((source) => source.hintFolders),
      log,
      onHint: (directory, name) => {
        for (const source of sources()) {
          if (source.hint(directory, name)) this.#changed.soon();
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
    this.#changed[Symbol.dispose]();
    await this.#watcher?.[Symbol.asyncDispose]();
  }
}
