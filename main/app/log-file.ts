import { appendFileSync, chmodSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../core/platform/errors.ts';
import type { Logger } from '../core/platform/logger.ts';

export interface LogFile extends Logger {
  /** One line from another process of ours, as it came. */
  line(text: string): void;
}

const limitBytes = 1 << 20;
const kept = 3;

/**
 * `<directory>/app.log`, one JSON object a line, and at most three older files beside it. Synchronous: the last line before
 * a crash is the one that is needed. A log that cannot be written must not stop the recorder, so the first failure goes to
 * standard error and the following ones are dropped.
 */
export function openLogFile(directory: string, now: () => number = Date.now): LogFile {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const path = join(directory, 'app.log');
  let size = sizeOf(path);
  let failed = false;

  const write = (text: string) => {
    try {
      const bytes = Buffer.byteLength(text) + 1;
      if (size > 0 && size + bytes > limitBytes) {
        rotate(path);
        size = 0;
      }
      appendFileSync(path, `${text}\n`, { mode: 0o600 });
      size += bytes;
      failed = false;
    } catch (error) {
      if (!failed) process.stderr.write(`clawback: cannot write ${path}: ${errnoOf(error) ?? 'unknown error'}\n`);
      failed = true;
    }
  };
  return {
    log: (level, event, fields) => write(JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })),
    line: (text) => write(text.slice(0, 4096)),
  };
}

function rotate(path: string): void {
  for (let n = kept; n > 0; n -= 1) {
    const from = n === 1 ? path : `${path}.${n - 1}`;
    try {
      renameSync(from, `${path}.${n}`);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
