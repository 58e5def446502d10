import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { vi } from 'vitest';
import type { CoreMethod, CoreRequests } from '../../main/core/requests.ts';
import type { SessionSummary, WitnessStatus } from '../../main/core/types.ts';
import { connectToCore } from '../../main/core-process/control-socket.ts';
import { RpcClient } from '../../main/core-process/rpc-client.ts';
import type { OpenClawGateway } from '../support/openclaw-gateway.ts';
import { asOrdinaryUser } from '../support/ordinary-user.ts';

const program = resolve(import.meta.dirname, '../../main/cli/index.ts');

/** As `clawback incidents --json` and `clawback watch --json` print one. */
export interface IncidentRow {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly sessionId: string | null;
  readonly sessionKey: string | null;
  readonly resolvedAt: number | null;
  readonly messages: number;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** As `clawback show --json` prints one. */
export interface MessageRow {
  readonly role: string;
  readonly text: string;
  readonly provenance: string;
  readonly persisted: boolean;
  readonly interrupted: boolean;
}

interface WatchLine {
  readonly event: string;
  readonly incident?: IncidentRow;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
}

/**
 * The real Clawback beside a real gateway: `clawback watch --json` as a process of its own, the other commands as a person would
 * type them. Home and TMPDIR are the gateway's: the probe looks for the gateway's lock there.
 */
export class Clawback implements AsyncDisposable {
  readonly #gateway: OpenClawGateway;
  readonly #ordinaryUser: boolean;
  readonly #home: string;
  readonly #lines: WatchLine[] = [];
  readonly #listeners = new Set<() => void>();
  #end: ((signal: NodeJS.Signals) => Promise<number | null>) | undefined;

  constructor(gateway: OpenClawGateway, ordinaryUser = false) {
    this.#gateway = gateway;
    this.#ordinaryUser = ordinaryUser;
    this.#home = join(gateway.env.HOME, 'clawback');
  }

  /** Starts the recorder; it protects when this resolves. */
  async watch(): Promise<void> {
    const since = this.#lines.length;
    const child = this.#spawn(['--json', 'watch', '--flush-interval', '250'], 'pipe');
    const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    let failure = '';
    child.stderr?.on('data', (text) => {
      failure = (failure + String(text)).slice(-4000);
    });
    if (child.stdout === null) throw new Error('no standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(JSON.parse(line));
      for (const listener of [...this.#listeners]) listener();
    });
    this.#end = (signal) => {
      child.kill(signal);
      return exited;
    };
    const gone = exited.then((code) => Promise.reject(new Error(`clawback watch ended with code ${code}: ${failure}`)));
    // Only of interest while we wait for it to be ready.
    gone.catch(() => undefined);
    await Promise.race([gone, this.#until('ready', () => this.#lines.slice(since).find((line) => line.event === 'ready'))]);
  }

  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null | undefined> {
    return this.#endWith('SIGTERM');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#endWith('SIGKILL');
  }

  /** The first incident of this kind, or of one of these, past or future, that `watch` told. */
  async incident(kind: string | readonly string[], matches: (incident: IncidentRow) => boolean = () => true): Promise<IncidentRow> {
    return await this.#until(`incident ${kind}`, () =>
      this.#lines
        .map(({ event, incident }) => (event === 'incident' ? incident : undefined))
        .find((incident) => incident !== undefined && [kind].flat().includes(incident.kind) && matches(incident)),
    );
  }

  /** Everything on disk now is in the buffer when this resolves. */
  async check(): Promise<void> {
    await this.#ask('check', {});
  }

  /** Everything that a person was ever told of, quiet history aside: `kind of key`. */
  get told(): readonly string[] {
    return this.#lines.flatMap(({ event, incident }) =>
      event === 'incident' && incident !== undefined && incident.severity !== 'info' ? [`${incident.kind} of ${incident.sessionKey}`] : [],
    );
  }

