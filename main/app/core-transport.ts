import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { utilityProcess } from 'electron';
import type { CoreConfig, CoreMessage } from '../core/requests.ts';

/** One run of the core in a process of its own. Dead after `onExit`; nothing may be posted to it any more then. */
export interface CoreProcess {
  readonly pid: number | undefined;
  post(message: CoreMessage): void;
  onMessage(listener: (message: CoreMessage) => void): void;
  /** Once. `reason` is for the log: an exit code, a signal or a spawn error. */
  onExit(listener: (reason: string) => void): void;
  /** Asks it to end. */
  terminate(): void;
  /** Ends it at once, also when it no longer answers. */
  kill(): void;
}

/** What a core process is started with: one JSON argument. */
export interface CoreBootstrap {
  readonly home: string;
  readonly config: CoreConfig;
  /** Open the control socket, so that the command line can ask this core instead of the buffer. */
  readonly control: true;
  /** The disk of the buffer is lost, and somebody wants an empty one in its place. */
  readonly anew?: true;
}

export type StartCore = (bootstrap: CoreBootstrap) => CoreProcess;

type OnLine = (line: string) => void;
type Environment = Record<string, string | undefined>;

/** Ships: the core inside Electron's own Node. */
export function utilityTransport(modulePath: string, env: Environment, onLine: OnLine): StartCore {
  return (bootstrap) => {
    const child = utilityProcess.fork(modulePath, [JSON.stringify(bootstrap)], { serviceName: 'Clawback core', stdio: 'pipe', env });
    readLines(child.stdout, onLine);
    readLines(child.stderr, onLine);
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => void child.once('exit', (code) => listener(`exit code ${code}`)),
      terminate: () => void child.kill(),
      kill: () => killHard(child.pid),
    };
  };
}

/** For an Electron whose Node cannot load better-sqlite3 (Node-API 9), and for tests that kill the core. */
export function forkTransport(nodePath: string, modulePath: string, env: Environment, onLine: OnLine): StartCore {
  return (bootstrap) => {
    const child = fork(modulePath, [JSON.stringify(bootstrap)], { execPath: nodePath, execArgv: [], silent: true, env });
    readLines(child.stdout, onLine);
    readLines(child.stderr, onLine);
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => void child.send(message),
      onMessage: (listener) => void child.on('message', (message) => listener(message as CoreMessage)),
      onExit(listener) {
        const once = (reason: string) => {
          child.removeAllListeners('exit');
          // A spawn error may come with or without an exit event; a listener must stay, or the second one ends the app.
          child.removeAllListeners('error').on('error', () => undefined);
          listener(reason);
        };
        child.once('exit', (code, signal) => once(signal === null ? `exit code ${code}` : `signal ${signal}`));
        child.on('error', (error) => {
          if (child.pid === undefined) once(`could not start: ${error.message}`);
          else onLine(`core transport: ${error.message}`);
        });
      },
      terminate: () => void child.kill('SIGTERM'),
      kill: () => void child.kill('SIGKILL'),
    };
  };
}

function readLines(stream: Readable | NodeJS.ReadableStream | null, onLine: OnLine): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}

function killHard(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
