/**
 * Makes the pictures of the README from the real app, which watches the demo on a virtual screen: docs/recovery.png and
 * docs/recovery-dark.png.
 *
 *     npm run screens              runs this on a screen and a bus of its own (desktop-session.ts)
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { type Demo, startDemo } from '../main/demo/index.ts';
import { bundle } from './bundle.ts';
import { electronRuntime } from './electron-runtime.ts';
import { BuildError, isMain, projectDir, runMain } from './project.ts';

const pictures = [
  { file: 'recovery.png', colorScheme: 'light' },
  { file: 'recovery-dark.png', colorScheme: 'dark' },
] as const;
const size = { width: 1120, height: 700 };
const lossesMs = 60_000;

async function takePictures(directory: string): Promise<void> {
  const [runtime] = await Promise.all([electronRuntime(), bundle()]);
  const demo = await startDemo();
  try {
    const app = await launch(path.join(runtime.dist, 'electron'), runtime.nodeApi < 10, demo);
    try {
      const page = await threeLosses(app);
      await mkdir(directory, { recursive: true });
      for (const { file, colorScheme } of pictures) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: path.join(directory, file) });
        process.stdout.write(`${path.relative(projectDir, path.join(directory, file))}\n`);
      }
    } finally {
      await app.close();
    }
  } finally {
    await demo.stop();
  }
}

function launch(executablePath: string, needsNode: boolean, demo: Demo): Promise<ElectronApplication> {
  const { ELECTRON_RUN_AS_NODE: _runAsNode, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...(needsNode ? { CLAWBACK_CORE_NODE: process.execPath } : {}),
    CLAWBACK_HOME: demo.home,
    CLAWBACK_ROOTS: demo.stateDir,
    CLAWBACK_DEMO: '1',
  };
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return _electron.launch({
    executablePath,
    args: ['--disable-gpu', '--force-device-scale-factor=2', projectDir],
    env: Object.fromEntries(defined),
  });
}

/** The recovery window when the demo has lost all that it loses, at the conversation of which a part is still on disk. */
async function threeLosses(app: ElectronApplication): Promise<Page> {
  const page = await app.firstWindow();
  await app.evaluate(({ BrowserWindow }, { width, height }) => BrowserWindow.getAllWindows()[0]?.setContentSize(width, height), size);
  const cards = page.locator('button.card');
  await cards.nth(2).waitFor({ timeout: lossesMs });
  await cards.filter({ hasText: 'cut from a conversation' }).click();
  const mark = page.locator('.mark.loss');
  await mark.waitFor();
  // What is pointed at and what has the focus are drawn differently, and neither belongs in a picture.
  await page.mouse.move(size.width - 40, size.height / 2);
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  return page;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    if (process.argv.length > 3) throw new BuildError('usage: npm run screens [-- DIRECTORY]');
    await takePictures(path.resolve(process.argv[2] ?? path.join(projectDir, 'docs')));
    return 0;
  });
}
