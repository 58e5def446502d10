import { existsSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

async function deletedConversation(): Promise<CoreRig> {
  const rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  for (let turn = 0; turn < 3; turn++) rig.state.turn('first', `question ${turn}`, `answer ${turn}`);
  await rig.start();
  await rig.pass(3_000);
  rmSync(rig.state.path('first'));
  await rig.pass(5_000);
  return rig;
}

it('restores into the very file that the preview named', async () => {
  await using rig = await deletedConversation();
  const incidentId = rig.incidents[0]?.id ?? '';
  const plan = await rig.core.handlers.planRestore({ incidentId, target: 'new-session' });
  await rig.pass(60_000);
  const receipt = await rig.core.handlers.restore({ planId: plan.planId });
  expect(receipt).toMatchObject({ path: plan.path, sessionId: plan.sessionId, sessionKey: plan.sessionKey, sha256: plan.sha256 });
  expect(existsSync(plan.path)).toBe(true);
});

it('resolves the incident that a previewed restore answers', async () => {
  await using rig = await deletedConversation();
  const incidentId = rig.incidents[0]?.id ?? '';
  const { planId } = await rig.core.handlers.planRestore({ incidentId, target: 'new-session' });
  await rig.core.handlers.restore({ planId });
  expect(await rig.core.handlers.incident({ id: incidentId })).toMatchObject({ resolution: 'restored' });
});

it('refuses a previewed restore while the gateway that was started meanwhile runs', async () => {
  await using rig = await deletedConversation();
  const { planId, path } = await rig.core.handlers.planRestore({ incidentId: rig.incidents[0]?.id ?? '', target: 'new-session' });
  rig.gateway.running = 'running';
  await expect(rig.core.handlers.restore({ planId })).rejects.toMatchObject({ code: 'gateway-running' });
  expect(existsSync(path)).toBe(false);
});

it('does not carry out a preview that nobody made, or made too long ago', async () => {
  await using rig = await deletedConversation();
  await expect(rig.core.handlers.restore({ planId: 'invented' })).rejects.toMatchObject({ code: 'not-found' });
  const { planId } = await rig.core.handlers.planRestore({ incidentId: rig.incidents[0]?.id ?? '', target: 'new-session' });
  await rig.pass(31 * 60_000);
  await expect(rig.core.handlers.restore({ planId })).rejects.toMatchObject({ code: 'not-found' });
});
