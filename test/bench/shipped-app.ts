import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { _electron, type ElectronApplication } from 'playwright-core';
import { bundle } from '../../build/bundle.ts';
import { type DesktopSession, startDesktopSession } from '../../build/desktop-session.ts';
import { electronRuntime } from '../../build/electron-runtime.ts';
import { projectDir } from '../../build/project.ts';

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 60_000;

type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** The whole app as it ships, bundled, on a screen of its own. */
export class ShippedApp implements AsyncDisposable {
  readonly electron: ElectronApplication;
  readonly #session: DesktopSession;
  readonly #home: string;

  private constructor(electron: ElectronApplication, session: DesktopSession, home: string) {
    this.electron = electron;
    this.#session = session;
    this.#home = home;
  }

  static async start(stateDir: string, home: string): Promise<ShippedApp> {
    const [runtime] = await Promise.all([electronRuntime(), bundle()]);
    const session = await startDesktopSession();
    const env = {
      ...session.env,
      ...(runtime.nodeApi < 10 ? { CLAWBACK_CORE_NODE: process.execPath } : {}),
      CLAWBACK_HOME: home,
      CLAWBACK_ROOTS: stateDir,
    };
    const electron = await _electron.launch({
      executablePath: runtime.executable,
      args: ['--disable-gpu', projectDir],
      env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    });
    return new ShippedApp(electron, session, home);
  }

  /** As a second start of the app does. */
  async openRecovery(): Promise<void> {
    await this.electron.evaluate(({ app }) => {
      app.emit('second-instance');
    });
  }

  /** The `count`th line of the app's log about `event`. */
  async logged(event: string, count: number): Promise<LogLine> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const line = this.#log(event)[count - 1];
      if (line !== undefined) return line;
      if (performance.now() > until) throw new Error(`the app logged no ${event}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  #log(event: string): readonly LogLine[] {
    const lines = readFileSync(join(this.#home, 'logs', 'app.log'), 'utf8').split('\n');
    // The last one may be half written.
    return lines.slice(0, -1).flatMap((line) => (line.includes(`"event":"${event}"`) ? [JSON.parse(line)] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.electron.close();
    await this.#session.stop();
  }
}
