import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

/** A conversation that was deleted, and a core that dies after the named call of a restore. */
async function crashedRestore(after: (name: string, args: readonly unknown[]) => boolean): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.start();
  await rig.pass(3_000);
  rmSync(rig.state.path('first'));
  await rig.pass(5_000);
  rig.buffer.onDone = (name, args) => {
    if (after(name, args)) rig.buffer.isFull = true;
  };
  const restore = rig.core.handlers.restore({ incidentId: rig.incidents[0]?.id ?? '', target: 'new-session' });
  await expect(restore).rejects.toMatchObject({ code: 'disk-full' });
  await expect(rig.core[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'disk-full' });
  rig.buffer.isFull = false;
  rig.buffer.onDone = () => undefined;
  await rig.start();
  await rig.pass(30_000);
  return rig;
}

it('a restore that was finished when the core died has solved its incident', async () => {
  await using rig = await crashedRestore((name, args) => name === 'advanceRestore' && args[1] === 'verified');
  expect(await rig.core.handlers.incident({ id: rig.incidents[0]?.id ?? '' })).toMatchObject({ resolution: 'restored' });
  expect((await rig.core.handlers.session({ row: 1 })).session.state).toBe('restored');
});

it('a restore that was not begun when the core died leaves a conversation that is still lost', async () => {
  await using rig = await crashedRestore((name) => name === 'commit');
  const id = rig.incidents[0]?.id ?? '';
  expect((await rig.core.handlers.incident({ id })).resolvedAt).toBeUndefined();
  expect((await rig.core.handlers.session({ row: 1 })).session.state).toBe('lost');
  await rig.core.handlers.restore({ incidentId: id, target: 'new-session' });
  expect(await rig.core.handlers.incident({ id })).toMatchObject({ resolution: 'restored' });
});

it('does not take for a loss what a refused restore had published and took back', async () => {
  await using rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.start();
  await rig.pass(3_000);
  writeFileSync(
    join(rig.state.sessions, 'sessions.json.lock'),
    JSON.stringify({ pid: 4_711, createdAt: new Date(rig.clock.now()).toISOString() }),
  );
  const [session] = (await rig.core.handlers.sessions({ limit: 1 })).items;
  let refusal: unknown;
  void rig.core.handlers.restore({ sessionRow: session?.id ?? 0, target: 'new-session' }).catch((error: unknown) => {
    refusal = error;
  });
  while (refusal === undefined) {
    await setImmediate();
    await rig.pass(500);
  }
  expect(refusal).toMatchObject({ code: 'index-locked' });
  await rig.pass(10_000);
  expect((await rig.core.handlers.sessions({ limit: 10 })).items).toHaveLength(2);
  expect(rig.incidents).toEqual([]);
});
