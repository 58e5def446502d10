import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

it('restores into a state directory that is known and not protected now', async () => {
  await using rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.start();
  await rig.pass(1_000);
  await rig.stop();
  const core = await rig.start({ roots: [] });
  expect(core.status.sources).toEqual([]);
  const [session] = (await core.handlers.sessions({ limit: 1 })).items;
  const plan = await core.handlers.planRestore({ sessionRow: session?.id ?? 0, target: 'new-session' });
  expect(plan.refusal).toBeUndefined();
  expect(plan.path.startsWith(rig.state.sessions)).toBe(true);
});
