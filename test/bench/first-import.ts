import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bufferPaths } from '../../main/core/store/database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { appendMeasure } from './append-latency.ts';
import { appendAndWatch, isKnown, whenReadable } from './live-tail.ts';
import { type Measure, ms, timed } from './measures.ts';
import { sealedBuffer } from './sealed-buffer.ts';
import { buildShippedCore, ShippedCore } from './shipped-core.ts';
import { makeTree, type Tree } from './transcript-tree.ts';

const FILES = 900;
const BYTES_EACH = 555_000;
const FLUSH_INTERVAL_MS = 1_000;

/** 500 MB in 900 files: durable, then searchable, against `cp -r` and a sync of the copy, while one conversation goes on; then sealed. */
export async function firstImport(): Promise<readonly Measure[]> {
  await buildShippedCore();
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  const tree = makeTree(state, FILES, BYTES_EACH);
  execFileSync('sync', ['-f', state]);
  for (const path of tree.paths) readFileSync(path);
  const copyMs = timed(() => {
    execFileSync('cp', ['-r', state, join(dir.path, 'copy')]);
    execFileSync('sync', ['-f', join(dir.path, 'copy')]);
  });
  execFileSync('rm', ['-r', join(dir.path, 'copy')]);
  const imported = await importing(state, home, tree);
  return [
    times(imported.durableMs, copyMs, 'first import of 500 MB durable, against cp -r + sync', 2),
    times(imported.searchableMs, copyMs, 'first import searchable, against cp -r + sync', 10),
    appendMeasure('append during a first import, p99', imported.latencies, FLUSH_INTERVAL_MS),
    {
      name: 'WAL of a first import, largest',
      value: imported.walBytes / 1e6,
      unit: 'MB',
      budget: 540,
      note: 'looked at after each append',
    },
    ...(await sealedBuffer(home, tree.sessions)),
  ];
}

/** Into a buffer that does not exist yet; the newest conversation goes on meanwhile. */
async function importing(
  state: string,
  home: string,
  tree: Tree,
): Promise<{
  readonly durableMs: number;
  readonly searchableMs: number;
  readonly latencies: readonly number[];
  readonly walBytes: number;
}> {
  const [live] = tree.paths;
  if (live === undefined) throw new Error('no transcript');
  const startedAt = performance.now();
  let durableMs: number | undefined;
  await using core = new ShippedCore(state, home, FLUSH_INTERVAL_MS);
  const ready = core.durable(tree.bytes).then(() => {
    durableMs = performance.now() - startedAt;
  });
  using catalog = await whenReadable(home);
  while (!isKnown(catalog, live)) await pause(10);
  const latencies: number[] = [];
  let walBytes = 0;
  while (durableMs === undefined || catalog.indexBacklogBytes() > 0) {
    latencies.push(await appendAndWatch(catalog, live, latencies.length));
    walBytes = Math.max(walBytes, statSync(bufferPaths(home).wal).size);
  }
  const searchableMs = performance.now() - startedAt;
  await ready;
  return { durableMs, searchableMs, latencies, walBytes };
}

function times(value: number, copyMs: number, name: string, budget: number): Measure {
  return { name, value: value / copyMs, unit: 'x', budget, note: `${ms(value)} against ${ms(copyMs)}` };
}
