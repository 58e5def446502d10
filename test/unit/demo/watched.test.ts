import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Core, openCore } from '../../../main/core/core.ts';
import { silentLogger } from '../../../main/core/platform/logger.ts';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { createRecorderWitness } from '../../../main/core/witness/recorder-spool.ts';
import { readerIn } from '../../../main/core-process/reader.ts';
import { journey, recipes, unwrittenTurns } from '../../../main/demo/conversations.ts';
import { type Demo, startDemo } from '../../../main/demo/index.ts';
import { lossesDoneAtMs, unwrittenSessionId } from '../../../main/demo/scenario.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let clock: FakeClock;
let demo: Demo;
let core: Core;

beforeEach(async () => {
  clock = new FakeClock(Date.now());
  demo = await startDemo({ clock });
  core = await openCore({
    home: demo.home,
    config: { roots: [demo.stateDir], flushIntervalMs: 1_000 },
    version: '0.0.0',
    env: {},
    clock,
    fs: nodeFileSystem,
    log: silentLogger,
    gateway: { state: async () => 'stopped', alive: (pid) => pid === process.pid },
    readerIn,
    hints: false,
    witnesses: ({ root, cursor, clock, fs, log, alive }) => [
      createRecorderWitness({
        spoolDir: join(demo.home, 'recorder-spool'),
        root,
        cursor: cursor('recorder-plugin'),
        clock,
        fs,
        log,
        processAlive: alive,
        setup: () => ({ is: 'absent' }),
      }),
    ],
  });
  core.start();
});

afterEach(async () => {
  await core[Symbol.asyncDispose]();
  await demo.stop();
});

const openKinds = async () => {
  const incidents = await core.handlers.incidents({ all: false, limit: 50 });
  return incidents.map(({ kind, sessionId, messages }) => ({ kind, sessionId, messages })).toReversed();
};

test('a Clawback that watches the demo tells its three losses and nothing else, a few seconds after each', async () => {
  clock.advance(lossesDoneAtMs + 5_000);
  expect(await openKinds()).toMatchObject([
    { kind: 'reset-without-successor', messages: unwrittenTurns.length * 2 },
    { kind: 'truncated', sessionId: journey.sessionId, messages: expect.any(Number) },
    { kind: 'deleted', sessionId: recipes.sessionId, messages: recipes.history.length * 2 },
  ]);
});

test('and nothing more while the diary goes on', async () => {
  clock.advance(lossesDoneAtMs + 5_000);
  const before = await openKinds();
  clock.advance(5 * 60_000);
  expect(await openKinds()).toEqual(before);
});

test('each of them can be restored, and then nothing needs anybody', async () => {
  clock.advance(lossesDoneAtMs + 5_000);
  for (const { id } of await core.handlers.incidents({ all: false, limit: 50 })) {
    expect(await core.handlers.restore({ incidentId: id, target: 'new-session' })).toMatchObject({ ok: true });
  }
  clock.advance(60_000);
  expect(await openKinds()).toEqual([]);
});

test('the conversation that was never written is there in full, and is put back into its own chat', async () => {
  clock.advance(lossesDoneAtMs + 10_000);
  const incidents = await core.handlers.incidents({ all: false, limit: 50 });
  const incident = incidents.find(({ kind }) => kind === 'reset-without-successor');
  const { items } = await core.handlers.messages({ sessionRow: incident?.sessionRow ?? -1, limit: 100 });
  expect(items.map(({ text }) => text)).toEqual(unwrittenTurns.flatMap(({ user, assistant }) => [user, assistant]));
  expect(items.every(({ persisted, provenance }) => !persisted && provenance === 'recorder-plugin')).toBe(true);
  const receipt = await core.handlers.restore({ incidentId: incident?.id ?? '', target: 'same-session' });
  expect(receipt).toMatchObject({ sessionId: unwrittenSessionId, messages: unwrittenTurns.length * 2 });
  expect(readFileSync(receipt.path, 'utf8')).toContain(unwrittenTurns.at(-1)?.assistant);
});
