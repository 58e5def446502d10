import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { CoreConfig, CoreEvent, CoreEvents, CoreMessage, CoreMethod, CoreRequests, ErrorShape } from '../core/requests.ts';
import type { CoreProblem, CoreStatus } from '../core/types.ts';
import { CoreConnection, RequestError } from './core-connection.ts';
import type { CoreProcess, StartCore } from './core-transport.ts';
import { afterCrash, type CrashHistory, noCrashes } from './restart-policy.ts';

export interface SupervisorDeps {
  readonly start: StartCore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly home: string;
}

type Listener = (payload: never) => void;

/** One run of the core. `silentBeats` counts heartbeat intervals without any message. */
interface Run {
  readonly process: CoreProcess;
  readonly connection: CoreConnection;
  readonly startedAt: number;
  readonly config: CoreConfig;
  ready: boolean;
  silentBeats: number;
  lastError: ErrorShape | undefined;
}

const heartbeatMs = 5_000;
const missedBeats = 3;
/** Opening a large buffer after an unclean stop checks it first. */
const startBeats = 24;
const flushWaitMs = 3_000;

const crashed: ErrorShape = {
  code: 'core-restarting',
  message: 'The recorder stopped while it was answering.',
  hint: 'It is being started again. Try once more in a moment.',
};
const stopped: ErrorShape = { code: 'core-stopped', message: 'Clawback is quitting.', hint: 'Start it again to continue.' };

/**
 * Keeps one core process alive. Trusts its heartbeat, not exit codes: a core that hangs has none. Intervals are counted in
 * beats and not in elapsed time, so that a sleeping machine does not look like a dead core when it wakes.
 */
export class CoreSupervisor {
  readonly #deps: SupervisorDeps;
  readonly #listeners = new Map<string, Set<Listener>>();
  #config: CoreConfig;
  #run: Run | undefined;
  #history: CrashHistory = noCrashes;
  #timer: Disposable | undefined;
  #status: CoreStatus;
  #waiting: { resolve(run: Run): void; reject(error: RequestError): void }[] = [];
  #ended: ErrorShape | undefined;
  #isAnew = false;

  constructor(deps: SupervisorDeps, config: CoreConfig) {
    this.#deps = deps;
    this.#config = config;
    this.#status = withoutCore(config, 'catching-up');
  }

  /** Last known, or what is true while no core runs; never waits. */
  get status(): CoreStatus {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#run?.process.pid;
  }

