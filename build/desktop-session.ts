/**
 * Runs a command on a screen and a session bus of its own (Xvfb, dbus-run-session), so that end-to-end tests neither see
 * nor disturb the desktop of the person who runs them.
 *
 *     node build/desktop-session.ts COMMAND [ARGUMENT...]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { runInForeground } from './command.ts';
import { BuildError, isMain, runMain } from './project.ts';

const screen = '1280x800x24';
const startTimeoutMs = 20_000;

/** The command that runs `command` on a new session bus. */
export function onPrivateBus(command: readonly string[]): readonly string[] {
  return ['dbus-run-session', '--', ...command];
}

/** A virtual screen and private XDG folders. `env` is what a program needs to use them; `stop` ends and removes both. */
export interface DesktopSession {
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Throws a `BuildError` when Xvfb does not start within 20 s. */
export async function startDesktopSession(): Promise<DesktopSession> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'clawback-desktop-'));
  // A free display number comes from the server itself through a pipe; trying numbers in turn would race with other runs.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const stop = async () => {
    await end(server);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const display = await displayNumber(server);
    return { env: await sessionEnvironment(dir, `:${display}`), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function sessionEnvironment(dir: string, display: string): Promise<NodeJS.ProcessEnv> {
  const folder = async (name: string) => {
    const folderPath = path.join(dir, name);
    await mkdir(folderPath, { mode: 0o700 });
    return folderPath;
  };
  const { WAYLAND_DISPLAY: _wayland, XAUTHORITY: _authority, DBUS_SESSION_BUS_ADDRESS: _bus, ...inherited } = process.env;
  return {
    ...inherited,
    DISPLAY: display,
    XDG_CONFIG_HOME: await folder('config'),
    XDG_DATA_HOME: await folder('data'),
    XDG_CACHE_HOME: await folder('cache'),
    XDG_RUNTIME_DIR: await folder('run'),
    XDG_CURRENT_DESKTOP: 'XFCE',
    // Without these, GTK starts an accessibility bus and a settings daemon on the private bus and waits for them.
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    GIO_USE_VFS: 'local',
    GSETTINGS_BACKEND: 'memory',
  };
}

function displayNumber(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const remedy = 'sudo apt-get install -y --no-install-recommends xvfb xauth dbus';
    const fail = (reason: string) => reject(new BuildError(`The virtual screen (Xvfb) did not start: ${reason}.`, remedy));
    const timer = setTimeout(() => fail(`no display after ${startTimeoutMs / 1000} s`), startTimeoutMs);
    timer.unref();
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code) => fail(`it ended with status ${code}`));
    let text = '';
    // With `stdio` index 3 as a pipe, this is a readable stream; the type only knows "a stream or nothing".
    const pipe = server.stdio[3] as Readable;
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(Number.parseInt(text, 10));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const command = process.argv.slice(2);
    if (command.length === 0) throw new BuildError('usage: node build/desktop-session.ts COMMAND [ARGUMENT...]');
    const session = await startDesktopSession();
    try {
      const [program, ...args] = onPrivateBus(command);
      return await runInForeground(program ?? '', args, session.env);
    } finally {
      await session.stop();
    }
  });
}
