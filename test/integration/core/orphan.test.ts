import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { isWriterRunning } from '../../../main/core/store/writer-lock.ts';
import { isAlive } from '../../e2e/support/process-alive.ts';
import { OpenclawState } from '../../support/openclaw-state.ts';
import { tempDir } from '../../support/temp-dir.ts';

const entry = fileURLToPath(new URL('../../../main/core-process/index.ts', import.meta.url));

/** What the app is to its core: starts it, and says what it hears. */
const PARENT = `
  const core = require('node:child_process').fork(process.argv[1], [process.argv[2]]);
  core.on('message', ({ type }) => console.log(JSON.stringify({ type, pid: core.pid })));
`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}

it.each(['ready', 'spawned'])('a core whose app is killed when it is %s ends and lets go of the buffer', async (moment) => {
  using dir = tempDir();
  const home = join(dir.path, 'home');
  const state = new OpenclawState(join(dir.path, 'state'), systemClock);
  state.begin('agent:main:main', 'first');
  const bootstrap = JSON.stringify({ home, config: { roots: [state.root], flushIntervalMs: 1_000 }, control: true });
  const parent = spawn(process.execPath, ['-e', PARENT, entry, bootstrap], { stdio: ['ignore', 'pipe', 'ignore'] });
  let pid: number | undefined;
  createInterface({ input: parent.stdout }).on('line', (line) => {
    pid = (JSON.parse(line) as { pid: number }).pid;
  });
  await until(() => (moment === 'ready' ? pid !== undefined : isWriterRunning(home)));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until(() => !isWriterRunning(home) && (pid === undefined || !isAlive(pid)));
  expect(isWriterRunning(home)).toBe(false);
});
