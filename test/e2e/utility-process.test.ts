import { expect, test } from 'vitest';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import { isAlive } from './support/process-alive.ts';

const screen = desktop();

/** The transport that ships. Where the runtime under test is too old for the binding of the package, it gets one of its own. */
const env = { CLAWBACK_CORE_NODE: undefined, CLAWBACK_SQLITE_BINDING: process.env.CLAWBACK_TEST_SQLITE_BINDING };

test('the core runs in a utility process of Electron, captures, detects and restores', async () => {
  const app = await screen.start({ env, prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 6)) });
  await app.protecting();
  const [core] = app.coreProcesses();
  const types = await app.electron.evaluate(({ app: electronApp }) =>
    electronApp.getAppMetrics().map(({ pid, type, name }) => ({ pid, type, name })),
  );
  expect(types).toContainEqual({ pid: core, type: 'Utility', name: 'Clawback core' });

  app.openclaw.truncateTo(harbour, 4);
  await eventually('the incident', async () => (await app.tray.tooltip()).includes('1 incident needs you'));
  await app.tray.click('8 messages cut from a conversation', 'Restore…');
  const sheet = (await app.window('recovery')).getByRole('dialog');
  await sheet.getByRole('button', { name: 'Restore', exact: true }).click();
  await sheet.getByRole('heading', { name: '12 messages are back' }).waitFor();
});

test('a utility process that was killed is started again', async () => {
  const app = await screen.start({ env, prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 2)) });
  await app.protecting();
  const [first] = app.coreProcesses();
  process.kill(first ?? 0, 'SIGKILL');
  const second = await eventually('another core', () => app.coreProcesses()[1]);
  expect(second).not.toBe(first);
  await app.protecting();
});

test('Quit ends the utility process with the app', async () => {
  const app = await screen.start({ env, prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 2)) });
  await app.protecting();
  // The question whether to quit while a conversation goes on has tests of its own.
  await app.tray.click('Pause for an hour');
  await eventually('the pause', () => app.tray.offers('Resume'));
  const closed = app.electron.waitForEvent('close');
  await app.tray.click('Quit Clawback');
  await closed;
  const [core] = app.coreProcesses();
  await eventually('the end of the core', () => core !== undefined && !isAlive(core));
});

test('an app that is killed leaves no utility process behind', async () => {
  const app = await screen.start({ env, prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 2)) });
  await app.protecting();
  const closed = app.electron.waitForEvent('close');
  app.electron.process().kill('SIGKILL');
  await closed;
  const [core] = app.coreProcesses();
  await eventually('the end of the core', () => core !== undefined && !isAlive(core));
});
