import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { bufferPaths } from '../../main/core/store/database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { whenReadable } from './live-tail.ts';
import type { Measure } from './measures.ts';
import { buildShippedCore, ShippedCore } from './shipped-core.ts';
import { makeTree } from './transcript-tree.ts';

const TRANSCRIPTS = 10_000;
/** Upkeep seals what did not grow for so long. */
const SETTLED_MS = 600_000;
/** At least two sweeps over every file. */
const OBSERVED_MS = 60_000;
/** Upkeep looks every thirty seconds. */
const SETTLING_MS = 35_000;
const CLOCK_TICK_MS = 10;

/** What a recorder costs that has ten thousand transcripts to watch and nothing to do. Linux: read from /proc. */
export async function idleCost(): Promise<readonly Measure[]> {
  await buildShippedCore();
  await using dir = tempDir();
  const home = join(dir.path, 'home');
  const { bytes } = makeTree(join(dir.path, 'state'), TRANSCRIPTS, 2_000);
  await using core = new ShippedCore(join(dir.path, 'state'), home, 1_000);
  await core.durable(bytes);
  await atRest(home);
  // A sweep of all that is known by then, the threads and the garbage of the import belong to the import.
  await pause(SETTLING_MS);
  const before = cpuMs(core.pid);
  await pause(OBSERVED_MS);
  const share = ((cpuMs(core.pid) - before) / OBSERVED_MS) * 100;
  const descriptors = readdirSync(`/proc/${core.pid}/fd`).length;
  return [
    { name: 'idle with 10,000 transcripts', value: share, unit: '% of a core', budget: 0.3, note: `over ${OBSERVED_MS / 1_000} s` },
    { name: 'descriptors with 10,000 transcripts', value: descriptors, unit: 'descriptors', budget: 64, note: 'of the whole process' },
    { name: 'memory with 10,000 transcripts', value: residentMb(core.pid), unit: 'MB', budget: 120, note: 'RSS' },
  ];
}

/** Everything is captured, indexed and sealed: what is measured is idleness and not the rest of the import. */
async function atRest(home: string): Promise<void> {
  using catalog = await whenReadable(home);
  while (catalog.indexBacklogBytes() > 0) await pause(100);
  const db = new Database(bufferPaths(home).database, { readonly: true });
  try {
    const unsealed = db.prepare<[number], { count: number }>(
      'SELECT count(*) AS count FROM generation WHERE sealed_to < "offset" AND updated_at < ?',
    );
    while (unsealed.get(Date.now() - SETTLED_MS)?.count !== 0) await pause(1_000);
  } finally {
    db.close();
  }
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
