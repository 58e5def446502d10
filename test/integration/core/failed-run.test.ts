import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';
import { ScriptedWitness } from '../../support/scripted-witness.ts';

const key = 'agent:main:main';
const half = 'The lantern is in the lighth';

/** A conversation of two turns that are on disk; between them a run failed, of which the stream alone knows. */
async function failedBetween(rig: CoreRig): Promise<{ readonly stream: ScriptedWitness; readonly trajectory: ScriptedWitness }> {
  const stream = new ScriptedWitness('gateway-stream', key);
  const trajectory = new ScriptedWitness('trajectory', key);
  rig.openWitnesses = () => [stream, trajectory];
  await rig.start();
  rig.state.begin(key, 's1');
  rig.state.turn('s1', 'question 1', 'answer 1');
  await rig.pass(10_000);
  stream.say('assistant', half, rig.clock.now(), { phase: 'error', runId: 'failed' });
  await rig.pass(10_000);
  rig.state.turn('s1', 'question 2', 'answer 2');
  await rig.pass(10_000);
  return { stream, trajectory };
}

async function shown(rig: CoreRig) {
  const [session] = (await rig.core.handlers.sessions({ limit: 10 })).items;
  const { items } = await rig.core.handlers.messages({ sessionRow: session?.id ?? 0, limit: 50 });
  return items
    .filter(({ kind }) => kind === 'message')
    .map(({ text, provenance, persisted, interrupted }) => [text, provenance, persisted, ...(interrupted ? ['cut off'] : [])]);
}

const kept = [half, 'gateway-stream', false, 'cut off'];
const onDisk = (n: number) => [
  [`question ${n}`, 'transcript', true],
  [`answer ${n}`, 'transcript', true],
];

describe('words of a run that failed', () => {
  it('are shown in their place and found, and nobody is told', async () => {
    await using rig = new CoreRig();
    await failedBetween(rig);
    expect(await shown(rig)).toEqual([...onDisk(1), kept, ...onDisk(2)]);
    expect(await rig.core.handlers.search({ text: 'lantern', limit: 10 })).toHaveLength(1);
    expect([rig.incidents, rig.resolved]).toEqual([[], []]);
    await rig.stop();
    await rig.start();
    await rig.pass(60_000);
    expect(await shown(rig)).toEqual([...onDisk(1), kept, ...onDisk(2)]);
    expect([rig.incidents, rig.resolved]).toEqual([[], []]);
  });

  it('are put back in their place', async () => {
    await using rig = new CoreRig();
    await failedBetween(rig);
    const [session] = (await rig.core.handlers.sessions({ limit: 10 })).items;
    const { path, messages } = await rig.core.handlers.restore({ sessionRow: session?.id ?? 0, target: 'new-session' });
    const texts = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { readonly type: string; readonly message?: { readonly content: readonly { readonly text: string }[] } },
      )
      .flatMap(({ type, message }) => (type === 'message' ? [message?.content[0]?.text] : []));
    expect(messages).toBe(5);
    const unseen = expect.stringContaining('not seen by Clawback');
    expect(texts).toEqual(['question 1', 'answer 1', unseen, half, 'question 2', 'answer 2']);
  });

  it('are told by another witness as the loss that they are part of, whole and once', async () => {
    await using rig = new CoreRig();
    const { trajectory } = await failedBetween(rig);
    trajectory.say('assistant', `${half}ouse.`, rig.clock.now() - 20_000, { runId: 'failed' });
    await rig.pass(10_000);
    expect(rig.incidents.map(({ kind, severity, messages }) => [kind, severity, messages])).toEqual([['unpersisted', 'loss', 1]]);
    expect(await shown(rig)).toEqual([...onDisk(1), [`${half}ouse.`, 'trajectory', false], ...onDisk(2)]);
    expect(await rig.core.handlers.search({ text: 'lantern', limit: 10 })).toHaveLength(1);
  });

  it('are no longer only here when they are written after all', async () => {
    await using rig = new CoreRig();
    await failedBetween(rig);
    rig.state.turn('s1', 'question 3', half);
    await rig.pass(10_000);
    expect((await shown(rig)).filter(([text]) => text === half)).toEqual([[half, 'transcript', true]]);
    expect([rig.incidents, rig.resolved]).toEqual([[], []]);
  });
});
