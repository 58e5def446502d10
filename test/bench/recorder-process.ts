import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '../../main/cli/index.ts');

export interface WatchEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The real recorder in a process of its own: `clawback watch --json`. */
export class RecorderProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<{ accept: (event: WatchEvent) => boolean; resolve: (event: WatchEvent) => void }>();
  readonly #ended: Promise<void>;

  constructor(stateDir: string, home: string, flushIntervalMs: number, env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(
      process.execPath,
      [CLI, 'watch', '--json', '--state-dir', stateDir, '--home', home, '--flush-interval', String(flushIntervalMs)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      },
    );
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('the recorder has no standard output');
    createInterface({ input: stdout }).on('line', (line) => {
      const event = JSON.parse(line) as WatchEvent;
      for (const waiter of this.#waiting) {
        if (!waiter.accept(event)) continue;
        this.#waiting.delete(waiter);
        waiter.resolve(event);
      }
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the recorder did not start');
    return this.#child.pid;
  }

  next(accept: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    return new Promise((resolve) => this.#waiting.add({ accept, resolve }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
