/**
 * Starts the app from the sources: bundles it, finds an Electron runtime, and hands over the terminal.
 *
 *     npm start                the tray app; without a screen, `clawback watch` in the terminal
 *     npm run demo             the same on a scripted agent in a temporary directory (`--demo`)
 */
import { type Demo, startDemo } from '../main/demo/index.ts';
import { bundle } from './bundle.ts';
import { sandboxFacts, sandboxPlan } from './chromium-sandbox.ts';
import { runInForeground } from './command.ts';
import { electronRuntime } from './electron-runtime.ts';
import { exitWatchProgram } from './native-helpers.ts';
import { BuildError, isMain, projectDir, runMain } from './project.ts';
import { ensureSharedLibraries } from './shared-libraries.ts';

async function start(demo: Demo | undefined): Promise<number> {
  const exitWatch = await exitWatchEnvironment();
  if (!hasScreen()) {
    say('No screen here (DISPLAY and WAYLAND_DISPLAY are not set): recording in this terminal instead. Ctrl+C ends it.');
    return watchInTerminal(demo, exitWatch);
  }
  const [runtime] = await Promise.all([electronRuntime(), bundle()]);
  await ensureSharedLibraries(runtime.executable);
  const sandbox = sandboxPlan(await sandboxFacts(runtime.dist));
  if (sandbox.is === 'refused') throw new BuildError(sandbox.because, sandbox.remedy);
  if (sandbox.is === 'unsandboxed') say(sandbox.because);
  // Chromium's own log speaks of buses and graphics of this machine; what goes wrong in Clawback is in its log files.
  const args = [...(sandbox.is === 'unsandboxed' ? ['--no-sandbox'] : []), '--log-level=3', projectDir];
  say(demo === undefined ? started : demoStarted);
  return runInForeground(runtime.executable, args, { ...appEnvironment(runtime.nodeApi, demo), ...exitWatch });
}

const started = 'Clawback is starting: look for its icon in the menu bar. Start it again to open its window; Ctrl+C ends it.';
const demoStarted = [
  'The demo is starting: its window shows a scripted agent at work in a temporary folder.',
  'Within half a minute the agent loses three conversations: watch the icon in the menu bar, and press Restore… in the window.',
  'Ctrl+C ends the demo and removes the folder.',
].join('\n');

function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY);
}

/** A machine that cannot compile it does without: Clawback then polls. */
async function exitWatchEnvironment(): Promise<NodeJS.ProcessEnv> {
  if (process.env.CLAWBACK_EXIT_WATCH !== undefined) return {};
  try {
    const program = await exitWatchProgram();
    return program === undefined ? {} : { CLAWBACK_EXIT_WATCH: program };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`Going on without exit-watch. ${error.message}`);
    return {};
  }
}

function watchInTerminal(demo: Demo | undefined, exitWatch: NodeJS.ProcessEnv): Promise<number> {
  const place = demo === undefined ? [] : ['--home', demo.home, '--state-dir', demo.stateDir];
  return runInForeground(process.execPath, [`${projectDir}/main/cli/index.ts`, 'watch', ...place], { ...process.env, ...exitWatch });
}

function appEnvironment(nodeApi: number, demo: Demo | undefined): NodeJS.ProcessEnv {
  // Set in the terminals of some editors, it would make Electron run as a plain Node.
  const { ELECTRON_RUN_AS_NODE: _runAsNode, ...env } = process.env;
  return {
    ...env,
    // better-sqlite3 needs Node-API 10: on an older runtime the core gets this Node instead of Electron's own.
    ...(nodeApi < 10 && env.CLAWBACK_CORE_NODE === undefined ? { CLAWBACK_CORE_NODE: process.execPath } : {}),
    ...(demo === undefined ? {} : { CLAWBACK_HOME: demo.home, CLAWBACK_ROOTS: demo.stateDir, CLAWBACK_DEMO: '1' }),
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const unknown = process.argv.slice(2).find((argument) => argument !== '--demo');
    if (unknown !== undefined) throw new BuildError(`Unknown argument ${unknown}.`, 'npm start, or npm run demo');
    if (!process.argv.includes('--demo')) return start(undefined);
    const demo = await startDemo();
    try {
      return await start(demo);
    } finally {
      await demo.stop();
    }
  });
}
