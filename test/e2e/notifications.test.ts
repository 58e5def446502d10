import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { harbour, invoices, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import { type StateDir, stateDir } from './support/state-dir.ts';

const screen = desktop();

/** What outlasts an app: its home, and an OpenClaw with two conversations. */
function lasting(): { readonly openclaw: StateDir; readonly env: NodeJS.ProcessEnv } {
  const directory = tempDir();
  onTestFinished(() => directory[Symbol.dispose]());
  const openclaw = stateDir(join(directory.path, 'openclaw'));
  openclaw.write(harbour, turns('Harbour', 4));
  openclaw.write(invoices, turns('Invoices', 6));
  return { openclaw, env: { CLAWBACK_HOME: join(directory.path, 'clawback'), CLAWBACK_ROOTS: openclaw.root } };
}

const titles = () => screen.notifications.shown.map(({ summary }) => summary);

test('what a person was told is not told again by the next run', async () => {
  const { openclaw, env } = lasting();
  const first = await screen.start({ env });
  await first.protecting();
  openclaw.truncateTo(invoices, 4);
  await screen.notifications.next('8 messages');
  await first.electron.close();

  const second = await screen.start({ env });
  await eventually('the incident in the menu', () => second.tray.offers('8 messages'));
  openclaw.truncateTo(harbour, 2);
  await screen.notifications.next('6 messages');
  expect(titles()).toEqual(['8 messages cut from a conversation', '6 messages cut from a conversation']);
});

test('what could not be shown is told by the next run, once', async () => {
  const { openclaw, env } = lasting();
  screen.notifications.refuse(true);
  onTestFinished(() => screen.notifications.refuse(false));
  const first = await screen.start({ env });
  await first.protecting();
  openclaw.truncateTo(invoices, 4);
  await eventually('the menu to say it', () => first.tray.offers('Notifications are not available'));
  await first.electron.close();
  expect(titles()).toEqual([]);

  screen.notifications.refuse(false);
  const second = await screen.start({ env });
  await screen.notifications.next('8 messages');
  expect(await second.tray.offers('Notifications are not available')).toBe(false);
  openclaw.truncateTo(harbour, 2);
  await screen.notifications.next('6 messages');
  expect(titles()).toEqual(['8 messages cut from a conversation', '6 messages cut from a conversation']);
});

test('what happened while no Clawback ran is told when it comes back', async () => {
  const { openclaw, env } = lasting();
  const first = await screen.start({ env });
  await first.protecting();
  await first.electron.close();
  openclaw.truncateTo(invoices, 4);
  await screen.start({ env });
  const told = await screen.notifications.next('8 messages');
  expect(told.actions).toEqual(expect.arrayContaining(['default']));
  expect(`${told.summary} ${told.body}`).not.toContain('please do step');
});
