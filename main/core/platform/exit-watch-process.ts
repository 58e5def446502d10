import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from './clock.ts';
import type { ExitWatch } from './exit-watch.ts';
import type { Logger } from './logger.ts';

export interface ExitWatchProcessDeps {
  /** The program that was built from native-helpers/exit-watch. */
  readonly program: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const SHORTEST_RETRY_MS = 1_000;
/** A run that lasted so long counts as good. */
const GOOD_RUN_MS = 60_000;
/** After so many bad ones in a row it is not a program for this machine. */
const MOST_BAD_RUNS = 6;

/**
 * The real one: a helper process that is told pids on its input and answers with a line for each exit. It is started with
 * the first pid and again, with all pids that are still of interest, when it ends by itself. Its input closes when this
 * process dies in whatever way, and it ends then.
 */
export class ExitWatchProcess implements ExitWatch {
  readonly #deps: ExitWatchProcessDeps;
  readonly #listeners = new Map<number, Set<() => void>>();
  #helper: ChildProcess | undefined;
  #retry: Disposable | undefined;
  #badRuns = 0;
  #startedAt = 0;
  #disposed = false;

  constructor(deps: ExitWatchProcessDeps) {
    this.#deps = deps;
  }

  watch(pid: number, onExit: () => void): Disposable {
    const listeners = this.#listeners.get(pid) ?? new Set();
    this.#listeners.set(pid, listeners);
    listeners.add(onExit);
    if (this.#helper !== undefined) this.#ask(pid);
    else if (this.#retry === undefined) this.#start();
    return {
      [Symbol.dispose]: () => {
        listeners.delete(onExit);
        // The helper goes on watching, which costs nothing; what it then says of this pid is for nobody.
        if (listeners.size === 0 && this.#listeners.get(pid) === listeners) this.#listeners.delete(pid);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#retry?.[Symbol.dispose]();
    this.#listeners.clear();
    this.#helper?.stdin?.end();
    this.#helper?.kill();
    this.#helper = undefined;
  }

  #start(): void {
    this.#retry = undefined;
    if (this.#disposed || this.#badRuns >= MOST_BAD_RUNS || this.#listeners.size === 0) return;
    // Our directory would keep a volume busy that somebody wants to eject, and our environment is none of its business.
    const helper = spawn(this.#deps.program, ['--stdin'], { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/', env: {} });
    this.#helper = helper;
    this.#startedAt = this.#deps.clock.monotonic();
    helper.on('error', (error) => this.#ended(helper, error.message));
    helper.once('exit', (code, signal) => this.#ended(helper, signal ?? `status ${code}`));
    // Absent when the system has no descriptors left; the error event tells.
    if (helper.stdin === null || helper.stdout === null || helper.pid === undefined) return;
    helper.stdin.on('error', (error) => this.#deps.log.log('debug', 'exit-watch-input', { error: error.message }));
    createInterface({ input: helper.stdout }).on('line', (line) => {
      if (this.#helper === helper) this.#hear(line);
    });
    for (const pid of this.#listeners.keys()) this.#ask(pid);
  }

  #ask(pid: number): void {
    this.#helper?.stdin?.write(`watch ${pid}\n`);
  }

  #hear(line: string): void {
    const report = readExitReport(line);
    if (report === undefined) {
      this.#deps.log.log('debug', 'exit-watch-unreadable', { bytes: line.length });
      return;
    }
    if (report.event === 'watching') return;
    const listeners = this.#listeners.get(report.pid) ?? [];
    this.#listeners.delete(report.pid);
    if (report.event === 'error' && report.code !== 'ESRCH') {
      this.#deps.log.log('debug', 'exit-watch-refused', { pid: report.pid, code: report.code });
      return;
    }
    for (const onExit of listeners) onExit();
  }

  #ended(helper: ChildProcess, reason: string): void {
    if (this.#disposed || this.#helper !== helper) return;
    this.#helper = undefined;
    const { clock, log } = this.#deps;
    this.#badRuns = clock.monotonic() - this.#startedAt >= GOOD_RUN_MS ? 1 : this.#badRuns + 1;
    if (this.#badRuns >= MOST_BAD_RUNS) {
      log.log('warn', 'exit-watch-given-up', { reason });
      return;
    }
    const delayMs = SHORTEST_RETRY_MS * 2 ** (this.#badRuns - 1);
    log.log('warn', 'exit-watch-ended', { reason, delayMs });
    this.#retry = clock.schedule(delayMs, () => this.#start());
  }
}

/** One line of the helper, as native-helpers/exit-watch documents it. */
export type ExitReport =
  | { readonly event: 'watching' | 'exit'; readonly pid: number }
  | { readonly event: 'error'; readonly pid: number; readonly code: string };

/** Pure. `undefined`: not a line of the helper. */
export function readExitReport(line: string): ExitReport | undefined {
  const { event, pid, code } = parse(line);
  if (typeof pid !== 'number') return undefined;
  if (event === 'watching' || event === 'exit') return { event, pid };
  return event === 'error' && typeof code === 'string' ? { event, pid, code } : undefined;
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}
