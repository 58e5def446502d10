import { expect, test } from 'vitest';
import { harbour, invoices, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import { isAlive } from './support/process-alive.ts';
import type { RunningApp } from './support/running-app.ts';
import type { StateDir } from './support/state-dir.ts';

const { start } = desktop();
const prepare = (openclaw: StateDir) => openclaw.write(harbour, turns('Harbour', 4));

/** Answers the system's questions with this button from now on: nobody sits at the screen. */
async function answerQuestions(app: RunningApp, button: string): Promise<void> {
  await app.electron.evaluate(({ dialog }, label) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    Object.assign(dialog, {
      showMessageBox: async ({ message, detail, buttons }: Electron.MessageBoxOptions) => {
        asked.push(`${message} ${detail}`);
        return { response: buttons?.indexOf(label) ?? -1, checkboxChecked: false };
      },
    });
  }, button);
}

const questions = (app: RunningApp): Promise<readonly string[]> =>
  app.electron.evaluate(() => (globalThis as { readonly asked?: readonly string[] }).asked ?? []);

test('the app registers a tray item that says in words what is protected', async () => {
  const app = await start({ prepare });
  await app.protecting();
  expect(await app.tray.tooltip()).toMatch(/^Clawback · Protected: 1 conversation, last saved at \d\d:\d\d$/);
  expect(app.electron.windows()).toEqual([]);
});

test('the menu offers what there is to do', async () => {
  const app = await start({ prepare });
  await app.protecting();
  const [status, ...rest] = await app.tray.labels();
  expect(status).toMatch(/^Protected · 1 live conversation · last saved at \d\d:\d\d$/);
  expect(rest).toEqual([
    'Live conversations',
    expect.stringMatching(/^Harbour: please do step 1.* · saved (just now|1 min ago)$/),
    'Check now',
    'Pause for an hour',
    'Recovery…',
    'Preferences…',
    'About Clawback',
    'Quit Clawback',
  ]);
});

test('a pause shows in icon, words and menu, and ends by Resume', async () => {
  const app = await start({ prepare });
  await app.protecting();
  const protectingIcon = await app.tray.icon();
  await app.tray.click('Pause for an hour');
  await eventually('the pause', async () => (await app.tray.tooltip()).includes('Paused until'));
  expect(await app.tray.icon()).not.toBe(protectingIcon);
  await app.tray.click('Resume');
  await eventually('the end of the pause', async () => (await app.tray.tooltip()).includes('Protected'));
  expect(await app.tray.icon()).toBe(protectingIcon);
});

test('a menu whose submenu was opened stays as it is until something in it is chosen', async () => {
  const app = await start({ prepare });
  await app.protecting();
  app.openclaw.truncateTo(harbour, 2);
  const incident = '6 messages';
  await eventually('the incident', () => app.tray.offers(incident));
  await app.tray.expand(incident);
  const before = await app.tray.menu();
  app.openclaw.write(invoices, turns('Invoices', 2));
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Invoices: please do step 1/ }).waitFor();
  expect(await app.tray.menu()).toEqual(before);
  await app.tray.click(incident, 'Dismiss');
  await eventually('the new conversation', () => app.tray.offers('Invoices: please do step 1'));
});

test('a click on the icon opens the recovery window', async () => {
  const app = await start({ prepare });
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Harbour: please do step 1/ }).waitFor();
});

test('a second start opens the recovery window of the first', async () => {
  const app = await start({ prepare });
  await app.protecting();
  await app.launchAgain();
  const page = await app.window('recovery');
  expect(await page.title()).toBe('Clawback');
});

test('a live conversation in the menu opens it, also in a window that stands open', async () => {
  const app = await start({
    prepare: (openclaw) => {
      prepare(openclaw);
      openclaw.write(invoices, turns('Invoices', 2));
    },
  });
  await app.protecting();
  for (const subject of ['Harbour', 'Invoices']) {
    await eventually('the conversation', () => app.tray.offers(`${subject}: please do step 1`));
    await app.tray.click(`${subject}: please do step 1`);
    const page = await app.window('recovery');
    await page.getByRole('main').getByText(`${subject}: please do step 2`).first().waitFor();
  }
});

test('Quit asks while a conversation goes on, once, and stays when it shall go on protecting', async () => {
  const app = await start({ prepare });
  await app.protecting();
  await answerQuestions(app, 'Keep Protecting');
  await app.tray.click('Quit Clawback');
  const asked = await eventually('the question', async () => (await questions(app))[0]);
  expect(asked).toBe('A conversation is going on Without Clawback its messages are not protected.');
  app.openclaw.append(harbour, turns('After the question', 1));
  await eventually('to be protected still', () => app.tray.offers('Live conversations'));
  expect(app.electron.process().exitCode).toBeNull();
});

test('Quit ends the app and its core', async () => {
  const app = await start({ prepare });
  await app.protecting();
  await answerQuestions(app, 'Quit');
  const closed = app.electron.waitForEvent('close');
  await app.tray.click('Quit Clawback');
  await closed;
  const [core] = app.coreProcesses();
  await eventually('the end of the core', () => core !== undefined && !isAlive(core));
});

test('a signal ends an app that has a window and no core', async () => {
  const app = await start({ prepare, env: { CLAWBACK_CORE_NODE: '/nowhere/node' } });
  await eventually('the end of all attempts', async () => (await app.tray.tooltip()).includes('Not protecting'));
  await app.tray.activate();
  await app.window('recovery');
  const closed = app.electron.waitForEvent('close');
  app.electron.process().kill('SIGINT');
  await closed;
});

test('a core that was killed is started again and goes on protecting', async () => {
  const app = await start({ prepare });
  await app.protecting();
  const [first] = app.coreProcesses();
  if (first === undefined) throw new Error('no core was started');
  process.kill(first, 'SIGKILL');
  const second = await eventually('another core', () => app.coreProcesses()[1]);
  expect(second).not.toBe(first);
  await app.protecting();
  app.openclaw.append(harbour, turns('After the crash', 1));
  await app.tray.activate();
  const page = await app.window('recovery');
  await page.getByRole('button', { name: /Harbour/ }).click();
  await page.getByText('After the crash: please do step 1').waitFor();
});

test('a window comes back where it was left, as large as it was, and nothing of it stays while it is closed', async () => {
  const app = await start({ prepare });
  await app.tray.activate();
  await app.window('recovery');
  const moved = { x: 120, y: 90, width: 900, height: 600 };
  await app.electron.evaluate(({ BrowserWindow }, bounds) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.setBounds(bounds);
    window?.close();
  }, moved);
  await eventually('the end of the window', async () => app.electron.windows().length === 0);
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);
  await app.tray.activate();
  await app.window('recovery');
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(moved);
});
