import { appendFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';

const KEY = 'agent:main:main';

/** A conversation that went on while its file cannot be opened. */
async function withUnreadable(): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  rig.state.begin('agent:main:other', 'second');
  rig.fs.fail('open', 'first.jsonl', 'EACCES');
  await rig.start();
  await rig.pass(2_000);
  await rig.stop();
  rig.fs.heal();
  await rig.start();
  await rig.pass(2_000);
  await rig.stop();
  rig.state.turn('first', 'hello', 'hello to you');
  rig.fs.fail('open', 'first.jsonl', 'EACCES');
  await rig.start();
  return rig;
}

it('does not look again and again at once for what cannot be read', async () => {
  await using rig = await withUnreadable();
  await rig.pass(5_000);
  rig.fs.takeCounts();
  await rig.pass(1_000);
  expect(rig.fs.takeCounts().open ?? 0).toBeLessThan(20);
});

it('protects the others, and answers a request to check', async () => {
  await using rig = await withUnreadable();
  expect(await rig.core.handlers.check({})).toMatchObject({ health: 'protecting', sources: [{ problems: ['skipped-files'] }] });
});

it('keeps what was read when something else in the directory cannot be looked at', async () => {
  await using rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  await rig.start();
  await rig.pass(5_000);
  rig.fs.fail('stat', 'sessions.json', 'ESTALE');
  appendFileSync(rig.state.path('first'), '{"type":"custom"}\n');
  await rig.pass(30_000);
  rig.fs.heal();
  appendFileSync(rig.state.path('first'), '{"type":"custom"}\n');
  await rig.pass(30_000);
  expect(rig.core.status.problem).toBeUndefined();
  const [generation] = (await rig.core.handlers.session({ row: 1 })).generations;
  expect(generation?.bytes).toBe(statSync(rig.state.path('first')).size);
});

it('does not take an index that cannot be read for one that is gone', async () => {
  await using rig = new CoreRig();
  rig.state.begin(KEY, 'first');
  await rig.start();
  await rig.pass(5_000);
  rig.fs.fail('open', 'sessions.json', 'EIO');
  rig.state.begin('agent:main:other', 'second');
  await rig.pass(60_000);
  expect(rig.incidents.map((incident) => incident.kind)).not.toContain('index-lost');
});

it('captures one agent while looking at the other fails in a way that nobody expected', async () => {
  await using rig = new CoreRig();
  const other = new OpenclawState(rig.state.root, rig.clock, 'aaa');
  other.begin('agent:aaa:main', 'broken');
  rig.state.begin(KEY, 'first');
  await rig.start();
  await rig.pass(5_000);
  rig.fs.during(
    'stat',
    join('aaa', 'sessions'),
    () => {
      throw new TypeError('not a fault of the file system');
    },
    Number.POSITIVE_INFINITY,
  );
  rig.state.turn('first', 'hello', 'hello to you');
  const before = rig.committedBytes;
  await rig.pass(10_000);
  expect(rig.committedBytes).toBeGreaterThan(before);
  expect(rig.core.status.problem).toMatchObject({ code: 'look-failed' });
  rig.fs.heal();
  await rig.pass(60_000);
  expect(rig.core.status.problem).toBeUndefined();
  rmSync(rig.state.path('first'));
});
