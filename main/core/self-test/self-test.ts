import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../core.ts';
import type { CoreOptions } from '../core-options.ts';
import { systemClock } from '../platform/clock.ts';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { nodeFileSystem } from '../platform/node-file-system.ts';
import type { SelfTestFault, SelfTestStep, SelfTestStepName } from '../self-test-report.ts';
import type { Incident } from '../types.ts';
import { type Canary, writeCanary } from './canary.ts';

const BUDGET_MS = 20_000;
/** Of the budget, for what comes after the last wait. */
const CLEANING_MS = 2_000;
const LOOK_EVERY_MS = 50;
const FLUSH_INTERVAL_MS = 250;
const STEPS: readonly SelfTestStepName[] = ['write', 'capture', 'lose', 'detect', 'restore', 'compare', 'clean'];

export interface SelfTestDeps {
  /** Clawback's own directory. */
  readonly home: string;
  readonly version: string;
  readonly log: Logger;
  /** A core of its own; the same code that protects the person's conversations. */
  readonly open: (options: CoreOptions) => Promise<Core>;
  readonly readerIn: CoreOptions['readerIn'];
  readonly onProgress: (done: number, total: number) => void;
  /** Default: 20 s. */
  readonly budgetMs?: number;
}

export interface SelfTestResult {
  readonly ok: boolean;
  readonly steps: readonly SelfTestStep[];
}

/** What a self-test that was cut off has left behind. Only the holder of the writer lock may call this. Throws system errors. */
export function removeLeftSelfTests(home: string): void {
  rmSync(selfTestsDir(home), { recursive: true, force: true });
}

/**
 * Loses a conversation on purpose and gets it back: in a state directory and a buffer of its own, in real time, by way of a whole
 * second core. Never rejects for what goes wrong: that is what it is there to find.
 */
export async function selfTest(deps: SelfTestDeps): Promise<SelfTestResult> {
  const run = new Run(deps);
  await run.all();
  return run.result;
}

class Run {
  readonly #deps: SelfTestDeps;
  readonly #steps: SelfTestStep[] = [];
  readonly #deadline: number;
  #directory: string | undefined;
  #core: Core | undefined;

  constructor(deps: SelfTestDeps) {
    this.#deps = deps;
    this.#deadline = systemClock.monotonic() + (deps.budgetMs ?? BUDGET_MS) - CLEANING_MS;
  }

  get result(): SelfTestResult {
    return { ok: this.#steps.length === STEPS.length && this.#steps.every((step) => step.ok), steps: this.#steps };
  }

  async all(): Promise<void> {
    await this.#losesAndRestores();
    await this.#step('clean', () => this.#clean());
  }

  async #losesAndRestores(): Promise<void> {
    const canary = await this.#step('write', () => writeCanary(this.#place('openclaw'), systemClock.now()));
    if (canary === undefined) return;
    if ((await this.#step('capture', () => this.#capture(canary))) === undefined) return;
    if ((await this.#step('lose', () => this.#lose(canary))) === undefined) return;
    const incident = await this.#step('detect', () => this.#detect(canary));
    if (incident === undefined) return;
    const path = await this.#step('restore', () => this.#restore(incident));
    if (path === undefined) return;
    await this.#step('compare', () => compare(canary, path));
  }

  /** `undefined`: it failed, and the step says why. */
  async #step<T>(name: SelfTestStepName, work: () => T | Promise<T>): Promise<T | undefined> {
    const began = systemClock.monotonic();
    const ms = () => Math.round(systemClock.monotonic() - began);
    try {
      const value = await work();
      this.#steps.push({ name, ok: true, ms: ms() });
      return value;
    } catch (error) {
      this.#steps.push({ name, ok: false, ms: ms(), problem: problemOf(error), code: errnoOf(error) ?? 'bug' });
      this.#deps.log.log('error', 'self-test-failed', { step: name, code: errnoOf(error) ?? 'bug' });
      return undefined;
    } finally {
      this.#deps.onProgress(STEPS.indexOf(name) + 1, STEPS.length);
    }
  }

  async #capture({ bytes, messages }: Canary): Promise<true> {
    const core = await this.#deps.open({
      home: this.#place('clawback'),
      config: { roots: [this.#place('openclaw')], flushIntervalMs: FLUSH_INTERVAL_MS },
      version: this.#deps.version,
      env: {},
      clock: systemClock,
      fs: nodeFileSystem,
      log: silentLogger,
      gateway: { state: async () => 'stopped', alive: () => false },
      readerIn: this.#deps.readerIn,
      hints: false,
    });
    this.#core = core;
    core.start();
    await this.#until('not-captured', 'The conversation was not captured in time.', async () => {
      const { items } = await core.handlers.sessions({ limit: 1 });
      return items[0]?.bytes === bytes.length && items[0].records === messages ? true : undefined;
    });
    return true;
  }

  #lose({ path }: Canary): true {
    rmSync(path);
    return true;
  }

  #detect({ messages }: Canary): Promise<Incident> {
    return this.#until('loss-untold', 'The loss was not told in time.', async () => {
      const incidents = await this.#core?.handlers.incidents({ all: false, limit: 10 });
      return incidents?.find((incident) => incident.severity === 'loss' && incident.messages === messages);
    });
  }

  /** Into the place that it had; for that the chat has to be quiet for some seconds. */
  #restore({ id }: Incident): Promise<string> {
    return this.#until('not-restored', 'The conversation could not be restored in time.', async () => {
      const handlers = this.#core?.handlers;
      const plan = await handlers?.planRestore({ incidentId: id, target: 'same-session' });
      if (plan === undefined || plan.refusal?.code === 'session-busy') return undefined;
      const receipt = await handlers?.restore({ planId: plan.planId });
      return receipt?.path;
    });
  }

  async #clean(): Promise<void> {
    await this.#core?.[Symbol.asyncDispose]();
    removeLeftSelfTests(this.#deps.home);
  }

  async #until<T>(fault: SelfTestFault, otherwise: string, look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (systemClock.monotonic() >= this.#deadline) throw new CoreError(fault, otherwise, 'Is the computer very busy, or the disk slow?');
      await new Promise<void>((resolve) => void systemClock.schedule(LOOK_EVERY_MS, resolve));
    }
  }

  #place(name: 'openclaw' | 'clawback'): string {
    if (this.#directory === undefined) {
      mkdirSync(selfTestsDir(this.#deps.home), { recursive: true, mode: 0o700 });
      this.#directory = realpathSync(mkdtempSync(join(selfTestsDir(this.#deps.home), 'run-')));
    }
    const path = join(this.#directory, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}

function compare({ path, bytes }: Canary, restored: string): true {
  if (restored !== path)
    throw new CoreError('restored-elsewhere', 'The conversation was restored to another place than it had.', 'Please report this.');
  if (!readFileSync(restored).equals(bytes)) {
    throw new CoreError(
      'restored-differently',
      'The restored file is not what was written.',
      'Run a verification, and please report this.',
    );
  }
  return true;
}

function selfTestsDir(home: string): string {
  return join(home, 'self-test');
}

function problemOf(error: unknown): string {
  if (error instanceof CoreError) return `${error.message} ${error.hint}`.trim();
  const code = errnoOf(error);
  return code === undefined ? 'An unexpected error. Please report this with the log file.' : `The system refused it (${code}).`;
}
