import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '../../main/cli/index.ts');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs `clawback` to its end, away from the OpenClaw and the Clawback of whoever runs the tests. */
export async function cli(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
}

export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** `clawback watch --json` in the background; waits for events instead of for time. */
export class WatchProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #seen: Line[] = [];
  readonly #waiting = new Set<() => void>();
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [CLI, 'watch', '--json', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)));
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no standard output');
    createInterface({ input: stdout }).on('line', (line) => {
      this.#seen.push(JSON.parse(line) as Line);
      for (const wake of this.#waiting) wake();
    });
    void this.exited.then(() => {
      for (const wake of this.#waiting) wake();
    });
  }

  /** The first event, past ones included, that is accepted; rejects when the process ends without one. */
  async until(accept: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.#seen.find(accept);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw new Error('watch ended before the event came');
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill('SIGKILL');
  }
}
