import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CoreRig } from '../support/core-rig.ts';
import { filesThatHold, filesUnder } from '../support/files-under.ts';

const CHILD = fileURLToPath(new URL('./storage-child.ts', import.meta.url));
const SECRET = 'quokkalight';

/** One conversation that OpenClaw has, and one that exists only here; no core runs. */
async function recorded(rig: CoreRig): Promise<void> {
  for (const id of ['open-1', 'gone-1']) {
    rig.state.begin(`agent:main:${id}`, id);
    for (let turn = 0; turn < 50; turn += 1)
      rig.state.turn(id, `${id} question ${turn}`, id === 'gone-1' ? `${SECRET}${turn}` : 'an answer');
  }
  await rig.start();
  await rig.pass(5_000);
  rmSync(rig.state.path('gone-1'));
  await rig.pass(10_000);
  await rig.stop();
}

async function killAt(home: string, folder: string, step: string): Promise<void> {
  const child = spawn(process.execPath, [CHILD, home, folder, step], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  child.stdout.once('data', () => child.kill('SIGKILL'));
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
}

test.each([
  ['copying buffer.db', 'home'],
  ['durable', 'home'],
  ['switched', 'elsewhere'],
  ['removed buffer.db', 'elsewhere'],
] as const)('a move that is killed at "%s" leaves the buffer whole in %s alone, and the core goes on with it', async (step, place) => {
  await using rig = new CoreRig();
  await recorded(rig);
  const elsewhere = join(dirname(rig.home), 'elsewhere');
  await killAt(rig.home, elsewhere, step);
  await rig.start();
  await rig.pass(5_000);
  const { items } = await rig.core.handlers.sessions({ limit: 10 });
  expect(items.map(({ sessionId, onlyHere, records }) => [sessionId, onlyHere, records]).sort()).toEqual([
    ['gone-1', 100, 100],
    ['open-1', 0, 100],
  ]);
  expect(await rig.core.handlers.search({ text: `${SECRET}7`, limit: 10 })).not.toEqual([]);
  const { path } = await rig.core.handlers.storage({});
  expect(path).toBe(place === 'home' ? rig.home : elsewhere);
  expect((await rig.core.handlers.verify({})).damaged).toBe(0);
  expect(filesUnder(dirname(rig.home)).filter((file) => file.endsWith('buffer.db'))).toEqual([join(path, 'buffer.db')]);
  expect(existsSync(elsewhere)).toBe(place === 'elsewhere');
});

test.each([
  ['asked', false],
  ['begun', true],
  ['removed buffer.db', true],
  ['logs removed', true],
] as const)(
  'erasing everything that is killed at "%s" has erased nothing or is finished by the next start (%s)',
  async (step, isErased) => {
    await using rig = new CoreRig();
    await recorded(rig);
    await killAt(rig.home, 'erase', step);
    await rig.start();
    expect(filesThatHold(rig.home, [SECRET]).length === 0).toBe(isErased);
    await rig.pass(10_000);
    const { items } = await rig.core.handlers.sessions({ limit: 10 });
    expect(items.map(({ sessionId }) => sessionId).sort()).toEqual(isErased ? ['open-1'] : ['gone-1', 'open-1']);
    expect((await rig.core.handlers.verify({})).damaged).toBe(0);
  },
);
