import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tempDir } from '../support/temp-dir.ts';
import { type Measure, percentile } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';
import { makeTree, WordStream } from './transcript-tree.ts';

const APPENDS = 40;

/** From the moment the agent's write returned to the moment the recorder said it is durable. */
export async function appendLatency(flushIntervalMs: number): Promise<Measure> {
  await using dir = tempDir();
  const { paths } = makeTree(join(dir.path, 'state'), 20, 20_000);
  await using recorder = new RecorderProcess(join(dir.path, 'state'), join(dir.path, 'home'), flushIntervalMs);
  await recorder.next((event) => event.event === 'ready');
  const random = new WordStream(7);
  const latencies: number[] = [];
  for (let index = 0; index < APPENDS; index++) {
    // Another phase of the poll each time.
    await pause(random.next() % flushIntervalMs);
    const path = paths[random.next() % 3];
    if (path === undefined) throw new Error('no transcript');
    const committed = recorder.next((event) => event.event === 'committed');
    appendFileSync(path, `${JSON.stringify({ type: 'custom', customType: 'bench', id: `b${index}`, data: random.sentence(100) })}\n`);
    const wroteAt = performance.now();
    await committed;
    latencies.push(performance.now() - wroteAt);
  }
  return {
    name: `append to durable, p99, flush interval ${flushIntervalMs} ms`,
    value: percentile(latencies, 0.99),
    unit: 'ms',
    budget: flushIntervalMs + 50,
    note: `p50 ${percentile(latencies, 0.5).toFixed(0)} ms of ${APPENDS}`,
  };
}
