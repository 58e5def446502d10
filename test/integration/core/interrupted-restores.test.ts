import { rmSync } from 'node:fs';
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
