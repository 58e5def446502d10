import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';
import { ScriptedWitness } from '../../support/scripted-witness.ts';

const key = 'agent:main:main';

interface Scene {
  readonly rig: CoreRig;
  readonly witness: ScriptedWitness;
  readonly turn: (sessionId: string, n: number, isWritten: boolean) => Promise<void>;
}

async function begun(rig: CoreRig): Promise<Scene> {
  const witness = new ScriptedWitness('recorder-plugin', key);
  rig.openWitnesses = () => [witness];
  await rig.start();
  rig.state.begin(key, 's1');
  await rig.pass(2_000);
  const turn = async (sessionId: string, n: number, isWritten: boolean): Promise<void> => {
    const at = rig.clock.now();
    witness.say('user', `question ${n}`, at);
    witness.say('assistant', `answer ${n}`, at + 1);
    if (isWritten) rig.state.turn(sessionId, `question ${n}`, `answer ${n}`);
    await rig.pass(10_000);
  };
  return { rig, witness, turn };
}

describe('what OpenClaw never writes', () => {
  it('is one incident that grows, shows in its conversation, and survives a restart', async () => {
    await using rig = new CoreRig();
    const { turn } = await begun(rig);
    await turn('s1', 1, true);
    await turn('s1', 2, true);
    expect(rig.incidents).toEqual([]);
    rig.state.reset(key, 's1', 's2');
    await rig.pass(2_000);
    await turn('s2', 3, false);
    await turn('s2', 4, false);
    expect(new Set(rig.incidents.map(({ id }) => id)).size).toBe(1);
    expect(rig.incidents.at(-1)).toMatchObject({ kind: 'reset-without-successor', severity: 'loss', messages: 4, nativeId: 's1' });
    await rig.stop();
    await rig.start();
    await rig.pass(10_000);
    const { items: open } = { items: await rig.core.handlers.incidents({ all: false, limit: 10 }) };
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({ kind: 'reset-without-successor', messages: 4, evidence: { successor: 's2', unpersisted: 4 } });
    // A person reads and restores what was said since the reset.
    expect(open[0]?.sessionId).toBe('s2');
    const generationId = open[0]?.generationId;
    expect(generationId).toBeDefined();
    const lines = rig.bytesOf(generationId ?? 0).toString('utf8');
    expect(lines).toContain('question 3');
    expect(lines).toContain('answer 4');
  });

  it('heals when it is written after all, and nothing is only here then', async () => {
    await using rig = new CoreRig();
    const { turn, witness } = await begun(rig);
    await turn('s1', 1, true);
    const at = rig.clock.now();
    witness.say('user', 'late question', at);
    witness.say('assistant', 'late answer', at + 1);
    await rig.pass(10_000);
    expect(rig.incidents.map(({ kind }) => kind)).toEqual(['unpersisted']);
    rig.state.turn('s1', 'late question', 'late answer');
    await rig.pass(10_000);
    expect(rig.resolved.map(({ kind, resolution }) => [kind, resolution])).toEqual([['unpersisted', 'self-healed']]);
  });

  it.each([200, 10_000])('is still lost when it was put back into its chat and taken out again %i ms later', async (afterMs) => {
    await using rig = new CoreRig();
    const { turn } = await begun(rig);
    await turn('s1', 1, true);
    rig.state.reset(key, 's1', 's2');
    await rig.pass(2_000);
    await turn('s2', 2, false);
    const incidentId = rig.incidents[0]?.id ?? '';
    const { restoreId } = await rig.core.handlers.restore({ incidentId, target: 'same-session' });
    await rig.pass(afterMs);
    await rig.core.handlers.undo({ restoreId });
    await rig.pass(20_000);
    const open = await rig.core.handlers.incidents({ all: false, limit: 10 });
    expect(open).toMatchObject([{ id: incidentId, severity: 'loss', messages: 2 }]);
    expect((await rig.core.handlers.session({ row: open[0]?.sessionRow ?? 0 })).session.onlyHere).toBe(2);
    await rig.core.handlers.restore({ incidentId, target: 'same-session' });
    expect((await rig.core.handlers.incident({ id: incidentId })).resolution).toBe('restored');
  });

  it('is not counted among what is deleted later', async () => {
    await using rig = new CoreRig();
    const { turn } = await begun(rig);
    await turn('s1', 1, true);
    await turn('s1', 2, false);
    await turn('s1', 3, true);
    rmSync(rig.state.path('s1'));
    await rig.pass(10_000);
    expect(rig.incidents.map(({ kind, messages }) => [kind, messages])).toEqual([
      ['unpersisted', 2],
      ['deleted', 4],
    ]);
  });

  it('is not told of a conversation that is written', async () => {
    await using rig = new CoreRig();
    const { turn } = await begun(rig);
    for (let n = 0; n < 20; n++) await turn('s1', n, true);
    rig.state.reset(key, 's1', 's2');
    rig.state.begin(key, 's2');
    for (let n = 20; n < 30; n++) await turn('s2', n, true);
    await rig.stop();
    await rig.start();
    for (let n = 30; n < 35; n++) await turn('s2', n, true);
    await rig.pass(60_000);
    expect(rig.incidents.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('is not told of a file that lay still and would be looked at by the next sweep only', async () => {
    await using rig = new CoreRig();
    const { turn } = await begun(rig);
    await turn('s1', 0, true);
    for (let n = 1; n <= 6; n++) {
      await rig.pass(900_000 + n * 1_500);
      await turn('s1', n, true);
    }
    expect(rig.incidents.map(({ kind }) => kind)).toEqual([]);
  });
});
