/**
 * `npm test`: makes this machine ready, runs every suite, and ends with a table and `N passed, N failed`.
 *
 *     npm test                     everything
 *     npm test -- unit e2e         these suites only: lint types knip architecture unit gateway soak source model integration fault ui e2e
 *
 * A failing suite does not hide the others. Missing Debian packages are installed where this user may, else their command is shown.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { forbiddingSetting } from './chromium-sandbox.ts';
import { runCommand } from './command.ts';
import { type Job, type JobEvent, runJobs } from './job-schedule.ts';
import { BuildError, cacheDir, describeFailure, isMain, projectDir, runMain } from './project.ts';
import { preparationJobs, preparationName, type TestEnvironment } from './test-preparations.ts';
import { type Counts, countTests, formatReport, type SuiteResult, type VitestReport } from './test-report.ts';
import { inapplicability, type Suite, selectSuites, suites } from './test-suites.ts';

const maxCores = 2;

async function runTests(names: readonly string[]): Promise<number> {
  const selection = selectSuites(names);
  if (!selection.ok)
    throw new BuildError(`There is no suite "${selection.unknown}". Suites: ${suites.map((suite) => suite.name).join(' ')}`);

  const env: TestEnvironment = new Map();
  const results = new Map<string, SuiteResult>();
  const reportDir = await mkdtemp(path.join(cacheDir('test-reports'), 'run-'));
  try {
    const applicable = selection.suites.filter((suite) => inapplicability(suite, process.platform)?.files !== 'all');
    const prepared = preparationJobs(new Set(applicable.flatMap((suite) => suite.needs)), env);
    const jobs = [...prepared, ...applicable.map((suite) => suiteJob(suite, env, reportDir, results))];
    const cores = Math.min(maxCores, os.availableParallelism());
    await runJobs(jobs, cores, (event) => announce(event, results));
  } finally {
    await rm(reportDir, { recursive: true, force: true });
  }
  const ordered = selection.suites.map((suite) => results.get(suite.name) ?? notRun(suite));
  process.stdout.write(`\n${formatReport(ordered)}\n`);
  return ordered.every((result) => result.failed === 0) ? 0 : 1;
}

function suiteJob(suite: Suite, env: TestEnvironment, reportDir: string, results: Map<string, SuiteResult>): Job {
  return {
    name: suite.name,
    needs: suite.needs.map(preparationName),
    cores: suite.cores,
    async run() {
      const startedAt = performance.now();
      const { counts, output } = await runSuite(suite, env, reportDir).catch((error: unknown) => ({
        counts: { passed: 0, failed: 1, note: 'could not be started' },
        output: describeFailure(error),
      }));
      results.set(suite.name, { suite: suite.name, ...counts, durationMs: performance.now() - startedAt });
      return counts.failed === 0 ? { ok: true } : { ok: false, reason: output };
    },
  };
}

interface SuiteRun {
  readonly counts: Counts;
  readonly output: string;
}

async function runSuite(suite: Suite, env: TestEnvironment, reportDir: string): Promise<SuiteRun> {
  const options = { cwd: projectDir, env: { ...process.env, ...Object.fromEntries(env) }, timeoutMs: suite.timeoutMs };
  const modules = path.join(projectDir, 'node_modules');
  if (suite.runs.by === 'program') {
    const result = await runCommand(process.execPath, [path.join(modules, suite.runs.script), ...suite.runs.args], options);
    return { counts: result.status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, output: result.output };
  }
  const reportFile = path.join(reportDir, `${suite.name}.json`);
  const [command = process.execPath, ...args] = [...(await surroundings(suite)), ...vitestCommand(suite, reportFile)];
  const result = await runCommand(command, args, options);
  const counts = countTests(readReport(reportFile), result.status);
  const leftOut = inapplicability(suite, process.platform);
  const note = [counts.note, leftOut?.note].filter((part) => part !== undefined).join('; ');
  return { counts: note === '' ? counts : { ...counts, note }, output: result.output };
}

function vitestCommand(suite: Suite, reportFile: string): readonly string[] {
  const leftOut = inapplicability(suite, process.platform)?.files ?? [];
  return [
    process.execPath,
    path.join(projectDir, 'node_modules', 'vitest', 'vitest.mjs'),
    ...['run', '--project', suite.name, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    ...(leftOut === 'all' ? [] : leftOut).flatMap((files) => ['--exclude', files]),
  ];
}

/** The command around the suite's: a screen and a bus of its own, or a namespace in which an ordinary user may mount. */
async function surroundings(suite: Suite): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  if (suite.needs.includes('desktop')) return [process.execPath, path.join(import.meta.dirname, 'desktop-session.ts')];
  if (suite.mounts !== true || process.getuid?.() === 0) return [];
  const namespace = ['unshare', '--user', '--map-root-user', '--mount'];
  const probe = await runCommand('unshare', [...namespace.slice(1), 'true']);
  if (probe.status === 0) return namespace;
  const remedy = forbiddingSetting();
  throw new BuildError(
    `The ${suite.name} suite mounts small disks, which needs root or a user namespace:\n${probe.output.trim()}`,
    remedy === undefined ? 'sudo npm test -- fault' : `sudo sysctl -w ${remedy}`,
  );
}

function readReport(file: string): VitestReport | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** A suite without a result does not apply here, or a preparation failed, which was said when it did. */
function notRun(suite: Suite): SuiteResult {
  const inapplicable = inapplicability(suite, process.platform);
  if (inapplicable?.files === 'all') return { suite: suite.name, passed: 0, failed: 0, durationMs: 0, note: inapplicable.note };
  return { suite: suite.name, passed: 0, failed: 1, durationMs: 0, note: 'not run, for the reason given above' };
}

function announce(event: JobEvent, results: ReadonlyMap<string, SuiteResult>): void {
  if (event.is === 'started') {
    process.stdout.write(`▸ ${event.job}\n`);
    return;
  }
  const result = results.get(event.job);
  const counts =
    result === undefined ? '' : `: ${result.passed} passed, ${result.failed} failed in ${(result.durationMs / 1000).toFixed(1)} s`;
  process.stdout.write(`${event.outcome.ok ? '✓' : '✗'} ${event.job}${counts}\n`);
  if (!event.outcome.ok) process.stdout.write(`${event.outcome.reason.trimEnd()}\n`);
}

if (isMain(import.meta.url)) await runMain(() => runTests(process.argv.slice(2)));
