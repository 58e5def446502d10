import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CoreRig } from '../../support/core-rig.ts';

it('nothing is restored beside a database without the program that takes it in: an index there would keep OpenClaw from starting', async () => {
  await using rig = new CoreRig();
  await rig.start();
  rig.state.begin('agent:main:main', 's1');
  rig.state.turn('s1', 'question 1', 'answer 1');
  await rig.pass(10_000);
  const sessionRow = (await rig.core.handlers.sessions({ limit: 10 })).items[0]?.id ?? 0;
  const database = join(rig.state.root, 'agents', 'main', 'agent');
  mkdirSync(database, { recursive: true });
  writeFileSync(join(database, 'openclaw-agent.sqlite'), '');
  rmSync(join(rig.state.root, 'agents', 'main', 'sessions', 'sessions.json'));
  const { refusal } = await rig.core.handlers.planRestore({ sessionRow, target: 'new-session' });
  expect(refusal).toMatchObject({
    code: 'program-missing',
    message: expect.stringContaining('openclaw'),
    hint: expect.stringContaining('file'),
  });
});
