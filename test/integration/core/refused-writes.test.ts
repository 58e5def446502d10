import { appendFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';

const KEY = 'agent:main:main';

async function recording(): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.start();
  await rig.pass(3_000);
  return rig;
}

const losses = (rig: CoreRig) => rig.incidents.filter((incident) => incident.severity === 'loss').map((incident) => incident.kind);

it('tells of a loss that was concluded while the buffer could not be written', async () => {
  await using rig = await recording();
  rmSync(rig.state.path('first'));
  await rig.pass(1_500);
  rig.buffer.isFull = true;
  await rig.pass(10_000);
  expect(rig.buffer.refusals).toBeGreaterThan(0);
  rig.buffer.isFull = false;
  await rig.pass(60_000);
  expect(losses(rig)).toEqual(['deleted']);
});

it('notices what happens while requests to flush are refused', async () => {
  await using rig = await recording();
  rig.buffer.isFull = true;
  rig.state.turn('first', 'and', 'so on');
  await rig.pass(2_000);
  rmSync(rig.state.path('first'));
  await expect(rig.core.handlers.flush({})).rejects.toMatchObject({ code: 'disk-full' });
  rig.buffer.isFull = false;
  await rig.core.handlers.flush({});
  await rig.pass(60_000);
  expect(losses(rig)).toEqual(['deleted']);
});

it('lives through heartbeats that cannot be written', async () => {
  await using rig = await recording();
  rig.buffer.isFull = true;
  rig.buffer.refuses = new Set(['beat']);
  await rig.pass(20_000);
  expect(rig.buffer.refusals).toBeGreaterThan(1);
  rig.buffer.isFull = false;
  rig.state.turn('first', 'more', 'of it');
  const before = rig.committedBytes;
  await rig.pass(2_000);
  expect(rig.committedBytes).toBeGreaterThan(before);
});

it('lives through a new state directory that cannot be registered, and protects it later', async () => {
  await using rig = await recording();
  await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 1_000 });
  const second = new OpenclawState(join(rig.home, '..', 'second'), rig.clock);
  rig.buffer.isFull = true;
  rig.buffer.refuses = new Set(['registerSource']);
  await expect(rig.core.handlers.configure({ roots: [rig.state.root, second.root], flushIntervalMs: 1_000 })).rejects.toMatchObject({
    code: 'disk-full',
  });
  await rig.pass(30_000);
  rig.buffer.isFull = false;
  await rig.pass(30_000);
  expect(rig.core.status.sources).toHaveLength(2);
});

it('goes on with a state directory that is switched off and on again within a flush interval', async () => {
  await using rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  await rig.start({ flushIntervalMs: 30_000 });
  await rig.pass(60_000);
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.pass(2_000);
  await rig.core.handlers.configure({ roots: [], flushIntervalMs: 30_000 });
  await rig.core.handlers.configure({ roots: [rig.state.root], flushIntervalMs: 30_000 });
  appendFileSync(rig.state.path('first'), '{"type":"custom"}\n');
  await rig.pass(60_000);
  expect(rig.core.status.problem).toBeUndefined();
  const [generation] = rig.core.status.sources.length === 1 ? (await rig.core.handlers.session({ row: 1 })).generations : [];
  expect(generation?.bytes).toBe(statSync(rig.state.path('first')).size);
});
