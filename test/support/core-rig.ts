import { join } from 'node:path';
import { type Core, openCore } from '../../main/core/core.ts';
import type { ExitWatch } from '../../main/core/platform/exit-watch.ts';
import { silentLogger } from '../../main/core/platform/logger.ts';
import { nodeFileSystem } from '../../main/core/platform/node-file-system.ts';
import type { CoreConfig } from '../../main/core/requests.ts';
import type { GatewayProbe, OpenclawPrograms } from '../../main/core/restore/restoring.ts';
import { parseLine } from '../../main/core/sources/registry.ts';
import { openCatalog } from '../../main/core/store/buffer.ts';
import type { Incident } from '../../main/core/types.ts';
import type { OpenWitnesses } from '../../main/core/witnesses.ts';
import { readerIn } from '../../main/core-process/reader.ts';
import { FakeClock } from './fake-clock.ts';
import { FaultyFileSystem } from './faulty-file-system.ts';
import { OpenclawState } from './openclaw-state.ts';
import { RefusingBuffer } from './refusing-buffer.ts';
import { tempDir } from './temp-dir.ts';

/** A gateway that is what the test says, without processes or ports. */
export class SettableGateway implements GatewayProbe {
  running: 'running' | 'stopped' | 'unknown' = 'stopped';
  readonly dead = new Set<number>();
  gatewayPid: number | undefined;

  pid = (): number | undefined => this.gatewayPid;

  async state(): Promise<'running' | 'stopped' | 'unknown'> {
    return this.running;
  }

  alive = (pid: number): boolean => !this.dead.has(pid);
}

/** Processes end when the test says so. */
export class ScriptedExits implements ExitWatch {
  readonly #listeners = new Map<number, Set<() => void>>();

  watch(pid: number, onExit: () => void): Disposable {
    const listeners = this.#listeners.get(pid) ?? new Set();
    this.#listeners.set(pid, listeners.add(onExit));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(onExit);
        if (listeners.size === 0 && this.#listeners.get(pid) === listeners) this.#listeners.delete(pid);
      },
    };
  }

  end(pid: number): void {
    const listeners = this.#listeners.get(pid) ?? [];
    this.#listeners.delete(pid);
    for (const onExit of listeners) onExit();
  }

  get watched(): readonly number[] {
    return [...this.#listeners.keys()];
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
  }
}

/** The whole core over a real state directory and a real buffer, in virtual time and without watch events. */
export class CoreRig implements AsyncDisposable {
  /** Starts now: the files under test have the time stamps of the real machine. */
  readonly clock = new FakeClock(Date.now());
  readonly gateway = new SettableGateway();
  readonly exits = new ScriptedExits();
  readonly fs = new FaultyFileSystem(nodeFileSystem);
  readonly buffer = new RefusingBuffer();
  readonly #dir = tempDir();
  readonly state: OpenclawState;
  readonly home: string;
  readonly incidents: Incident[] = [];
  readonly resolved: Incident[] = [];
  committedBytes = 0;
  /** What sees conversations beside their files; nobody, when the test says nothing. */
  openWitnesses: OpenWitnesses | undefined;
  /** OpenClaw's own program; nobody knows where it is, when the test says nothing. */
  programs: OpenclawPrograms | undefined;
  #core: Core | undefined;

  constructor() {
    this.home = join(this.#dir.path, 'home');
    this.state = new OpenclawState(join(this.#dir.path, 'state'), this.clock);
  }

  get core(): Core {
    if (this.#core === undefined) throw new Error('the core was not started');
    return this.#core;
  }

  async start(config: Partial<CoreConfig> = {}): Promise<Core> {
    this.#core = await openCore({
      home: this.home,
      config: { roots: [this.state.root], flushIntervalMs: 1_000, ...config },
      version: '0.0.0-test',
      env: {},
      clock: this.clock,
      fs: this.fs,
      log: silentLogger,
      gateway: this.gateway,
      exits: this.exits,
      readerIn,
      hints: false,
      openBuffer: this.buffer.open,
      ...(this.programs === undefined ? {} : { programs: this.programs }),
      ...(this.openWitnesses === undefined ? {} : { witnesses: this.openWitnesses }),
    });
    this.#core.on('incident', (incident) => this.incidents.push(incident));
    this.#core.on('resolved', (incident) => this.resolved.push(incident));
    this.#core.on('committed', (info) => {
      this.committedBytes += info.bytes;
    });
    this.#core.start();
    this.clock.advance(0);
    return this.#core;
  }

  async stop(): Promise<void> {
    await this.#core?.[Symbol.asyncDispose]();
    this.#core = undefined;
  }

  /** Captured bytes of one generation, as a reader beside the core sees them. */
  bytesOf(generationId: number): Buffer {
    using catalog = openCatalog(this.home, { parse: parseLine });
    return Buffer.concat([...catalog.bytes(generationId)]);
  }

  /** What a verification beside the core finds wrong. */
  get damage(): readonly unknown[] {
    using catalog = openCatalog(this.home, { parse: parseLine });
    return catalog.verify().damaged;
  }

  /** Virtual time in steps, so that what the core awaits between rounds gets its turn. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(500, left));
      await Promise.resolve();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#dir[Symbol.dispose]();
  }
}
