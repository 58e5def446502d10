import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { tempDir } from '../support/temp-dir.ts';
import type { Measure } from './measures.ts';
import { percentile } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';
import { makeTree } from './transcript-tree.ts';

const FILES = 900;
const BYTES_EACH = 555_000;
const QUERIES = ['lantern', 'harbour rivers', 'budget release', 'weather map', 'seven'];

/** 500 MB in 900 files: durable, then searchable, against `cp -r` and a sync of the copy in the same run; then search over it. */
export async function firstImport(): Promise<readonly Measure[]> {
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  const { bytes } = makeTree(state, FILES, BYTES_EACH);
  execFileSync('sync', ['-f', state]);
  execFileSync('cat', [...readable(state)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const copyMs = timed(() => {
    execFileSync('cp', ['-r', state, join(dir.path, 'copy')]);
    execFileSync('sync', ['-f', join(dir.path, 'copy')]);
  });
  const startedAt = performance.now();
  let durableMs = 0;
  {
    await using recorder = new RecorderProcess(state, home, 1_000);
    await recorder.next((event) => event.event === 'ready');
    durableMs = performance.now() - startedAt;
    await indexed(home);
  }
  const searchableMs = performance.now() - startedAt;
  const bufferBytes = statSync(join(home, 'buffer.db')).size;
  return [
    {
      name: 'first import of 500 MB durable, against cp -r + sync',
      value: durableMs / copyMs,
      unit: 'x',
      budget: 2,
      note: `${ms(durableMs)} against ${ms(copyMs)}`,
    },
    { name: 'first import searchable, against cp -r + sync', value: searchableMs / copyMs, unit: 'x', budget: 10, note: ms(searchableMs) },
    {
      name: 'buffer before sealing, against the files',
      value: bufferBytes / bytes,
      unit: 'x',
      budget: 2,
      note: `${(bufferBytes / 1e6).toFixed(0)} MB of ${(bytes / 1e6).toFixed(0)} MB`,
    },
    searchLatency(home),
    searchAgainstGrep(home, state),
  ];
}

function searchLatency(home: string): Measure {
  const times = searchTimes(home);
  return {
    name: 'search over 500 MB, p95',
    value: percentile(times, 0.95),
    unit: 'ms',
    budget: 50,
    note: `p50 ${percentile(times, 0.5).toFixed(1)} ms`,
  };
}

function searchAgainstGrep(home: string, state: string): Measure {
  const ours = percentile(searchTimes(home), 0.5);
  const grep = timed(() => execFileSync('grep', ['-rlF', 'lantern', state], { stdio: ['ignore', 'ignore', 'inherit'] }));
  return {
    name: 'search against grep -rF over the files',
    value: ours / grep,
    unit: 'x',
    budget: 1,
    note: `${ms(ours)} against ${ms(grep)}`,
  };
}

function searchTimes(home: string): readonly number[] {
  using catalog = openCatalog(home, { parse: parseLine });
  return Array.from({ length: 40 }, (_, index) => timed(() => catalog.search(QUERIES[index % QUERIES.length] ?? 'seven', 50)));
}

/** Waits until everything captured is indexed, looking at the buffer as any reader does. */
async function indexed(home: string): Promise<void> {
  using catalog = openCatalog(home, { parse: parseLine });
  const { setTimeout: pause } = await import('node:timers/promises');
  while (catalog.indexBacklogBytes() > 0) await pause(100);
}

function* readable(state: string): Generator<string> {
  const listing = execFileSync('find', [state, '-type', 'f', '-print0'], { encoding: 'utf8', maxBuffer: 64 << 20 });
  for (const path of listing.split('\0')) if (path !== '') yield path;
}

function timed(task: () => void): number {
  const startedAt = performance.now();
  task();
  return performance.now() - startedAt;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
