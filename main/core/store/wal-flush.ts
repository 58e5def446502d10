import { closeSync, fsync, fsyncSync, openSync } from 'node:fs';

/**
 * Brings the WAL to the disk while the core goes on, so that the next commit that waits for the disk finds little left to
 * wait for: a first import spends a third of its time there otherwise. SQLite takes no locks on this file, so a descriptor
 * of our own may be closed.
 */
export class WalFlush implements Disposable {
  readonly #path: string;
  #descriptor: number | undefined;
  #running = false;
  #disposed = false;
  /** A failed sync is reported once to each descriptor, so the next `wait` must not forget it. */
  #fault: { readonly error: unknown } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Starts a sync of what is in the WAL now, unless one is under way. */
  begin(): void {
    if (this.#running) return;
    const descriptor = this.#open();
    this.#running = true;
    fsync(descriptor, (error) => {
      this.#running = false;
      if (error !== null) this.#fault ??= { error };
      if (this.#disposed) closeSync(descriptor);
    });
  }

  /** Everything that was committed before is durable when it returns. Throws what the disk said, with its errno. */
  wait(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault.error;
    fsyncSync(this.#open());
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // The sync that is under way still uses the descriptor, and its number may be given to another file once it is closed.
    if (!this.#running && this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #open(): number {
    this.#descriptor ??= openSync(this.#path, 'r');
    return this.#descriptor;
  }
}
