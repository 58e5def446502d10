import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../main/core/platform/clock.ts';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import { WatchProcess } from '../support/cli.ts';
import { OpenclawState } from '../support/openclaw-state.ts';
import { tempDir } from '../support/temp-dir.ts';

const KILLS = 8;
const KEY = 'agent:main:main';

/** Bytes that a buffer holds of the only transcript, checked piece by piece. */
function held(home: string): Buffer {
  using catalog = openCatalog(home, { parse: parseLine });
  expect(catalog.verify()).toMatchObject({ ok: true });
  const [generation, ...others] = catalog.generations(1);
  expect(others).toEqual([]);
  return generation === undefined ? Buffer.alloc(0) : Buffer.concat([...catalog.bytes(generation.id)]);
}

test('a recorder that is killed again and again while the agent writes holds an exact prefix, and in the end everything', async () => {
  using dir = tempDir();
  const home = join(dir.path, 'home');
  const state = new OpenclawState(join(dir.path, 'state'), systemClock);
  state.begin(KEY, 'first');
  const path = state.path('first');
  const args = ['--state-dir', state.root, '--home', home, '--flush-interval', '250'];
  let line = 0;
  const write = (lines: number): void => {
    for (let n = 0; n < lines; n++)
      appendFileSync(path, `${JSON.stringify({ type: 'custom', id: `line${line++}`, data: 'x'.repeat(line % 5_000) })}\n`);
  };
  for (let kill = 0; kill < KILLS; kill++) {
    await using watch = new WatchProcess(args);
    let committed = 0;
    // Written in steps that follow the recorder's own commits, so that each kill meets it in the middle of work.
    while (committed <= kill % 3) {
      write(60);
      const upTo = committed;
      let seen = 0;
      await watch.until((event) => event.event === 'committed' && seen++ >= upTo);
      committed += 1;
    }
    write(40);
    await watch.kill('SIGKILL');
    const file = readFileSync(path);
    const bytes = held(home);
    expect(bytes.equals(file.subarray(0, bytes.length))).toBe(true);
    expect(bytes.length).toBeGreaterThan(0);
  }
  await using last = new WatchProcess(args);
  await last.until((event) => event.event === 'ready');
  expect(await last.kill('SIGTERM')).toBe(0);
  expect(held(home).equals(readFileSync(path))).toBe(true);
});
