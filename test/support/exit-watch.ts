import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { exitWatchProgram } from '../../build/native-helpers.ts';

/** The helper under test; the suite's preparation has made sure that there is a compiler. */
export async function builtExitWatch(): Promise<string> {
  const program = await exitWatchProgram();
  if (program === undefined) throw new Error('no C compiler');
  return program;
}

/** Ends when the process does. Also for one whose parent is gone and whose status nobody may ever collect. */
export async function ended(program: string, pid: number): Promise<void> {
  await new ExitWatchRun(program, [String(pid)]).exited;
}

export interface HelperLine {
  readonly event: string;
  readonly pid: number;
  readonly at?: number;
  readonly code?: string;
}

/** The helper as a program: lines in, lines out. */
export class ExitWatchRun implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  readonly lines: HelperLine[] = [];
  /** Exit status, when its output has been read to the end. */
  readonly exited: Promise<number | null>;

  constructor(program: string, args: readonly string[] = ['--stdin']) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error('no standard output');
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
      this.#wake();
    });
    this.exited = new Promise((resolve) => this.#child.once('close', (code) => resolve(code)));
    void this.exited.then(() => this.#wake());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(text: string | Buffer): void {
    this.#child.stdin?.write(text);
  }

  /** Closes its input. */
  end(): void {
    this.#child.stdin?.end();
  }

  /** Waits until it has said so many lines; throws when it ends before. */
  async said(count: number): Promise<readonly HelperLine[]> {
    while (this.lines.length < count) {
      if (this.#child.exitCode !== null) throw new Error(`exit-watch ended after ${this.lines.length} of ${count} lines`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A process that does nothing until it is told to end. */
export class IdleProcess implements AsyncDisposable {
  readonly #child = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
  readonly #exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  finish(): Promise<void> {
    this.#child.stdin.end();
    return this.#exited;
  }

  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
