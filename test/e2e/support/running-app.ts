import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { tempDir } from '../../support/temp-dir.ts';
import { eventually } from './eventually.ts';
import { type StateDir, stateDir } from './state-dir.ts';
import type { TrayHost, TrayItem } from './tray-host.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');
const executable = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? '', 'electron');

export interface RunningApp extends AsyncDisposable {
  readonly electron: ElectronApplication;
  readonly tray: TrayItem;
  readonly home: string;
  /** The OpenClaw state directory that it protects. */
  readonly openclaw: StateDir;
  /** The open window of this name; waits for it to load. */
  window(name: 'recovery' | 'preferences'): Promise<Page>;
  readonly configHome: string;
  /** A second start of the same app; resolves when that process has ended. */
  launchAgain(): Promise<unknown>;
  /** Resolves once something was captured. */
  protecting(): Promise<void>;
  /** Process ids of the cores that came up, in order. */
  coreProcesses(): readonly number[];
}

export interface AppOptions {
  readonly trayHost: TrayHost;
  /** Fills the state directory before the app starts. */
  readonly prepare?: (openclaw: StateDir) => void;
  /** Nothing is there of an earlier start, which is when the recovery window opens by itself. */
  readonly firstStart?: boolean;
  /** Text of the settings file that it finds. */
  readonly settings?: string;
  /** Added to the environment; `undefined` takes a name out of it. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The built app in a real Electron with folders of its own, until it protects. */
export async function startApp({ trayHost, prepare, firstStart = false, settings, env = {} }: AppOptions): Promise<RunningApp> {
  const directory = tempDir();
  const home = join(directory.path, 'clawback');
  const openclaw = stateDir(join(directory.path, 'openclaw'));
  prepare?.(openclaw);
  const usedHome = env.CLAWBACK_HOME ?? home;
  mkdirSync(usedHome, { recursive: true, mode: 0o700 });
  if (settings !== undefined) writeFileSync(join(usedHome, 'settings.json'), settings);
  const memory = join(usedHome, 'windows.json');
  if (!firstStart && !existsSync(memory)) writeFileSync(memory, '{"welcomed":true,"places":{}}');
  const environment = defined({
    ...process.env,
    CLAWBACK_HOME: home,
    CLAWBACK_ROOTS: openclaw.root,
    HOME: directory.path,
    XDG_CONFIG_HOME: join(directory.path, 'config'),
    XDG_CACHE_HOME: join(directory.path, 'cache'),
    // The tests look for English words, whatever the computer speaks.
    LANGUAGE: 'en',
    ...env,
  });
  const electron = await _electron.launch({
    executablePath: executable,
    args: ['--disable-gpu', project],
    env: environment,
  });
  const tray = await trayHost.nextItem();
  return {
    electron,
    tray,
    home,
    openclaw,
    configHome: join(directory.path, 'config'),
    launchAgain: () => run(executable, ['--no-sandbox', '--disable-gpu', project], { env: environment }),
    protecting: async () => {
      await eventually('the first capture', async () => (await tray.tooltip()).includes('last saved'));
    },
    coreProcesses() {
      const log = readFileSync(join(home, 'logs/app.log'), 'utf8').trim().split('\n');
      return log.filter((line) => line.includes('"core-ready"')).map((line) => Number(JSON.parse(line).pid));
    },
    async window(name) {
      const page = await eventually(`the ${name} window`, () =>
        electron.windows().find((window) => window.url().startsWith(`app://clawback/${name}/`)),
      );
      await page.waitForLoadState();
      return page;
    },
    async [Symbol.asyncDispose]() {
      await electron.close();
      directory[Symbol.dispose]();
    },
  };
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
