import { existsSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

/** The chat of `first`, whose transcript somebody deleted; the incident is open and the chat is quiet. */
async function deleted(): Promise<{ readonly rig: CoreRig; readonly incidentId: string; readonly path: string }> {
  const rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  rig.state.turn('first', 'hello', 'hello to you');
  await rig.start();
  await rig.pass(3_000);
  const path = rig.state.path('first');
  rmSync(path);
  await rig.pass(10_000);
  return { rig, incidentId: rig.incidents[0]?.id ?? '', path };
}

const stateOf = async (rig: CoreRig) => (await rig.core.handlers.session({ row: 1 })).session.state;
const incidentOf = (rig: CoreRig, id: string) => rig.core.handlers.incident({ id });

it('a chat that got its transcript back is no loss any more, and its conversation goes on', async () => {
  const { rig, incidentId, path } = await deleted();
  await using _rig = rig;
  await rig.core.handlers.restore({ incidentId, target: 'same-session' });
  await rig.pass(10_000);
  expect(existsSync(path)).toBe(true);
  expect((await incidentOf(rig, incidentId)).resolution).toBe('restored');
  rig.state.turn('first', 'and now', 'we go on');
  await rig.pass(10_000);
  expect((await rig.core.handlers.session({ row: 1 })).session).toMatchObject({ records: 4, onlyHere: 0 });
  expect(rig.incidents).toHaveLength(1);
});

it('a transcript that was taken back leaves its conversation lost, as it was', async () => {
  const { rig, incidentId, path } = await deleted();
  await using _rig = rig;
  const { restoreId } = await rig.core.handlers.restore({ incidentId, target: 'same-session' });
  await rig.pass(10_000);
  await rig.core.handlers.undo({ restoreId });
  await rig.pass(10_000);
  expect(existsSync(path)).toBe(false);
  expect((await incidentOf(rig, incidentId)).resolvedAt).toBeUndefined();
  expect(await stateOf(rig)).toBe('lost');
  expect(new Set(rig.incidents.map(({ id }) => id))).toEqual(new Set([incidentId]));
});

it('a chat that went on after a restore that followed an undo can be lost again, and that is told', async () => {
  const { rig, incidentId, path } = await deleted();
  await using _rig = rig;
  const { restoreId } = await rig.core.handlers.restore({ incidentId, target: 'same-session' });
  await rig.pass(10_000);
  await rig.core.handlers.undo({ restoreId });
  await rig.pass(10_000);
  await rig.core.handlers.restore({ incidentId, target: 'same-session' });
  await rig.pass(3_000);
  rig.state.turn('first', 'and now', 'we go on');
  await rig.pass(10_000);
  rmSync(path);
  await rig.pass(10_000);
  const open = (await rig.core.handlers.incidents({ all: false, limit: 10 })).filter(({ severity }) => severity === 'loss');
  expect(open).toMatchObject([{ kind: 'deleted', nativeId: 'first' }]);
  expect(open[0]?.messages).toBeGreaterThanOrEqual(2);
  expect(await stateOf(rig)).toBe('lost');
});

it('a restore that failed after its file had been captured leaves the conversation lost, and a later loss is told', async () => {
  const { rig, incidentId, path } = await deleted();
  await using _rig = rig;
  rig.buffer.onDone = (name, args) => {
    if (name === 'advanceRestore' && args[1] === 'linked') rmSync(path);
  };
  await expect(rig.core.handlers.restore({ incidentId, target: 'same-session' })).rejects.toMatchObject({ code: 'io' });
  rig.buffer.onDone = () => undefined;
  await rig.pass(10_000);
  expect((await incidentOf(rig, incidentId)).resolvedAt).toBeUndefined();
  expect(await stateOf(rig)).toBe('lost');
  await rig.core.handlers.restore({ incidentId, target: 'same-session' });
  await rig.pass(10_000);
  rmSync(path);
  await rig.pass(10_000);
  expect(await stateOf(rig)).toBe('lost');
  const open = (await rig.core.handlers.incidents({ all: false, limit: 10 })).filter(({ severity }) => severity === 'loss');
  expect(open).toMatchObject([{ kind: 'deleted', nativeId: 'first', messages: 2 }]);
});

it.each(['same-session', 'new-session'] as const)(
  'to restore a conversation (%s) answers the incident that speaks of it',
  async (target) => {
    const { rig, incidentId } = await deleted();
    await using _rig = rig;
    await rig.core.handlers.restore({ sessionRow: 1, target });
    await rig.pass(10_000);
    expect((await incidentOf(rig, incidentId)).resolution).toBe('restored');
  },
);

it("to write a conversation into a file of one's own leaves its incident open: OpenClaw has lost it still", async () => {
  const { rig, incidentId } = await deleted();
  await using _rig = rig;
  await rig.core.handlers.restore({ sessionRow: 1, target: 'file', output: `${rig.home}/conversation.jsonl` });
  await rig.pass(10_000);
  expect((await incidentOf(rig, incidentId)).resolvedAt).toBeUndefined();
});
