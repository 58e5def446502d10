import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { isObject, readJson } from '../sources/json-value.ts';
import type { TailMark } from './line-tail.ts';

const REPORT_NAME = 'read.json';
const INTERVAL_MS = 60_000;

/** Tells the plugin how far its files are in the buffer, durably: those that are go first when the spool grows too large. */
export class ReadReport {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #told: string | undefined;
  #toldAt: number | undefined;

  constructor(directory: string, clock: Clock, log: Logger) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  /** At most once a minute; the last word of a busy minute is told by the next call after it. */
  readUpTo(marks: ReadonlyMap<string, TailMark>): void {
    const now = this.#clock.monotonic();
    if (marks.size === 0 || (this.#toldAt !== undefined && now - this.#toldAt < INTERVAL_MS)) return;
    const own = Object.fromEntries([...marks].map(([name, { offset }]) => [name, offset]));
    const told = JSON.stringify(own);
    if (told === this.#told) return;
    this.#toldAt = now;
    try {
      this.#write(own);
      this.#told = told;
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      // The plugin then keeps more than it needs to.
      this.#log.log('warn', 'recorder-report-failed', { code });
    }
  }

  /** Witnesses of other state directories share the file. */
  #write(own: Readonly<Record<string, number>>): void {
    const path = join(this.#directory, REPORT_NAME);
    const before = existsSync(path) ? readJson(readFileSync(path)) : undefined;
    const others = isObject(before) && isObject(before.files) ? Object.entries(before.files) : [];
    const files = { ...Object.fromEntries(others.filter(([name]) => existsSync(join(this.#directory, name)))), ...own };
    const scratch = `${path}.tmp`;
    writeFileSync(scratch, JSON.stringify({ v: 1, files }), { mode: 0o600 });
    renameSync(scratch, path);
  }
}
