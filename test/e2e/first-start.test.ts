import { expect, onTestFinished, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { harbour, turns } from './support/conversations.ts';
import { desktop } from './support/desktop.ts';
import { eventually } from './support/eventually.ts';
import type { StateDir } from './support/state-dir.ts';

const screen = desktop();

test('without an OpenClaw the recovery window says so and names the demo', async () => {
  const app = await screen.start({ env: { CLAWBACK_ROOTS: undefined, OPENCLAW_STATE_DIR: undefined, OPENCLAW_HOME: undefined } });
  const page = await app.window('recovery');
  await page.getByRole('heading', { name: 'No OpenClaw on this computer yet' }).waitFor();
  await page.getByText('npm run demo').waitFor();
  expect(await app.tray.tooltip()).toBe('Clawback · No OpenClaw to protect');
});

test('the very first start shows by itself what was found, and the next one does not', async () => {
  const home = tempDir();
  onTestFinished(() => home[Symbol.dispose]());
  const env = { CLAWBACK_HOME: home.path };
  const prepare = (openclaw: StateDir) => openclaw.write(harbour, turns('Harbour', 2));
  const first = await screen.start({ firstStart: true, prepare, env });
  const page = await first.window('recovery');
  await page.getByText('1 conversation found; all saved').waitFor();
  await eventually('the menu', () => first.tray.offers('1 conversation found; all saved'));
  await first.electron.close();
  const second = await screen.start({ firstStart: true, prepare, env });
  await second.protecting();
  expect(second.electron.windows()).toEqual([]);
  expect(await second.tray.offers('1 conversation found')).toBe(false);
});

test('the demo opens its window by itself, for a desktop that shows no icons', async () => {
  const app = await screen.start({ env: { CLAWBACK_DEMO: '1' } });
  const page = await app.window('recovery');
  await page.getByText('This is the demo: a scripted agent in a temporary folder').waitFor();
});

test('a folder that the person adds is protected at once', async () => {
  const app = await screen.start({
    prepare: (openclaw) => openclaw.write(harbour, turns('Harbour', 2)),
    env: { CLAWBACK_ROOTS: undefined, OPENCLAW_STATE_DIR: undefined, OPENCLAW_HOME: undefined },
  });
  await app.electron.evaluate(({ dialog }, root) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [root] });
  }, app.openclaw.root);
  const page = await app.window('recovery');
  await page.getByRole('button', { name: 'Add a folder…' }).click();
  await page.getByRole('button', { name: /Harbour: please do step 1/ }).waitFor();
  await eventually('the tray', async () => (await app.tray.tooltip()).includes('Protected'));
});
