import { homedir } from 'node:os';
import { Announcements } from './announcements.ts';
import { createDirectoryTailer } from './capture/directory-tailer.ts';
import { HandlePool } from './capture/handle-pool.ts';
import { catalogRequests } from './catalog-requests.ts';
import { conversationRequests } from './conversation-requests.ts';
import { coreStatus, StatusCounts } from './core-status.ts';
import { defaultPolicy } from './detect/detection.ts';
import { createDetector } from './detect/detector.ts';
import type { GatewayAdmin } from './gateway/gateway.ts';
import { GatewayRounds } from './gateway-rounds.ts';
import { Hints } from './hints.ts';
import { incidentRequests } from './incident-requests.ts';
import { checkFlushInterval, checkPause } from './limits.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError } from './platform/errors.ts';
import { type ExitWatch, noExitWatch } from './platform/exit-watch.ts';
import type { FileSystem } from './platform/file-system.ts';
import type { Logger } from './platform/logger.ts';
import { ProtectedSource } from './protected-source.ts';
import { Recorder } from './recorder.ts';
import type { CoreConfig, CoreEvent, CoreEvents, CoreHandlers } from './requests.ts';
import { createRestorer } from './restore/restorer.ts';
import type { GatewayProbe, Restorer } from './restore/restoring.ts';
import { RestoreDesk } from './restore-desk.ts';
import { SourceSet } from './source-set.ts';
import { readOpenclawConfig } from './sources/openclaw-config.ts';
import { discoverStateDirs } from './sources/openclaw-home.ts';
import { parseLine, sources as sourceRegistry } from './sources/registry.ts';
import { openBuffer } from './store/buffer.ts';
import type { CommitResult, Journal } from './store/store.ts';
import { noThreads, type StoreThreads } from './store/store-threads.ts';
import type { CoreStatus } from './types.ts';
import { upkeepRequests } from './upkeep-requests.ts';
import { WitnessDesk } from './witness-desk.ts';
import { noWitnesses, type OpenWitnesses } from './witnesses.ts';

export interface CoreOptions {
  /** Clawback's own directory. */
  readonly home: string;
  readonly config: CoreConfig;
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly log: Logger;
  readonly gateway: GatewayProbe;
  /** Saves time when a gateway ends; detection is complete without it. The core disposes of it. */
  readonly exits?: ExitWatch;
  /** Who sees conversations beside their transcripts; default: nobody but OpenClaw's own files. */
  readonly witnesses?: OpenWitnesses;
  /** Changes conversations of a running gateway, for a restore that somebody confirmed; without it one waits until the gateway is down. */
  readonly admin?: GatewayAdmin;
  /** Watch events as hints; capture is complete without them. */
  readonly hints: boolean;
  /** For an import; absent: the core does everything in its own thread. The core disposes of them. */
  readonly threads?: StoreThreads;
  /** Tests put a buffer here that refuses to be written. */
  readonly openBuffer?: typeof openBuffer;
}

const STATUS_EVERY_MS = 1_000;
const BEAT_EVERY_MS = 5_000;

/**
 * The front door: owns the buffer and its one writer, the sources under protection and the loop. Opening takes the writer
 * lock (CoreError `buffer-locked` when another Clawback has it), finishes interrupted restores and proves nothing yet;
 * `start` begins to protect.
 */
export async function openCore(options: CoreOptions): Promise<Core> {
  checkFlushInterval(options.config.flushIntervalMs);
  try {
    return await openOnce(options);
  } catch (error) {
    // Damage beyond what is checked at every start. It is noted: the second opening checks everything and sets it aside.
    if (!(error instanceof CoreError) || error.code !== 'buffer-damaged') throw error;
    return await openOnce(options);
  }
}

async function openOnce(options: CoreOptions): Promise<Core> {
  const { home, clock, log, threads = noThreads } = options;
  const opened = (options.openBuffer ?? openBuffer)(home, { clock, log, parse: parseLine, threads });
  let core: Core | undefined;
  try {
    core = new Core(options, opened.journal, opened.damagedAside);
    await core.recover();
    return core;
  } catch (error) {
    if (core === undefined) opened.journal[Symbol.dispose]();
    else await core[Symbol.asyncDispose]();
    throw error;
  }
}

export class Core implements AsyncDisposable {
  readonly handlers: CoreHandlers;
  readonly #options: CoreOptions;
  readonly #journal: Journal;
  readonly #recorder: Recorder;
  readonly #restorer: Restorer;
  readonly #restores: RestoreDesk;
  readonly #detector: ReturnType<typeof createDetector>;
  readonly #sources: SourceSet;
  /** One for all directories: what macOS lets a process open is shared too. */
  readonly #handles = new HandlePool();
  readonly #announcements: Announcements;
  readonly #counts: StatusCounts;
  readonly #timers = new Set<Disposable>();
  readonly #exits: ExitWatch;
  readonly #gateways: GatewayRounds;
  readonly #runId: number;
  #damagedAside: string | undefined;
  readonly #hints: Hints;
  readonly #desk: WitnessDesk;
  #statusDue: Disposable | undefined;
  #started = false;
  #closed = false;

