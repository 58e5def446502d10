import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../main/core/platform/clock.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { createRestorer } from '../../main/core/restore/restorer.ts';
import type { RestoreRequest, Restorer } from '../../main/core/restore/restoring.ts';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openBuffer } from '../../main/core/store/buffer.ts';
import type { Journal } from '../../main/core/store/store.ts';
import { tempDir } from '../support/temp-dir.ts';
import { isKnown, whenReadable } from './live-tail.ts';
import { type Measure, middleOfThree, ms, percentile, timed } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';
import { makeTree } from './transcript-tree.ts';

const BYTES = 100_000_000;
const RUNS = 3;

/** One conversation of 100 MB back into a file, preview and read-back included, against `cp` and fsync of the same file. */
export async function restoreLarge(): Promise<readonly Measure[]> {
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  const [transcript] = makeTree(state, 1, BYTES).paths;
  if (transcript === undefined) throw new Error('no transcript');
  await recorded(state, home, transcript);
  const { journal } = openBuffer(home, { clock: systemClock, log: silentLogger, parse: parseLine });
  try {
    return await measured(journal, state, dir.path, transcript);
  } finally {
    journal[Symbol.dispose]();
  }
}

async function recorded(state: string, home: string, transcript: string): Promise<void> {
  await using recorder = new RecorderProcess(state, home, 1_000);
  await recorder.next((event) => event.event === 'ready');
  using catalog = await whenReadable(home);
  while (!isKnown(catalog, transcript) || catalog.indexBacklogBytes() > 0) await pause(50);
}

async function measured(journal: Journal, state: string, base: string, transcript: string): Promise<readonly Measure[]> {
  const restorer = restorerOf(journal, state);
  const sessionRow = journal.catalog.sessions({ limit: 1 }).items[0]?.id;
  if (sessionRow === undefined) throw new Error('no conversation');
  const planned: number[] = [];
  const applied: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const output = join(base, `restored-${run}.jsonl`);
    const request: RestoreRequest = { sessionRow, target: 'file', output };
    const startedAt = performance.now();
    const plan = await restorer.plan(request);
    planned.push(performance.now() - startedAt);
    await restorer.apply(plan, request);
    applied.push(performance.now() - startedAt - (planned.at(-1) ?? 0));
    if (!readFileSync(output).equals(readFileSync(transcript))) throw new Error('the restored file is another one');
  }
  let copies = 0;
  const copyMs = middleOfThree(() => timed(() => copyDurably(transcript, join(base, `copy-${copies++}.jsonl`))));
  const [planMs, applyMs] = [percentile(planned, 0.5), percentile(applied, 0.5)];
  const note = (value: number) => `${ms(value)} against ${ms(copyMs)}`;
  return [
    { name: 'restore of 100 MB, against cp + fsync', value: applyMs / copyMs, unit: 'x', budget: 2, note: note(applyMs) },
    { name: 'restore of 100 MB with its preview', value: (planMs + applyMs) / copyMs, unit: 'x', budget: 4, note: note(planMs + applyMs) },
  ];
}

function copyDurably(from: string, to: string): void {
  execFileSync('cp', [from, to]);
  const file = openSync(to, 'r+');
  fsyncSync(file);
  closeSync(file);
}

function restorerOf(journal: Journal, state: string): Restorer {
  return createRestorer({
    journal,
    clock: systemClock,
    log: silentLogger,
    gateway: { state: async () => 'stopped', alive: () => false },
    copies: join(state, '..', 'copies'),
    directoryOf: (_, agent) => join(state, 'agents', agent, 'sessions'),
    rootOf: () => state,
  });
}