  on<E extends CoreEvent | 'ready'>(event: E, listener: (payload: (CoreEvents & { ready: CoreStatus })[E]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  /** Where no core comes up because the disk of its buffer is missing: the next one begins an empty buffer, at once if it can. */
  startAnew(): void {
    if (this.#run?.ready) return;
    this.#isAnew = true;
    if (this.#run !== undefined) return;
    this.#timer?.[Symbol.dispose]();
    this.start();
  }

  start(): void {
    this.#ended = undefined;
    const how = this.#isAnew ? ({ anew: true } as const) : {};
    this.#isAnew = false;
    const { start, clock, home } = this.#deps;
    const process = start({ home, config: this.#config, control: true, ...how });
    const run: Run = {
      process,
      connection: new CoreConnection(process),
      startedAt: clock.monotonic(),
      config: this.#config,
      ready: false,
      silentBeats: 0,
      lastError: undefined,
    };
    this.#run = run;
    process.onMessage((message) => {
      if (this.#run === run) this.#receive(run, message);
      // The answer to the flush of a core that is being stopped.
      else run.connection.settle(message);
    });
    process.onExit((reason) => {
      if (this.#run === run) this.#died(run, reason);
    });
    this.#watch(run);
  }

  /** Waits for a core that is starting; rejects with a RequestError when none will come or it dies meanwhile. */
  async request<M extends CoreMethod>(method: M, params: CoreRequests[M]['in']): Promise<CoreRequests[M]['out']> {
    const run = await this.#ready();
    return run.connection.request(method, params);
  }

  /** Kept for every later start too. */
  async configure(config: CoreConfig): Promise<void> {
    this.#config = config;
    if (this.#run?.ready) this.#setStatus(await this.#run.connection.request('configure', config));
  }

  /** Makes everything durable, waits at most 3 s for it, then ends the core. */
  async stop(): Promise<void> {
    const run = this.#run;
    this.#end(stopped);
    if (run === undefined) return;
    const gone = new Promise<void>((resolve) => run.process.onExit(() => resolve()));
    let timer: Disposable | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = this.#deps.clock.schedule(flushWaitMs, resolve);
    });
    if (run.ready) await Promise.race([run.connection.request('flush', {}).then(undefined, () => undefined), gone, limit]);
    run.process.terminate();
    await Promise.race([gone, limit]);
    // Left running it would hold a process that has nothing else to do for the rest of the time.
    timer?.[Symbol.dispose]();
    run.connection.close(stopped);
    run.process.kill();
  }

  #ready(): Promise<Run> {
    if (this.#ended !== undefined) return Promise.reject(new RequestError(this.#ended));
    if (this.#run?.ready) return Promise.resolve(this.#run);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #receive(run: Run, message: CoreMessage): void {
    run.silentBeats = 0;
    if (run.connection.settle(message)) return;
    switch (message.type) {
      case 'ready': {
        run.ready = true;
        this.#isAnew = false;
        // Here and not at the start: a utility process has no pid before it runs.
        this.#deps.log.log('info', 'core-ready', { pid: run.process.pid });
        this.#setStatus(message.status);
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const { resolve } of waiting) resolve(run);
        this.#emit('ready', message.status);
        if (run.config !== this.#config) this.#catchUp(run);
        return;
      }
      case 'fatal':
        run.lastError = message.error;
        return;
      case 'event':
        if (message.event === 'status') this.#setStatus(message.payload as CoreStatus);
        else this.#emit(message.event, message.payload);
        return;
    }
  }

  /** The configuration changed while the core was starting with an older one. */
  #catchUp(run: Run): void {
    run.connection.request('configure', this.#config).then(
      (status) => {
        if (this.#run === run) this.#setStatus(status);
      },
      (error: unknown) =>
        this.#deps.log.log('warn', 'configure-failed', { code: error instanceof RequestError ? error.code : String(error) }),
    );
  }

  #watch(run: Run): void {
    this.#timer = this.#deps.clock.schedule(heartbeatMs, () => {
      if (this.#run !== run) return;
      run.silentBeats += 1;
      if (run.silentBeats < (run.ready ? missedBeats : startBeats)) return this.#watch(run);
      this.#deps.log.log('error', 'core-silent', { pid: run.process.pid, silentBeats: run.silentBeats });
      run.lastError = { code: 'core-silent', message: 'The recorder stopped responding.', hint: 'See the log files of Clawback.' };
      run.process.kill();
    });
  }

  #died(run: Run, reason: string): void {
    const { clock, log } = this.#deps;
    this.#run = undefined;
    this.#timer?.[Symbol.dispose]();
    run.connection.close(crashed);
    const now = clock.monotonic();
    const { history, decision } = afterCrash(this.#history, now, now - run.startedAt, run.lastError?.code);
    this.#history = history;
    log.log('error', 'core-died', { reason, code: run.lastError?.code, decision });
    const because: CoreProblem = run.lastError ?? { code: 'core-crashed', message: `The recorder ended unexpectedly (${reason}).` };
    if (decision.restart) {
      this.#setStatus({ ...withoutCore(this.#config, 'degraded'), problem: because });
      // Started from a timer, never from here: posting inside an exit listener can crash Electron.
      this.#timer = clock.schedule(decision.afterMs, () => this.start());
      return;
    }
    const hint = because.hint ?? 'Quit and open Clawback again; see its log files.';
    this.#end({ code: because.code, message: because.message, hint });
    this.#setStatus({ ...withoutCore(this.#config, 'degraded'), problem: { ...because, hint } });
  }

  #end(error: ErrorShape): void {
    this.#run = undefined;
    this.#ended = error;
    this.#timer?.[Symbol.dispose]();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(new RequestError(error));
  }

  #setStatus(status: CoreStatus): void {
    this.#status = status;
    this.#emit('status', status);
  }

  #emit(event: CoreEvent | 'ready', payload: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(payload as never);
  }
}

function withoutCore(config: CoreConfig, health: 'catching-up' | 'degraded'): CoreStatus {
  return {
    health,
    running: false,
    sources: [],
    live: [],
    bufferBytes: 0,
    openIncidents: 0,
    lagBytes: 0,
    flushIntervalMs: config.flushIntervalMs,
  };
}
