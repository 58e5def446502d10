import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { en } from '../../../main/wording/en/index.ts';
import { statusCopy } from '../../../main/wording/status-copy.ts';
import { cli } from '../../support/cli.ts';
import { CoreRig } from '../../support/core-rig.ts';

function makeDatabase(root: string): void {
  const directory = join(root, 'agents', 'main', 'agent');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'openclaw-agent.sqlite'), '');
}

it('says of conversations in a database that they are not protected', async () => {
  await using rig = new CoreRig();
  rmSync(join(rig.state.sessions, 'sessions.json'), { force: true });
  makeDatabase(rig.state.root);
  const core = await rig.start();
  await rig.pass(5_000);
  expect(core.status).toMatchObject({ health: 'degraded', sources: [{ problems: ['unsupported-format'] }] });
  const { line, detail } = statusCopy(en, core.status, rig.clock.now());
  expect(line).toBe('Not fully protected');
  expect(detail).toContain('keeps conversations in a database, which Clawback cannot read yet');
});

it('says it of an OpenClaw that went over to one while it was watched', async () => {
  await using rig = new CoreRig();
  rig.state.begin('agent:main:main', 'first');
  const core = await rig.start();
  await rig.pass(5_000);
  expect(core.status.health).toBe('protecting');
  rmSync(join(rig.state.sessions, 'sessions.json'));
  makeDatabase(rig.state.root);
  await rig.pass(120_000);
  expect(core.status).toMatchObject({ health: 'degraded', sources: [{ problems: ['unsupported-format'] }] });
});

it('is in the status on the command line, in words, also while nothing runs', async () => {
  await using rig = new CoreRig();
  rmSync(join(rig.state.sessions, 'sessions.json'), { force: true });
  makeDatabase(rig.state.root);
  const { code, stdout } = await cli(['status', '--home', rig.home, '--state-dir', rig.state.root], { NO_COLOR: '1' });
  expect(code).toBe(0);
  expect(stdout.toString()).toContain(`${rig.state.root} keeps conversations in a database, which Clawback cannot read yet`);
});
