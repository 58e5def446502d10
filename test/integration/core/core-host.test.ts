import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openCore } from '../../../main/core/core.ts';
import { CoreHost } from '../../../main/core/core-host.ts';
import { CoreError } from '../../../main/core/platform/errors.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import type { CoreConfig } from '../../../main/core/requests.ts';
import type { TaskProgress } from '../../../main/core/storage-facts.ts';
import type { CoreStatus } from '../../../main/core/types.ts';
import { readerIn } from '../../../main/core-process/reader.ts';
import { CoreRig } from '../../support/core-rig.ts';

/** A core of the rig's world that can be closed and opened again; `refusal`: why the next one does not open. */
async function hosted(rig: CoreRig) {
  const world: { refusal?: CoreError; opened: CoreConfig[] } = { opened: [] };
  const { home, state, clock, fs, gateway } = rig;
  const host = await CoreHost.open({
    home,
    config: { roots: [state.root], flushIntervalMs: 1_000 },
    log: silentLogger,
    env: { HOME: dirname(home) },
    clock,
    open: (config) => {
      world.opened.push(config);
      if (world.refusal !== undefined) throw world.refusal;
      return openCore({
        home,
        config,
        version: '0.0.0-test',
        env: {},
        clock,
        fs,
        log: silentLogger,
        gateway,
        readerIn,
        hints: false,
        openBuffer: rig.buffer.open,
      });
    },
  });
  host.start();
  clock.advance(0);
  return { host, world };
}

function recorded(rig: CoreRig): void {
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
}

it('a move goes on with the same settings, the same pause and the same listeners, and answers nothing meanwhile but how it is', async () => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host, world } = await hosted(rig);
  await using _host = host;
  await rig.pass(3_000);
  const told: CoreStatus[] = [];
  const progress: TaskProgress[] = [];
  let renewed = 0;
  host.on('status', (status) => told.push(status));
  host.on('progress', (step) => progress.push(step));
  host.onRenewed = () => {
    renewed += 1;
  };
  const config = { roots: [rig.state.root], flushIntervalMs: 5_000 };
  await host.handlers.configure(config);
  await host.handlers.pause({ untilMs: rig.clock.now() + 3_600_000 });
  const folder = join(dirname(rig.home), 'elsewhere');
  const moving = host.handlers.moveBuffer({ folder });
  await expect.poll(() => host.status.work).toBe('moving');
  expect(host.status).toMatchObject({ running: false, health: 'paused' });
  await expect(host.handlers.sessions({ limit: 10 })).rejects.toMatchObject({ code: 'storage-busy' });
  await expect(host.handlers.eraseAll({})).rejects.toMatchObject({ code: 'storage-busy' });
  expect(await moving).toMatchObject({ folder });
  expect(world.opened.at(-1)).toEqual(config);
  expect(renewed).toBe(1);
  expect(progress.at(-1)).toMatchObject({ task: 'move' });
  expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
  expect(told.some(({ work }) => work === 'moving')).toBe(true);
  expect(host.status).toMatchObject({ running: true, pausedUntil: rig.clock.now() + 3_600_000 });
  expect((await host.handlers.sessions({ limit: 10 })).items).toHaveLength(1);
});

it('a move that is refused stops nothing', async () => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host, world } = await hosted(rig);
  await using _host = host;
  await rig.pass(3_000);
  await expect(host.handlers.moveBuffer({ folder: join(rig.state.root, 'agents') })).rejects.toMatchObject({ code: 'target-in-openclaw' });
  expect(world.opened).toHaveLength(1);
  expect(host.status.running).toBe(true);
});

it('what was read and cannot be written yet is not given up for a move', async () => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host, world } = await hosted(rig);
  await using _host = host;
  await rig.pass(3_000);
  rig.buffer.isFull = true;
  rig.state.turn('first', 'more', 'and more');
  await rig.pass(3_000);
  await expect(host.handlers.moveBuffer({ folder: join(dirname(rig.home), 'elsewhere') })).rejects.toMatchObject({ code: 'disk-full' });
  expect(world.opened).toHaveLength(1);
  rig.buffer.isFull = false;
  await rig.pass(40_000);
  expect((await host.handlers.sessions({ limit: 10 })).items).toMatchObject([{ records: 4 }]);
});

it('a core that does not open afterwards is told of, and what was done is done', async () => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host, world } = await hosted(rig);
  await using _host = host;
  await rig.pass(3_000);
  const lost: unknown[] = [];
  host.onLost = (error) => lost.push(error);
  world.refusal = new CoreError('io', 'The disk does not answer.', '');
  await host.handlers.eraseAll({});
  expect(lost).toEqual([world.refusal]);
  expect(existsSync(join(rig.home, 'buffer.db'))).toBe(false);
});

it('everything that was captured is gone, and what is on disk is captured again', async () => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host } = await hosted(rig);
  await using _host = host;
  await rig.pass(3_000);
  expect((await host.handlers.eraseAll({})).bytes).toBeGreaterThan(0);
  await rig.pass(3_000);
  expect((await host.handlers.sessions({ limit: 10 })).items).toMatchObject([{ sessionId: 'first', records: 2 }]);
  expect(await host.handlers.incidents({ all: true, limit: 10 })).toEqual([]);
});

it.each([
  ['and is away', true, 'buffer-missing'],
  ['and was attached again', false, 'io'],
] as const)('a core whose buffer was on a disk that was pulled out %s ends, so that another one can go on', async (_how, isAway, code) => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host } = await hosted(rig);
  await using _host = host;
  const elsewhere = join(dirname(rig.home), 'elsewhere');
  await host.handlers.moveBuffer({ folder: elsewhere });
  const lost: unknown[] = [];
  host.onLost = (error) => lost.push(error);
  rig.state.turn('first', 'more', 'and more');
  rig.buffer.isFull = true;
  rig.buffer.refusal = new CoreError('io', 'The disk does not answer.', '');
  if (isAway) renameSync(elsewhere, `${elsewhere}-unplugged`);
  await rig.pass(10_000);
  expect(lost).toEqual([]);
  if (isAway) await expect(host.handlers.storage({})).rejects.toMatchObject({ code: 'io' });
  await rig.pass(20_000);
  await expect.poll(() => lost).toMatchObject([{ code }]);
  expect(host.status.running).toBe(false);
});

it.each([
  ['in the home that cannot be written', 'home', 'io'],
  ['elsewhere whose disk is full', 'elsewhere', 'disk-full'],
] as const)('a core with a buffer %s keeps what it read until it can be', async (_what, place, code) => {
  await using rig = new CoreRig();
  recorded(rig);
  const { host } = await hosted(rig);
  await using _host = host;
  if (place === 'elsewhere') await host.handlers.moveBuffer({ folder: join(dirname(rig.home), 'elsewhere') });
  const lost: unknown[] = [];
  host.onLost = (error) => lost.push(error);
  await rig.pass(3_000);
  rig.state.turn('first', 'more', 'and more');
  rig.buffer.isFull = true;
  rig.buffer.refusal = new CoreError(code, 'Not now.', '');
  await rig.pass(60_000);
  expect(host.status.problem?.code).toBe(code);
  expect(lost).toEqual([]);
  rig.buffer.isFull = false;
  await rig.pass(40_000);
  expect((await host.handlers.sessions({ limit: 10 })).items).toMatchObject([{ records: 4 }]);
});
