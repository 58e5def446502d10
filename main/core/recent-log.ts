import type { Logger } from './platform/logger.ts';

const MOST_LINES = 300;

export interface LogLine {
  readonly at: number;
  readonly level: string;
  readonly event: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Passes everything on, and remembers the last lines for a diagnostics file. */
export class RecentLog implements Logger {
  readonly #to: Logger;
  readonly #lines: LogLine[] = [];

  constructor(to: Logger) {
    this.#to = to;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  log(...[level, event, fields]: Parameters<Logger['log']>): void {
    this.#lines.push({ at: Date.now(), level, event, ...(fields === undefined ? {} : { fields }) });
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
    this.#to.log(level, event, fields);
  }
}
