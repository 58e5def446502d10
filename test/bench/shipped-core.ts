import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { bundleTargets } from '../../build/bundle-targets.ts';
import { projectDir } from '../../build/project.ts';

/** Below the project, where the bundle finds the packages that it leaves out. */
const BUNDLE = join(projectDir, 'node_modules', '.cache', 'clawback-bench');

interface Message {
  readonly type: string;
  readonly event?: string;
  readonly payload?: unknown;
}

/** Builds what `ShippedCore` runs. */
export async function buildShippedCore(): Promise<void> {
  const target = bundleTargets.find(({ name }) => name === 'core-process');
  if (target === undefined) throw new Error('there is no bundle of the core');
  await build(target.config(BUNDLE));
}

/** The core as the app starts it: from its bundle, because running it from source takes 50 MB for what strips the types. */
export class ShippedCore implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(stateDir: string, home: string, flushIntervalMs: number) {
    const start = { home, config: { roots: [stateDir], flushIntervalMs }, control: false };
    this.#child = fork(join(BUNDLE, 'index.js'), [JSON.stringify(start)], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the core did not start');
    return this.#child.pid;
  }

  /** Settles when so many bytes are durable. */
  durable(bytes: number): Promise<void> {
    let committed = 0;
    return new Promise((resolve) => {
      this.#child.on('message', ({ event, payload }: Message) => {
        if (event !== 'committed') return;
        committed += (payload as { readonly bytes: number }).bytes;
        if (committed >= bytes) resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
