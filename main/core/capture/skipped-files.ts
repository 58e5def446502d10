import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

/** One entry a minute and reason: a volume that fails would otherwise fill the disk with our log. */
const LOG_INTERVAL_MS = 60_000;

/** Stay until someone changes the file; a sweep is soon enough to look again. */
const LASTING: ReadonlySet<string> = new Set(['symlink', 'directory', 'not-a-file', 'EACCES', 'EPERM']);

/** Names that cannot be captured now, with the reason as a code. Everything else in the directory goes on. */
export class SkippedFiles {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #directory: string;
  readonly #reasons = new Map<string, string>();
  readonly #loggedAt = new Map<string, number>();
  #list: readonly { readonly name: string; readonly reason: string }[] | undefined;

  constructor(clock: Clock, log: Logger, directory: string) {
    this.#clock = clock;
    this.#log = log;
    this.#directory = directory;
  }

  /** Changes identity whenever something in it changed. */
  get list(): readonly { readonly name: string; readonly reason: string }[] {
    this.#list ??= [...this.#reasons].map(([name, reason]) => ({ name, reason }));
    return this.#list;
  }

  /** Names that are worth another attempt in the next poll. */
  get passing(): readonly string[] {
    return this.list.filter(({ reason }) => !LASTING.has(reason)).map(({ name }) => name);
  }

  add(name: string, reason: string): void {
    this.logRarely(reason, name);
    if (this.#reasons.get(name) === reason) return;
    this.#reasons.set(name, reason);
    this.#list = undefined;
  }

  delete(name: string): void {
    if (this.#reasons.delete(name)) this.#list = undefined;
  }

  clear(): void {
    if (this.#reasons.size === 0) return;
    this.#reasons.clear();
    this.#list = undefined;
  }

  logRarely(reason: string, name?: string): void {
    const now = this.#clock.monotonic();
    const last = this.#loggedAt.get(reason);
    if (last !== undefined && now - last < LOG_INTERVAL_MS) return;
    this.#loggedAt.set(reason, now);
    this.#log.log('warn', 'capture.skipped', { directory: this.#directory, reason, ...(name === undefined ? {} : { name }) });
  }
}
