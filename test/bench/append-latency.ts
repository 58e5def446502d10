import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tempDir } from '../support/temp-dir.ts';
import { type Measure, ms, percentile } from './measures.ts';
import { RecorderProcess } from './recorder-process.ts';
import { makeTree } from './transcript-tree.ts';
import { WordStream } from './word-stream.ts';

const APPENDS = 40;
const WRITTEN_FILES = 3;

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
    const path = paths[random.next() % WRITTEN_FILES];
    if (path === undefined) throw new Error('no transcript');
    const committed = recorder.next((event) => event.event === 'committed');
    appendFileSync(path, appendedLine(index, random));
    const wroteAt = performance.now();
    await committed;
    latencies.push(performance.now() - wroteAt);
  }
  return appendMeasure(`append to durable, p99, flush interval ${flushIntervalMs} ms`, latencies, flushIntervalMs);
}

export function appendedLine(index: number, random: WordStream): string {
  return `${JSON.stringify({ type: 'custom', customType: 'bench', id: `b${index}`, data: random.sentence(100) })}\n`;
}

export function appendMeasure(name: string, latencies: readonly number[], flushIntervalMs: number): Measure {
  return {
    name,
    value: percentile(latencies, 0.99),
    unit: 'ms',
    budget: flushIntervalMs + 50,
    note: `p50 ${ms(percentile(latencies, 0.5))} of ${latencies.length}`,
  };
}
