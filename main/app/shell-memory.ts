import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../core/platform/errors.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { WindowPlace } from './window-places.ts';

const place = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive(), maximized: z.boolean() });
const schema = z.object({ welcomed: z.boolean(), places: z.record(z.string(), place) });

type Remembered = z.infer<typeof schema>;

/** What the app knows of itself from one run to the next and nobody set: not worth a word when it is lost. */
export interface ShellMemory {
  /** The person has seen the recovery window open by itself; false at the very first start. */
  readonly welcomed: boolean;
  placeOf(window: string): WindowPlace | undefined;
  remember(window: string, place: WindowPlace): void;
  welcome(): void;
}

/** `<home>/windows.json`, mode 0600. Never throws: a window at its usual place is better than none. */
export function openShellMemory(home: string, log: Logger): ShellMemory {
  const path = join(home, 'windows.json');
  let current = load(path, log);
  const keep = (next: Remembered) => {
    current = next;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(next), { mode: 0o600 });
      renameSync(temporary, path);
    } catch (error) {
      log.log('warn', 'windows-not-remembered', { code: errnoOf(error) ?? 'unknown' });
    }
  };
  return {
    get welcomed() {
      return current.welcomed;
    },
    placeOf: (window) => current.places[window],
    remember: (window, where) => keep({ ...current, places: { ...current.places, [window]: where } }),
    welcome: () => keep({ ...current, welcomed: true }),
  };
}

function load(path: string, log: Logger): Remembered {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    // A file that is damaged was there: this is not the first start.
    const isFirst = errnoOf(error) === 'ENOENT';
    if (!isFirst) log.log('warn', 'windows-forgotten', { error: error instanceof Error ? error.name : 'unknown' });
    return { welcomed: !isFirst, places: {} };
  }
}