  constructor(options: CoreOptions, journal: Journal, damagedAside: string | undefined) {
    this.#options = options;
    this.#journal = journal;
    this.#announcements = new Announcements(options.log);
    this.#counts = new StatusCounts(journal.catalog);
    this.#damagedAside = damagedAside;
    this.#exits = options.exits ?? noExitWatch;
    this.#runId = journal.beginRun(options.version, options.clock.now()).runId;
    this.#detector = createDetector({
      policy: defaultPolicy,
      sessions: journal.rememberedSessions(),
      incidents: journal.rememberedIncidents(),
      classify: (name) => sourceRegistry['openclaw-jsonl'].classify(name),
    });
    this.#desk = new WitnessDesk({
      clock: options.clock,
      log: options.log,
      journal,
      parties: () => this.#sources.all.map((source) => source.party),
    });
    this.#recorder = new Recorder(
      {
        clock: options.clock,
        log: options.log,
        journal,
        detector: this.#detector,
        sources: () => this.#sources.all,
        witnesses: this.#desk,
        onCommit: (result) => this.#committed(result),
        onChange: () => this.#announceStatus(),
        onDirectories: () => this.#hint(),
      },
      options.config.flushIntervalMs,
    );
    this.#restorer = createRestorer({
      journal,
      clock: options.clock,
      log: options.log,
      gateway: options.gateway,
      ...(options.admin === undefined ? {} : { admin: options.admin }),
      isBusy: (sourceId, _agent, sessionKey) => this.#desk.isRunning(sourceId, sessionKey),
      directoryOf: (sourceId, agent) => this.#directoryOf(sourceId, agent),
      rootOf: (sourceId) => this.#journal.catalog.sources().find((row) => row.id === sourceId)?.root,
    });
    this.#sources = new SourceSet({ discover: () => this.#discovered(), open: (root) => this.#openSource(root) }, options.config);
    this.#sources.refresh();
    this.#hints = new Hints({
      log: options.log,
      sources: () => this.#sources.all,
      onFile: () => this.#recorder.wake(),
      onAgents: () => this.#recorder.lookForDirectories(),
      onUnhealthy: () => this.#announceStatus(),
    });
    this.#gateways = new GatewayRounds({
      log: options.log,
      sources: () => this.#sources.all,
      due: () => this.#recorder.probeDue(),
      onNews: () => {
        this.#recorder.wake();
        this.#announceStatus();
      },
    });
    this.#restores = new RestoreDesk({
      clock: options.clock,
      catalog: journal.catalog,
      restorer: this.#restorer,
      detector: this.#detector,
      recorder: this.#recorder,
    });
    this.handlers = this.#answer();
  }

  /** Finishes or takes back restores that a crash interrupted. */
  async recover(): Promise<void> {
    await this.#restores.recover();
  }

  start(): void {
    this.#started = true;
    this.#hint();
    this.#every(BEAT_EVERY_MS, () => this.#survive('beat', () => this.#journal.beat(this.#runId, this.#options.clock.now())));
    this.#every(STATUS_EVERY_MS, () => void this.#probe());
    this.#recorder.start();
    void this.#probe();
  }

  on<E extends CoreEvent>(event: E, listener: (payload: CoreEvents[E]) => void): Disposable {
    return this.#announcements.on(event, listener);
  }

  get status(): CoreStatus {
    return coreStatus({
      facts: this.#counts.facts,
      bufferBytes: this.#journal.catalog.bufferBytes(),
      sources: this.#sources.all,
      recorder: this.#recorder,
      watchHealthy: this.#hints.healthy,
      witnesses: this.#desk,
      running: this.#started && !this.#closed,
      missingRoots: this.#sources.missing,
    });
  }

  /** Makes durable what is there and lets go of everything; rejects when the last flush could not be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#recorder[Symbol.dispose]();
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#exits[Symbol.dispose]();
    this.#statusDue?.[Symbol.dispose]();
    await this.#hints[Symbol.asyncDispose]();
    await this.#restores.settled();
    try {
      if (this.#started) this.#recorder.flush();
      this.#journal.endRun(this.#runId, this.#options.clock.now());
    } finally {
      this.#sources[Symbol.dispose]();
      this.#journal[Symbol.dispose]();
    }
  }

  #answer(): CoreHandlers {
    const { clock } = this.#options;
    return {
      ...catalogRequests(this.#journal.catalog),
      ...conversationRequests({ journal: this.#journal }),
      ...incidentRequests({
        clock,
        journal: this.#journal,
        detector: this.#detector,
        recorder: this.#recorder,
        restores: this.#restores,
      }),
      ...upkeepRequests({ home: this.#options.home, clock, journal: this.#journal }),
      status: async () => this.status,
      check: async () => {
        await this.#recorder.checkNow();
        return this.status;
      },
      flush: async () => {
        this.#recorder.flush();
        return null;
      },
      pause: async ({ untilMs }) => {
        checkPause(untilMs, clock.now());
        this.#recorder.flush();
        this.#recorder.pausedUntil = untilMs;
        this.#announceStatus();
        return this.status;
      },
      resume: async () => {
        this.#recorder.resume();
        this.#announceStatus();
        return this.status;
      },
      configure: async (config) => {
        checkFlushInterval(config.flushIntervalMs);
        this.#recorder.flushIntervalMs = config.flushIntervalMs;
        this.#sources.choice = config;
        this.#sources.refresh();
        this.#hint();
        this.#announceStatus();
        return this.status;
      },
      discover: async () => this.#discovered(),
    };
  }

  #discovered(): readonly string[] {
    return discoverStateDirs(this.#options.env, homedir()).map((found) => found.root);
  }

  /** Also of a state directory that is not under protection now: what was saved from it goes back to where it was. */
  #directoryOf(sourceId: number, agent: string): string | undefined {
    const protectedNow = this.#sources.directoryOf(sourceId, agent);
    if (protectedNow !== undefined) return protectedNow;
    const row = this.#journal.catalog.sources().find(({ id }) => id === sourceId);
    if (row === undefined) return undefined;
    const directories = sourceRegistry[row.layout].directories(row.root, this.#options.fs);
    return directories.find((directory) => directory.agent === agent)?.path;
  }

  #openSource(root: string): ProtectedSource {
    // One that was closed a moment ago goes on where it was read to, so that must be in the buffer.
    this.#recorder.commitRead();
    const { clock, env, fs, gateway, log } = this.#options;
    const row = this.#journal.registerSource('openclaw-jsonl', root, clock.now());
    this.#counts.forget();
    const source = new ProtectedSource(row, {
      tailerDeps: { fs, clock, log, handles: this.#handles, nextGenerationId: () => this.#journal.nextGenerationId() },
      createTailer: createDirectoryTailer,
      knownGenerations: (directory) => {
        const known = this.#journal.knownGenerations(directory);
        this.#detector.adopt(directory, known);
        return known;
      },
      source: sourceRegistry[row.layout],
      gateway,
      exits: this.#exits,
      onHolderEnded: () => void this.#gateways.atOnce(),
      resetPolicy: () => readOpenclawConfig(root, env).resetPolicy,
      cursor: (witness) => this.#journal.witnessCursor(row.id, witness),
      openWitnesses: this.#options.witnesses ?? noWitnesses,
      onNews: () => this.#recorder.wake(),
    });
    source.refreshDirectories();
    this.#reportDamage(row.id);
    return source;
  }

  /** Once, with the first source: a buffer that had to be rebuilt may lack what is no longer on disk. */
  #reportDamage(sourceId: number): void {
    const path = this.#damagedAside;
    if (path === undefined) return;
    this.#damagedAside = undefined;
    const draft = {
      kind: 'mirror-degraded' as const,
      dedupeKey: `mirror-degraded:${path}`,
      severity: 'warning' as const,
      sourceId,
      messages: 0,
      bytes: 0,
      evidence: { setAside: path },
    };
    this.#recorder.commitOutcome({ transitions: [], sessions: [], drafts: [draft], resolved: [] });
  }

  #hint(): void {
    if (this.#options.hints && this.#started) this.#hints.follow();
  }

  async #probe(): Promise<void> {
    if (!(await this.#gateways.whenDue())) return;
    this.#survive('sources', () => {
      if (this.#sources.refresh()) this.#hint();
    });
    this.#announceStatus();
  }

  /** For what runs from a timer: a buffer that cannot be used now must not end the process that holds what was read. */
  #survive(what: string, task: () => void): void {
    try {
      if (!this.#closed) task();
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#options.log.log('warn', 'put-off', { what, code: error.code });
    }
  }

  #committed(result: CommitResult): void {
    this.#counts.forget();
    if (result.bytes > 0) this.#announcements.emit('committed', { bytes: result.bytes, durationMs: result.durationMs, at: result.at });
    for (const incident of result.opened) this.#announcements.emit('incident', incident);
    for (const incident of result.resolved) this.#announcements.emit('resolved', incident);
    this.#announceStatus();
  }

  /** At most once a second: the tray and the windows need no more. */
  #announceStatus(): void {
    if (!this.#started || this.#closed || this.#statusDue !== undefined) return;
    this.#statusDue = this.#options.clock.schedule(STATUS_EVERY_MS, () => {
      this.#statusDue = undefined;
      this.#survive('status', () => this.#announcements.emit('status', this.status));
    });
  }

  #every(intervalMs: number, task: () => void): void {
    const run = (): void => {
      this.#timers.delete(timer);
      if (this.#closed) return;
      task();
      this.#every(intervalMs, task);
    };
    const timer = this.#options.clock.schedule(intervalMs, run);
    this.#timers.add(timer);
  }
}