  /** Needs a person: open, and more than quiet history. */
  async openIncidents(): Promise<readonly IncidentRow[]> {
    return (await this.json<readonly IncidentRow[]>('incidents')).filter((incident) => incident.severity !== 'info');
  }

  /** A conversation, or the one of an incident, as `show` reads it. */
  show(reference: string): Promise<readonly MessageRow[]> {
    return this.json('show', reference);
  }

  /** Every witness that can be ready is: it would see the next message. */
  async listening(kind: string): Promise<void> {
    await this.#witness(kind, ({ state }) => state === 'listening');
  }

  /** A gateway can be killed between what it tells one client and the next: this witness was told something since, too. */
  async heardSince(kind: string, at: number): Promise<void> {
    await this.#witness(kind, ({ lastMessageAt = 0 }) => lastMessageAt >= at);
  }

  async #witness(kind: string, is: (witness: WitnessStatus) => boolean): Promise<void> {
    await vi.waitFor(
      async () => {
        const { sources } = await this.#ask('status', {});
        const witness = sources.flatMap(({ witnesses }) => witnesses).find((one) => one.kind === kind);
        if (witness === undefined || !is(witness)) throw new Error(`${kind} is ${JSON.stringify(witness)}`);
      },
      { timeout: 30_000, interval: 100 },
    );
  }

  /** Asked of the running recorder: a wait that started a command for every look would starve what it waits for. */
  async session(sessionId: string): Promise<SessionSummary | undefined> {
    const { items } = await this.#ask('sessions', { limit: 200 });
    return items.find((session) => session.sessionId === sessionId);
  }

  /** One command with `--json`; throws when it fails. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { exitCode, stdout } = await this.run('--json', ...args);
    if (exitCode !== 0) throw new Error(`clawback ${args.join(' ')} ended with code ${exitCode}: ${stdout.toString('utf8')}`);
    return JSON.parse(stdout.toString('utf8'));
  }

  async run(...args: readonly string[]): Promise<CommandResult> {
    const child = this.#spawn(args, 'inherit');
    const pieces: Buffer[] = [];
    child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
    const exitCode = await new Promise<number | null>((done) => child.once('close', (code) => done(code)));
    return { exitCode, stdout: Buffer.concat(pieces) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #endWith(signal: NodeJS.Signals): Promise<number | null | undefined> {
    const end = this.#end;
    this.#end = undefined;
    return await end?.(signal);
  }

  async #ask<M extends CoreMethod>(method: M, params: CoreRequests[M]['in']): Promise<CoreRequests[M]['out']> {
    const connection = await connectToCore(this.#home);
    if (connection === undefined) throw new Error('no recorder runs');
    try {
      return await new RpcClient(connection.port).request(method, params);
    } finally {
      connection.close();
    }
  }

  #spawn(args: readonly string[], stderr: 'pipe' | 'inherit') {
    const places = ['--home', this.#home, '--state-dir', this.#gateway.stateDir];
    const { PATH, CLAWBACK_EXIT_WATCH } = process.env;
    const env = { PATH, CLAWBACK_EXIT_WATCH, TZ: 'UTC', NO_COLOR: '1', ...this.#gateway.env };
    const all = [program, ...places, ...args];
    const [command, commandArgs] = this.#ordinaryUser ? asOrdinaryUser(process.execPath, all) : [process.execPath, all];
    return spawn(command, commandArgs, { stdio: ['ignore', 'pipe', stderr], env });
  }

  #until<T>(what: string, look: () => T | undefined, timeoutMs = 30_000): Promise<T> {
    return new Promise((done, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        act();
      };
      const check = () => {
        const found = look();
        if (found !== undefined) settle(() => done(found));
      };
      const told = () =>
        this.#lines.flatMap(({ incident }) => (incident === undefined ? [] : [`${incident.kind} of ${incident.sessionKey}`]));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`no ${what} within ${timeoutMs} ms; told: ${told().join(', ')}`))),
        timeoutMs,
      );
      this.#listeners.add(check);
      check();
    });
  }
}
