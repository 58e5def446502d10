import { homedir } from 'node:os';
import { Announcements } from './announcements.ts';
import type { Core } from './core.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError, errnoOf } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { Repeating } from './repeating.ts';
import type { CoreConfig, CoreEvent, CoreEvents, CoreHandlers, CoreMethod, CoreRequests, StorageMethod } from './requests.ts';
import { discoverStateDirs } from './sources/openclaw-home.ts';
import { eraseAll } from './storage/erasing.ts';
import { moveBuffer, planMove } from './storage/moving.ts';
import { PlaceWatch } from './storage/place-watch.ts';
import type { CoreProblem, CoreStatus, StorageWork } from './types.ts';

export interface CoreHostDeps {
  readonly home: string;
  readonly config: CoreConfig;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly open: (config: CoreConfig) => Promise<Core>;
}

const PROGRESS_EVERY_MS = 250;
/** Of a look at the disk of a buffer that is not in the home. */
const LOOK_EVERY_MS = 5_000;

/**
 * A core for as long as somebody wants one: where its buffer is moved or erased it is closed, and another one is opened in its place.
 * Whoever asks or listens meanwhile notices that it is busy, and nothing else.
 */
export class CoreHost implements AsyncDisposable {
  readonly handlers: CoreHandlers;
  /** Another core runs, and nothing that was known of the one before need be true. */
  onRenewed: () => void = () => undefined;
  /** The core is closed: none could be opened again, or the disk of its buffer was pulled out. Whoever opens another one waits for it. */
  onLost: (error: unknown) => void = () => undefined;
  readonly #deps: CoreHostDeps;
  readonly #announcements: Announcements;
  readonly #ending = new AbortController();
  readonly #looking: Repeating;
  #core: Core;
  #place: PlaceWatch;
  #config: CoreConfig;
  #status: CoreStatus | undefined;
  #working: Promise<unknown> | undefined;
  #started = false;

  /** Throws what opening a core throws. */
  static async open(deps: CoreHostDeps): Promise<CoreHost> {
    return new CoreHost(deps, await deps.open(deps.config));
  }

  private constructor(deps: CoreHostDeps, core: Core) {
    this.#deps = deps;
    this.#config = deps.config;
    this.#announcements = new Announcements(deps.log);
    this.#core = core;
    this.#place = new PlaceWatch(deps.home);
    this.#looking = new Repeating(deps.clock);
    this.#listen(core);
    this.handlers = this.#answer(core);
  }

  get status(): CoreStatus {
    return this.#status ?? this.#core.status;
  }

  start(): void {
    this.#started = true;
    this.#core.start();
    this.#looking.every(LOOK_EVERY_MS, () => this.#look());
  }

  on<E extends CoreEvent>(event: E, listener: (payload: CoreEvents[E]) => void): Disposable {
    return this.#announcements.on(event, listener);
  }

  /** As a core; what is being moved stays where it was, what is being erased goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#looking[Symbol.dispose]();
    await Promise.allSettled([this.#working]);
    await this.#core[Symbol.asyncDispose]();
  }

  #answer(core: Core): CoreHandlers {
    const passedOn = Object.keys(core.handlers).map((method) => [method, (input: never) => this.#ask(method as CoreMethod, input)]);
    const own: Pick<CoreHandlers, StorageMethod> & Pick<CoreHandlers, 'status' | 'configure'> = {
      status: async () => this.status,
      configure: async (config) => {
        const status = await this.#ask('configure', config);
        this.#config = config;
        return status;
      },
      planMove: async ({ folder }) => planMove(this.#deps.home, folder, this.#openclaw),
      moveBuffer: ({ folder }) => this.#move(folder),
      eraseAll: () => this.#without('erasing', async () => eraseAll(this.#deps.home, { log: this.#deps.log })),
    };
    return { ...(Object.fromEntries(passedOn) as CoreHandlers), ...own };
  }

  async #ask<M extends CoreMethod>(method: M, input: CoreRequests[M]['in']): Promise<CoreRequests[M]['out']> {
    if (this.#working !== undefined) throw busy();
    const handlers = this.#core.handlers as CoreHandlers;
    return handlers[method](input as never) as Promise<CoreRequests[M]['out']>;
  }

  async #move(folder: string): ReturnType<CoreHandlers['moveBuffer']> {
    const openclaw = this.#openclaw;
    // Refused before anything is stopped.
    planMove(this.#deps.home, folder, openclaw);
    // What cannot be written now would be lost with this core.
    await this.#ask('flush', {});
    let toldAt = Number.NEGATIVE_INFINITY;
    const onProgress = (done: number, total: number): void => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS && done < total) return;
      toldAt = performance.now();
      this.#announcements.emit('progress', { task: 'move', done, total });
    };
    const { home, log } = this.#deps;
    return this.#without('moving', () => moveBuffer(home, folder, { log, openclaw, onProgress, signal: this.#ending.signal }));
  }

  /** One at a time: no core runs meanwhile, and one does afterwards, whatever came of it. */
  #without<T>(work: StorageWork, task: () => Promise<T>): Promise<T> {
    if (this.#working !== undefined) return Promise.reject(busy());
    const done = this.#closed(work, task).finally(() => {
      this.#working = undefined;
    });
    this.#working = done;
    return done;
  }

  async #closed<T>(work: StorageWork, task: () => Promise<T>): Promise<T> {
    const before = this.#core.status;
    this.#status = { ...before, health: 'paused', live: [], running: false, work };
    this.#announcements.emit('status', this.#status);
    try {
      await this.#close();
      return await task();
    } finally {
      this.#status = undefined;
      if (!this.#ending.signal.aborted) await this.#renew(before.pausedUntil);
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#core[Symbol.asyncDispose]();
    } catch (error) {
      // It is closed all the same; what could not be written is read from the files again.
      const code = errnoOf(error);
      if (code === undefined) throw error;
      this.#deps.log.log('warn', 'last-flush-failed', { code });
    }
  }

  #look(): void {
    const fault = this.#working === undefined ? this.#place.fault(this.#problem) : undefined;
    if (fault === undefined) return;
    this.#looking[Symbol.dispose]();
    this.#working = this.#close().finally(() => this.onLost(fault));
  }

  get #problem(): CoreProblem | undefined {
    try {
      return this.#core.status.problem;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      return error;
    }
  }

  async #renew(pausedUntil: number | undefined): Promise<void> {
    try {
      this.#core = await this.#deps.open(this.#config);
    } catch (error) {
      this.onLost(error);
      return;
    }
    this.#place = new PlaceWatch(this.#deps.home);
    this.#listen(this.#core);
    if (!this.#started) return;
    if (pausedUntil !== undefined && pausedUntil > Date.now()) await this.#core.handlers.pause({ untilMs: pausedUntil });
    this.#core.start();
    this.onRenewed();
    this.#announcements.emit('status', this.#core.status);
  }

  #listen(core: Core): void {
    for (const event of EVENTS) core.on(event, (payload) => this.#announcements.emit(event, payload));
  }

  /** Also what is not protected now: a buffer has no place in any of them. */
  get #openclaw(): readonly string[] {
    const found = discoverStateDirs(this.#deps.env, homedir()).map(({ root }) => root);
    return [...new Set([...found, ...this.status.sources.map(({ root }) => root)])];
  }
}

const EVENTS: readonly CoreEvent[] = ['status', 'committed', 'incident', 'resolved', 'progress'];

function busy(): CoreError {
  return new CoreError('storage-busy', 'Clawback is moving or erasing its buffer.', 'Try again when that is done.');
}
