/**
 * Makes the pictures of the README from the real app, which watches the demo on a virtual screen: docs/screens/*.png.
 *
 *     npm run screens [-- DIRECTORY]      runs this on a screen and a bus of its own (desktop-session.ts)
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startDemo } from '../main/demo/index.ts';
import { demoActs, lossesDoneAtMs, type TimedAct } from '../main/demo/scenario.ts';
import { startNotificationService } from '../test/e2e/support/notification-service.ts';
import { BuildError, isMain, projectDir, runMain } from './project.ts';
import { startPanel } from './screens/panel.ts';
import { writePast } from './screens/past.ts';
import { PicturedApp, stopTime, takePicture } from './screens/pictured-app.ts';

const hourMs = 3_600_000;
const lossesMs = 60_000;
/** Shown in the preferences: the same in every run. */
const demoDirectory = path.join(os.tmpdir(), 'clawback-demo');

/** The demo up to its last loss: what goes on after that would be another number in every picture. */
function* losses(): Generator<TimedAct> {
  for (const timed of demoActs()) {
    if (timed.atMs > lossesDoneAtMs) return;
    yield timed;
  }
}

async function picturesOfLosses(directory: string): Promise<void> {
  await using panel = await startPanel();
  const demo = await startDemo({ acts: losses(), directory: demoDirectory });
  try {
    writePast(demo.stateDir, { conversations: 24, unlisted: 7, spacingMs: 7 * hourMs }, Date.now());
    await using app = await PicturedApp.start({ ...demo, env: { CLAWBACK_DEMO: '1' } });
    const picture = (name: string) => path.join(directory, `${name}.png`);
    const page = await app.window('recovery');
    await app.size(page, 1040, 720);
    await page.locator('button.card').nth(2).waitFor({ timeout: lossesMs });
    await showIncident(page, 'Night train to Vienna');
    await stopTime(page);
    await takePicture(page, picture('recovery'));
    await takePicture(page, picture('recovery-dark'), 'dark');
    await app.whileHidden(() => panel.takePicture(picture('menu')));
    await picturesOfSheet(page, picture);
    await picturesOfPreferences(app, page, picture);
    await page.evaluate(() => window.api.request('settings.set', { language: 'zh' }));
    await showIncident(page, 'Night train to Vienna');
    await takePicture(page, picture('recovery-chinese'));
  } finally {
    await demo.stop();
  }
}

/** At the place from which on a part of it is only here. */
async function showIncident(page: Page, title: string): Promise<void> {
  await page.locator('button.card').filter({ hasText: title }).click();
  await page.locator('.mark.loss').waitFor();
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
}

async function picturesOfSheet(page: Page, picture: (name: string) => string): Promise<void> {
  await page.locator('.banner .primary').click();
  await page.locator('.sheet .plan').waitFor();
  await takePicture(page, picture('restore'));
  await takePicture(page, picture('restore-dark'), 'dark');
  await page.keyboard.press('Escape');
  await page.locator('.sheet').waitFor({ state: 'detached' });
}

async function picturesOfPreferences(app: PicturedApp, recovery: Page, picture: (name: string) => string): Promise<void> {
  const opened = app.electron.waitForEvent('window');
  await recovery.locator('footer button').click();
  await opened;
  const page = await app.window('preferences');
  await app.size(page, 620, 520);
  const tabs = page.getByRole('tab');
  for (const [name, label] of [
    ['general', 'General'],
    ['sources', 'Sources'],
    ['storage', 'Storage'],
  ] as const) {
    await tabs.filter({ hasText: label }).click();
    if (name === 'sources') {
      await page.locator('.health summary').click();
      await stopTime(page);
    }
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await takePicture(page, picture(`preferences-${name}`));
  }
}

/** As somebody sees it who has used OpenClaw for a year and starts Clawback for the first time. */
async function pictureOfFirstRun(directory: string): Promise<void> {
  const place = await mkdtemp(path.join(os.tmpdir(), 'clawback-first-run-'));
  try {
    const stateDir = path.join(place, 'openclaw');
    writePast(stateDir, { conversations: 1284, unlisted: 612, spacingMs: 6.5 * hourMs }, Date.now());
    await using app = await PicturedApp.start({ home: path.join(place, 'clawback'), stateDir });
    const page = await app.window('recovery');
    await app.size(page, 1040, 720);
    await page.getByText('1,284 conversations found, 612 of them no longer visible in OpenClaw; all saved').waitFor();
    await stopTime(page);
    await takePicture(page, path.join(directory, 'first-run.png'));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function takePictures(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const notifications = await startNotificationService();
  try {
    await picturesOfLosses(directory);
    await pictureOfFirstRun(directory);
  } finally {
    notifications.stop();
  }
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    if (process.argv.length > 3) throw new BuildError('usage: npm run screens [-- DIRECTORY]');
    await takePictures(path.resolve(process.argv[2] ?? path.join(projectDir, 'docs', 'screens')));
    return 0;
  });
}
