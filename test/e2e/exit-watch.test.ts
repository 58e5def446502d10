import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtExitWatch, ended, IdleProcess } from '../support/exit-watch.ts';
import { tempDir } from '../support/temp-dir.ts';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';

const screen = desktop();

/** The transport that ships, as in `utility-process.test.ts`. */
const inElectron = { CLAWBACK_CORE_NODE: undefined, CLAWBACK_SQLITE_BINDING: process.env.CLAWBACK_TEST_SQLITE_BINDING };

test('a core in a utility process has a helper that watches for exits, and takes it along when it is killed', async () => {
  using dir = tempDir();
  await using holder = new IdleProcess();
  const program = await builtExitWatch();
  const helper = join(dir.path, 'helper');
  writeFileSync(helper, `#!/bin/sh\necho $$ >> '${helper}.pids'\nexec '${program}' "$@"\n`);
  chmodSync(helper, 0o700);
  const app = await screen.start({
    env: { ...inElectron, CLAWBACK_EXIT_WATCH: helper },
    prepare: (openclaw) => {
      openclaw.write(harbour, turns('Harbour', 2));
      const lock = { pid: holder.pid, createdAt: new Date().toISOString() };
      writeFileSync(join(openclaw.sessions, `${harbour}.jsonl.lock`), JSON.stringify(lock));
    },
  });
  await app.protecting();
  const helpers = () => (existsSync(`${helper}.pids`) ? readFileSync(`${helper}.pids`, 'utf8').trim().split('\n').map(Number) : []);
  const pid = await eventually('the helper', () => helpers()[0]);
  const [core] = app.coreProcesses();
  process.kill(core ?? 0, 'SIGKILL');
  await ended(program, pid);
  expect(await eventually('the helper of the next core', () => helpers()[1])).not.toBe(pid);
  await holder.kill();
  await eventually('the incident', async () => (await app.tray.tooltip()).includes('1 incident needs you'));
});
