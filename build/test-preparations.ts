import { bundle } from './bundle.ts';
import { isOnPath } from './command.ts';
import { browserPackages, compilerPackages, desktopPackages, electronLibraries, ensurePackages, isDebian } from './debian.ts';
import { electronRuntime } from './electron-runtime.ts';
import type { Job } from './job-schedule.ts';
import { exitWatchProgram } from './native-helpers.ts';
import { acpxInstall, openclawInstall, openclawVersions } from './openclaw-install.ts';
import { BuildError, describeFailure } from './project.ts';
import { ensureSharedLibraries } from './shared-libraries.ts';
import { sqliteBinding } from './sqlite-napi9.ts';
import type { Preparation } from './test-suites.ts';

/** Environment of the end-to-end suite: which runtime, and what its older Node-API needs. Filled while the preparations run. */
export type TestEnvironment = Map<
  'ELECTRON_OVERRIDE_DIST_PATH' | 'CLAWBACK_CORE_NODE' | 'CLAWBACK_EXIT_WATCH' | 'CLAWBACK_TEST_SQLITE_BINDING',
  string
>;

/** The jobs that make this machine ready for suites with these needs. */
export function preparationJobs(needs: ReadonlySet<Preparation>, env: TestEnvironment): readonly Job[] {
  // Two of apt at a time would fail: each that may install something waits for the one before it.
  const after = (...before: readonly Preparation[]) => before.filter((name) => needs.has(name)).map(preparationName);
  const jobs: Record<Preparation, Job> = {
    browser: { ...preparation('browser', prepareBrowser), needs: after('compiler', 'desktop') },
    bundle: preparation('bundle', async () => {
      await bundle();
    }),
    compiler: preparation('compiler', async () => {
      env.set('CLAWBACK_EXIT_WATCH', await requireExitWatch());
    }),
    desktop: { ...preparation('desktop', () => prepareDesktop(env)), needs: after('compiler') },
    openclaw: preparation('openclaw', async () => {
      for (const version of openclawVersions) await openclawInstall(version);
      await acpxInstall();
    }),
  };
  return [...needs].map((need) => jobs[need]);
}

export function preparationName(preparation: Preparation): string {
  return `preparing ${preparation}`;
}

function preparation(name: Preparation, prepare: () => Promise<void>): Job {
  return {
    name: preparationName(name),
    needs: [],
    cores: 1,
    async run() {
      try {
        await prepare();
        return { ok: true };
      } catch (error) {
        return { ok: false, reason: describeFailure(error) };
      }
    },
  };
}

/** Clawback does without the helper, its tests do not. */
async function requireExitWatch(): Promise<string> {
  const program = await exitWatchProgram();
  if (program !== undefined) return program;
  if (await isDebian()) await ensurePackages(['gcc', 'libc6-dev'], 'the tests of exit-watch');
  const retried = await exitWatchProgram();
  if (retried === undefined) throw new BuildError("The tests need a C compiler (cc). Install one with the system's package manager.");
  return retried;
}

/** In this order, so that only one apt runs at a time and a compiler is asked for only where the runtime makes it necessary. */
async function prepareDesktop(env: TestEnvironment): Promise<void> {
  const runtime = await electronRuntime();
  env.set('ELECTRON_OVERRIDE_DIST_PATH', runtime.dist);
  const needsOwnBinding = runtime.nodeApi < 10;
  if (process.platform === 'linux') {
    const packages = [...electronLibraries, ...desktopPackages, ...(needsOwnBinding ? compilerPackages : [])];
    if (await isDebian()) await ensurePackages(packages, 'the end-to-end tests');
    else requirePrograms(['Xvfb', 'dbus-run-session', ...(needsOwnBinding ? ['c++', 'make', 'python3'] : [])], 'the end-to-end tests');
    await ensureSharedLibraries(runtime.executable);
  }
  if (needsOwnBinding) {
    env.set('CLAWBACK_CORE_NODE', process.execPath);
    env.set('CLAWBACK_TEST_SQLITE_BINDING', await sqliteBinding());
  }
}

async function prepareBrowser(): Promise<void> {
  const purpose = 'the tests of the windows';
  if (await isDebian()) await ensurePackages(browserPackages, purpose);
  else requirePrograms(['chromium'], purpose);
}

function requirePrograms(programs: readonly string[], purpose: string): void {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) return;
  throw new BuildError(
    `Some programs for ${purpose} are not installed: ${missing.join(', ')}. Install them with the system's package manager.`,
  );
}
