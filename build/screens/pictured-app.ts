import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { bundle } from '../bundle.ts';
import { electronRuntime } from '../electron-runtime.ts';
import { projectDir } from '../project.ts';
import { localClock, shiftWrittenTimes } from './local-clock.ts';

export interface Watched {
  /** Clawback's own directory. */
  readonly home: string;
  readonly stateDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The fonts that the kept pictures of the tests are drawn with. */
export const fonts = path.join(projectDir, 'test', 'ui', 'support', 'fonts.conf');

export type Look = 'light' | 'dark';

/** The real app on this screen, with a fixed time of day, language, size and set of fonts. */
export class PicturedApp implements AsyncDisposable {
  readonly electron: ElectronApplication;
  readonly #shiftMs: number;

  private constructor(electron: ElectronApplication, shiftMs: number) {
    this.electron = electron;
    this.#shiftMs = shiftMs;
  }

  static async start({ home, stateDir, env = {} }: Watched): Promise<PicturedApp> {
    const [runtime] = await Promise.all([electronRuntime(), bundle()]);
    const { timeZone, shiftMs } = localClock(Date.now());
    const { ELECTRON_RUN_AS_NODE: _runAsNode, ...inherited } = process.env;
    const all = {
      ...inherited,
      ...(runtime.nodeApi < 10 ? { CLAWBACK_CORE_NODE: process.execPath } : {}),
      CLAWBACK_HOME: home,
      CLAWBACK_ROOTS: stateDir,
      LANGUAGE: 'en',
      TZ: timeZone,
      FONTCONFIG_FILE: fonts,
      ...env,
    };
    const electron = await _electron.launch({
      executablePath: runtime.executable,
      args: ['--disable-gpu', '--force-device-scale-factor=2', projectDir],
      env: Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    });
    await electron.evaluate(`(${shiftWrittenTimes})(${shiftMs})`);
    return new PicturedApp(electron, shiftMs);
  }

  /** The window of this name, loaded again with the pictured clock. */
  async window(name: 'recovery' | 'preferences'): Promise<Page> {
    const isIt = (page: Page) => page.url().startsWith(`app://clawback/${name}/`);
    const page = this.electron.windows().find(isIt) ?? (await this.electron.waitForEvent('window', isIt));
    await page.addInitScript(shiftWrittenTimes, this.#shiftMs);
    await page.reload();
    return page;
  }

  /** Of the inside of the window that shows `page`. */
  async size(page: Page, width: number, height: number): Promise<void> {
    const window = await this.electron.browserWindow(page);
    await window.evaluate((browserWindow, [w, h]) => browserWindow.setContentSize(w, h), [width, height] as const);
    await page.waitForFunction(([w, h]) => innerWidth === w && innerHeight === h, [width, height] as const);
  }

  /** While nobody sees its windows. */
  async whileHidden(task: () => Promise<void>): Promise<void> {
    await this.electron.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.hide();
    });
    await task();
    await this.electron.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.show();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.electron.close();
  }
}

/** Without transparency and filters, windows of few colours take half the room. */
const small = { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 } as const;

/** Two seconds after the last capture, for as long as the window lives: ages would be others in every picture. */
export async function stopTime(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const reply = await window.api.request('status', {});
    if (!reply.ok) throw new Error(reply.error.message);
    const stopped = Math.max(...reply.value.sources.map(({ lastCaptureAt = 0 }) => lastCaptureAt)) + 2_000;
    Date.now = () => stopped;
  });
  await page
    .getByText(/last saved 2 s ago|2 秒/)
    .first()
    .waitFor();
}

export async function takePicture(page: Page, file: string, look: Look = 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme: look });
  // What is pointed at is drawn differently, and does not belong in a picture.
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await keepPicture(PNG.sync.read(await page.screenshot({ animations: 'disabled' })), file);
}

export async function keepPicture(picture: PNG, file: string): Promise<void> {
  await writeFile(file, PNG.sync.write(picture, small));
  process.stdout.write(`${path.relative(projectDir, file)}\n`);
}
