import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';

export interface CommandResult {
  readonly status: number;
  /** Standard output and standard error in the order in which they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a program to its end and keeps its output; a program that cannot be started counts as status 127. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const spawnOptions: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] };
    if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
    if (options.env !== undefined) spawnOptions.env = options.env;
    if (options.timeoutMs !== undefined) spawnOptions.timeout = options.timeoutMs;
    const child = spawn(command, args, spawnOptions);
    const all: Buffer[] = [];
    const out: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => {
      all.push(chunk);
      out.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => all.push(chunk));
    child.on('error', (error) => resolve({ status: 127, output: error.message, stdout: '' }));
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `\n${command} was ended by ${signal}\n`;
      resolve({ status: code ?? 1, output: Buffer.concat(all).toString() + ending, stdout: Buffer.concat(out).toString() });
    });
  });
}

/**
 * Runs a program in the terminal of this one, passes SIGINT, SIGTERM and SIGHUP on to it, and gives its exit code.
 * A terminal sends Ctrl+C to the program itself; a second SIGINT from here would look like an impatient person's.
 */
export function runInForeground(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const forward = (signal: NodeJS.Signals) => {
      const terminalToldIt = signal === 'SIGINT' && process.stdin.isTTY;
      if (!terminalToldIt) child.kill(signal);
    };
    const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const done = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      resolve(code ?? exitCodeOfSignal(signal));
    });
  });
}

/** The shell's convention: 128 + number of the signal. */
function exitCodeOfSignal(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
  return 128 + ((signal === null ? undefined : numbers[signal]) ?? 0);
}

/** True when the program is on PATH. */
export function isOnPath(program: string): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/** What npm gives as the cause of its failure, without its notices; all of its last lines when it names none. */
export function npmErrors(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines.filter((line) => /^npm (?:error|ERR!)/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-6).join('\n');
}
