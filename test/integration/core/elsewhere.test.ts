import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedFor } from '../../../main/core/gateway/elsewhere.ts';
import type { WitnessBatch } from '../../../main/core/witness/witness.ts';
import { CoreRig } from '../../support/core-rig.ts';
import { ScriptedWitness } from '../../support/scripted-witness.ts';

const key = 'agent:main:main';

/** What the stream of a gateway on another machine brings. */
class FarStream extends ScriptedWitness {
  override collect(): WitnessBatch {
    return namedFor('wss://far.example', super.collect());
  }
}

describe('what a gateway on another machine says', () => {
  it('is a conversation of its own, kept and found, that alarms nobody and is put into no folder but as a file', async () => {
    await using rig = new CoreRig();
    const far = new FarStream('gateway-stream', key);
    rig.openWitnesses = () => [far];
    await rig.start();
    rig.state.begin(key, 's1');
    rig.state.turn('s1', 'question 1', 'answer 1');
    far.say('assistant', 'far away', rig.clock.now(), { runId: 'far-run' });
    await rig.pass(10_000);
    far.say('assistant', 'and further', rig.clock.now(), { runId: 'next-run' });
    await rig.pass(11 * 60_000);
    const { handlers } = rig.core;
    const { items } = await handlers.sessions({ limit: 10 });
    const rowOf = (agent: string) => items.find((session) => session.agent === agent)?.id ?? 0;
    const texts = async (agent: string) => (await handlers.messages({ sessionRow: rowOf(agent), limit: 50 })).items.map(({ text }) => text);
    expect(await texts('main@far.example')).toEqual(['far away', 'and further']);
    expect(await texts('main')).toEqual(['question 1', 'answer 1']);
    expect(await handlers.search({ text: 'further', limit: 10 })).toHaveLength(1);
    expect(await handlers.incidents({ all: false, limit: 10 })).toEqual([]);

    const sessionRow = rowOf('main@far.example');
    const { refusal } = await handlers.planRestore({ sessionRow, target: 'new-session' });
    expect(refusal).toMatchObject({ code: 'unsafe-path' });
    const output = join(rig.state.root, '..', 'far.jsonl');
    expect(await handlers.restore({ sessionRow, target: 'file', output })).toMatchObject({ messages: 2 });
  });
});
