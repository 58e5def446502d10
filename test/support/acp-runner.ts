import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = resolve(import.meta.dirname, '../..');
const agentProgram = fileURLToPath(new URL('./acp-agent.ts', import.meta.url));

/** One of `~/.acpx/sessions`, as far as the tests look at it. */
export interface RunnerRecord {
  readonly name: string;
  readonly closed: boolean;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Parts of `openclaw.json` for conversations with the scripted agent by way of the real `acpx`. Without `command` the gateway
 * would run npm inside its own package.
 */
export function acpConfig(): Readonly<Record<string, unknown>> {
  const command = join(repository, 'node_modules/.cache/acpx-0.3.0/node_modules/.bin/acpx');
  if (!existsSync(command)) throw new Error('acpx is not installed: "npm test" installs it');
  return {
    acp: { enabled: true, backend: 'acpx', defaultAgent: 'kimi', allowedAgents: ['kimi', 'main'] },
    plugins: {
      enabled: true,
      entries: { acpx: { enabled: true, config: { command, expectedVersion: 'any', permissionMode: 'approve-all' } } },
    },
  };
}

/** The ACP runner of one user: what it is told to start, what it keeps, and the processes that it leaves behind. */
export class AcpRunner implements Disposable {
  readonly #directory: string;

  /** `home` of the gateway; the runner reads its configuration with every command. */
  constructor(home: string) {
    this.#directory = join(home, '.acpx');
    mkdirSync(this.#directory, { recursive: true });
    const agent = { command: `${process.execPath} ${agentProgram}` };
    writeFileSync(join(this.#directory, 'config.json'), JSON.stringify({ agents: { kimi: agent, main: agent } }));
  }

  get records(): readonly RunnerRecord[] {
    const sessions = join(this.#directory, 'sessions');
    if (!existsSync(sessions)) return [];
    const names = readdirSync(sessions).filter((name) => name.endsWith('.json') && name !== 'index.json');
    return names.map((name) => JSON.parse(readFileSync(join(sessions, name), 'utf8')));
  }

  /** Processes that wait for an agent's answer; they outlive the gateway. */
  get owners(): readonly number[] {
    const queues = join(this.#directory, 'queues');
    if (!existsSync(queues)) return [];
    return readdirSync(queues)
      .filter((name) => name.endsWith('.lock'))
      .map((name) => Number(JSON.parse(readFileSync(join(queues, name), 'utf8')).pid));
  }

  /** SIGKILL to all of them. */
  end(): void {
    for (const pid of this.owners) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // One that is done removes its lock after it ends.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** Edits an agent's `sessions.json` as a second OpenClaw would: under its lock, whole, by renaming. */
export async function editIndex(sessionsDir: string, edit: (index: Record<string, Record<string, unknown>>) => void): Promise<void> {
  const path = join(sessionsDir, 'sessions.json');
  const lock = `${path}.lock`;
  for (;;) {
    try {
      const fd = openSync(lock, 'wx');
      writeFileSync(fd, JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }));
      closeSync(fd);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await delay(20);
    }
  }
  const index = JSON.parse(readFileSync(path, 'utf8'));
  edit(index);
  writeFileSync(`${path}.edited`, JSON.stringify(index, undefined, 2), { mode: 0o600 });
  renameSync(`${path}.edited`, path);
  rmSync(lock);
}
