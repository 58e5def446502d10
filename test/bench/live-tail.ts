import { appendFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import type { Catalog } from '../../main/core/store/store.ts';
import { appendedLine } from './append-latency.ts';
import { WordStream } from './word-stream.ts';

const LOOK_EVERY_MS = 5;
const LONGEST_PAUSE_MS = 300;

/** The buffer that a recorder is making in `home`, once there is one. */
export async function whenReadable(home: string): Promise<Catalog> {
  for (;;) {
    const catalog = openCatalog(home, { parse: parseLine });
    if (catalog.sources().length > 0) return catalog;
    catalog[Symbol.dispose]();
    await pause(LOOK_EVERY_MS);
  }
}

/** Whether the whole of the file is durable. */
export function isKnown(catalog: Catalog, path: string): boolean {
  const [session] = catalog.findSessions(basename(path, '.jsonl'));
  return session !== undefined && session.bytes >= statSync(path).size;
}

/** Writes one line after a pause and gives the ms until a reader of the buffer sees it, which is not before it is durable. */
export async function appendAndWatch(catalog: Catalog, path: string, index: number): Promise<number> {
  const random = new WordStream(index + 1);
  await pause(random.next() % LONGEST_PAUSE_MS);
  appendFileSync(path, appendedLine(index, random));
  const wroteAt = performance.now();
  while (!isKnown(catalog, path)) await pause(LOOK_EVERY_MS);
  return performance.now() - wroteAt;
}
