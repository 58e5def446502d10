import type { ExitWatch } from './platform/exit-watch.ts';

/** Which of the processes that hold a lock, the gateway's or a turn's, have just ended. */
export class HolderWatch implements Disposable {
  readonly #exits: ExitWatch;
  readonly #onEnd: () => void;
  /** One that has ended stays in here until it is no longer wanted: a pid that lingers must not be asked for again and again. */
  readonly #followed = new Map<number, Disposable>();
  #disposed = false;

  constructor(exits: ExitWatch, onEnd: () => void) {
    this.#exits = exits;
    this.#onEnd = onEnd;
  }

  /** From now on these, and no others. */
  follow(pids: ReadonlySet<number>): void {
    if (this.#disposed) return;
    for (const [pid, watch] of this.#followed) {
      if (pids.has(pid)) continue;
      watch[Symbol.dispose]();
      this.#followed.delete(pid);
    }
    for (const pid of pids) if (!this.#followed.has(pid)) this.#followed.set(pid, this.#exits.watch(pid, this.#onEnd));
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const watch of this.#followed.values()) watch[Symbol.dispose]();
    this.#followed.clear();
  }
}
