import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tempDir } from '../support/temp-dir.ts';
import { type Measure, ms, percentile } from './measures.ts';
import { ShippedApp } from './shipped-app.ts';
import { makeTree } from './transcript-tree.ts';

const TRANSCRIPTS = 200;
const STARTS = 5;
const WINDOWS = 4;
/** A person does not click in the moment in which the app starts. */
const SETTLING_MS = 3_000;
const BETWEEN_MS = 500;

/** From the wish for the recovery window to its first picture: the first one of a run, and later ones. */
export async function windowOpening(): Promise<readonly Measure[]> {
  await using dir = tempDir();
  const state = join(dir.path, 'state');
  const home = join(dir.path, 'home');
  makeTree(state, TRANSCRIPTS, 20_000);
  mkdirSync(home, { mode: 0o700 });
  // Otherwise the window opens by itself while everything else starts.
  writeFileSync(join(home, 'windows.json'), '{"welcomed":true,"places":{}}');
  const first: number[] = [];
  const later: number[] = [];
  let shown = 0;
  for (let start = 1; start <= STARTS; start += 1) {
    await using app = await ShippedApp.start(state, home);
    await app.logged('core-ready', start);
    await pause(SETTLING_MS);
    for (let window = 1; window <= WINDOWS; window += 1) {
      await app.openRecovery();
      shown += 1;
      const line = await app.logged('window-shown', shown);
      (window === 1 ? first : later).push(Number(line.ms));
      await pause(BETWEEN_MS);
      await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.destroy());
      await pause(BETWEEN_MS);
    }
  }
  return [
    {
      name: 'the first window of a run opens',
      value: percentile(first, 0.5),
      unit: 'ms',
      budget: 300,
      note: `p50 of ${STARTS} starts: ${listed(first)}`,
    },
    {
      name: 'later windows open, p95',
      value: percentile(later, 0.95),
      unit: 'ms',
      budget: 300,
      note: `p50 ${ms(percentile(later, 0.5))} of ${later.length}`,
    },
  ];
}

const listed = (values: readonly number[]): string => values.toSorted((a, b) => a - b).join(', ');
