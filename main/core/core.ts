import { homedir } from 'node:os';
import { join } from 'node:path';
import { Announcements } from './announcements.ts';
import { createDirectoryTailer } from './capture/directory-tailer.ts';
import { HandlePool } from './capture/handle-pool.ts';
import { catalogRequests } from './catalog-requests.ts';
import { controlRequests } from './control-requests.ts';
import { conversationRequests } from './conversation-requests.ts';
import type { CoreOptions } from './core-options.ts';
import { coreStatus, StatusCounts } from './core-status.ts';
import { type Detector, defaultPolicy } from './detect/detection.ts';
import { createDetector } from './detect/detector.ts';
import { ForgettingDesk } from './forgetting-desk.ts';
import { GatewayRounds } from './gateway-rounds.ts';
import { Hints } from './hints.ts';
import { IgnoreBook } from './ignore-book.ts';
import { ignoringDetector } from './ignoring-detector.ts';
import { incidentRequests } from './incident-requests.ts';
import { checkConfig } from './limits.ts';
import { CoreError } from './platform/errors.ts';
import { type ExitWatch, noExitWatch } from './platform/exit-watch.ts';
import { ProtectedSource } from './protected-source.ts';
import { RecentLog } from './recent-log.ts';
import { Recorder } from './recorder.ts';
import { recorderPlaces } from './recorder-plugin/setup.ts';
import { Repeating } from './repeating.ts';
import type { CoreConfig, CoreEvent, CoreEvents, OpenCoreHandlers } from './requests.ts';
import { createRestorer } from './restore/restorer.ts';
import type { Restorer } from './restore/restoring.ts';
import { RestoreDesk } from './restore-desk.ts';
import { restorerPlaces } from './restorer-places.ts';
import { sourceRequests } from './source-requests.ts';
import { SourceSet } from './source-set.ts';
import { readOpenclawConfig } from './sources/openclaw-config.ts';
import { discoverStateDirs } from './sources/openclaw-home.ts';
import { parseLine, sources as sourceRegistry } from './sources/registry.ts';
import { openStorage } from './storage/opening.ts';
import type { CommitResult, Journal } from './store/store.ts';
import { noThreads } from './store/store-threads.ts';
import type { CoreStatus } from './types.ts';
import { UpkeepDesk } from './upkeep-desk.ts';
import { WitnessDesk } from './witness-desk.ts';
import { noWitnesses } from './witnesses.ts';

const STATUS_EVERY_MS = 1_000;
const BEAT_EVERY_MS = 5_000;
const TIDY_EVERY_MS = 60_000;

/**
 * The front door: owns the buffer and its one writer, the sources under protection and the loop. Opening takes the writer
 * lock (CoreError `buffer-locked` when another Clawback has it), finishes interrupted restores and proves nothing yet;
 * `start` begins to protect.
 */
export async function openCore(options: CoreOptions): Promise<Core> {
  checkConfig(options.config);
  try {
    return await openOnce(options);
  } catch (error) {
    // Damage beyond what is checked at every start. It is noted: the second opening checks everything and sets it aside.
    if (!(error instanceof CoreError) || error.code !== 'buffer-damaged') throw error;
    return await openOnce(options);
  }
}

async function openOnce(given: CoreOptions): Promise<Core> {
  const options = { ...given, log: new RecentLog(given.log) };
  const { home, clock, log, threads = noThreads } = options;
  const opened = openStorage(home, { clock, log, parse: parseLine, threads }, options.openBuffer);
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
  readonly handlers: OpenCoreHandlers;
  readonly #options: CoreOptions;
  readonly #journal: Journal;
  readonly #recorder: Recorder;
  readonly #restorer: Restorer;
  readonly #restores: RestoreDesk;
  readonly #detector: Detector;
  readonly #sources: SourceSet;
  /** One for all directories: what macOS lets a process open is shared too. */
  readonly #handles = new HandlePool();
  readonly #announcements: Announcements;
  readonly #counts: StatusCounts;
  readonly #timers: Repeating;
  readonly #book: IgnoreBook;
  readonly #forgetting: ForgettingDesk;
  readonly #upkeep: UpkeepDesk;
  #config: CoreConfig;
  readonly #exits: ExitWatch;
  readonly #gateways: GatewayRounds;
  readonly #runId: number;
  #damagedAside: string | undefined;
  readonly #hints: Hints;
  readonly #desk: WitnessDesk;
  #statusDue: Disposable | undefined;
  #started = false;
  #closed = false;

  constructor(options: CoreOptions & { readonly log: RecentLog }, journal: Journal, damagedAside: string | undefined) {
    this.#options = options;
    this.#journal = journal;
    this.#config = options.config;
    this.#announcements = new Announcements(options.log);
    this.#counts = new StatusCounts(journal.catalog, options.clock);
    this.#damagedAside = damagedAside;
    this.#exits = options.exits ?? noExitWatch;
    this.#runId = journal.beginRun(options.version, options.clock.now()).runId;
    this.#timers = new Repeating(options.clock);
    this.#book = new IgnoreBook(options.config.ignore, journal.forgetting);
    const detector = createDetector({
      policy: defaultPolicy,
      sessions: journal.rememberedSessions(),
      incidents: journal.rememberedIncidents(),
      classify: (name) => sourceRegistry['openclaw-jsonl'].classify(name),
    });
    this.#detector = ignoringDetector(detector, this.#book);
    this.#desk = new WitnessDesk({
      clock: options.clock,
      log: options.log,
      journal,
      parties: () => this.#sources.all.map((source) => source.party),
      isIgnored: (sourceId, of) => this.#book.isIgnored(sourceId, of),
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
      ...(options.programs === undefined ? {} : { programs: options.programs }),
      copies: join(options.home, 'copies'),
      ...restorerPlaces({
        fs: options.fs,
        catalog: journal.catalog,
        directories: () => this.#sources.all.flatMap(({ directories }) => directories),
      }),
    });
    this.#sources = new SourceSet({ discover: () => this.#discovered(), open: (root) => this.#openSource(root) }, options.config);
    this.#sources.refresh();
    this.#hints = new Hints({
      clock: options.clock,
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
    this.#forgetting = new ForgettingDesk({
      clock: options.clock,
      log: options.log,
      forgetting: journal.forgetting,
      book: this.#book,
      // Who only came to forget begins to capture nothing.
      settle: () => (this.#started ? this.#recorder.flush() : this.#recorder.commitRead()),
      witnesses: this.#desk,
      spoolDir: recorderPlaces(options.home).spoolDir,
      folder: journal.folder,
      onForgotten: () => {
        this.#counts.forget();
        this.#announceStatus();
      },
    });
    this.#upkeep = new UpkeepDesk({
      options,
      log: options.log,
      journal,
      config: () => this.#config,
      status: () => this.status,
      open: openCore,
      onProgress: (progress) => this.#announcements.emit('progress', progress),
    });
    this.handlers = this.#answer();
  }

  /** Finishes or takes back restores that a crash interrupted, and finishes what was to be erased. */
  async recover(): Promise<void> {
    await this.#restores.recover();
    await this.#forgetting.tidy();
  }

  start(): void {
    this.#started = true;
    this.#hint();
    this.#timers.every(BEAT_EVERY_MS, () => this.#survive('beat', () => this.#journal.beat(this.#runId, this.#options.clock.now())));
    this.#timers.every(STATUS_EVERY_MS, () => void this.#probe());
    this.#timers.every(TIDY_EVERY_MS, () => void this.#forgetting.tidy());
    this.#timers.every(TIDY_EVERY_MS, () => void this.#upkeep.retain());
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
      lastVerifiedAt: this.#upkeep.lastVerifiedAt,
      running: this.#started && !this.#closed,
      missingRoots: this.#sources.missing,
    });
  }

  /** Makes durable what is there and lets go of everything; rejects when the last flush could not be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#recorder[Symbol.dispose]();
    this.#timers[Symbol.dispose]();
    this.#exits[Symbol.dispose]();
    this.#statusDue?.[Symbol.dispose]();
    await this.#hints[Symbol.asyncDispose]();
    await this.#restores.settled();
    await this.#forgetting.close();
    await this.#upkeep[Symbol.asyncDispose]();
    try {
      if (this.#started) this.#recorder.flush();
      this.#journal.endRun(this.#runId, this.#options.clock.now());
    } finally {
      this.#sources[Symbol.dispose]();
      this.#journal[Symbol.dispose]();
    }
  }

  #answer(): OpenCoreHandlers {
    const { clock } = this.#options;
    return {
      ...catalogRequests(this.#journal.catalog),
      ...conversationRequests({ catalog: this.#journal.catalog, forgetting: this.#forgetting, readerIn: this.#options.readerIn }),
      ...incidentRequests({
        clock,
        journal: this.#journal,
        detector: this.#detector,
        recorder: this.#recorder,
        restores: this.#restores,
      }),
      ...this.#upkeep.handlers,
      ...sourceRequests({ options: this.#options, probe: () => this.#gateways.atOnce(), status: () => this.status }),
      ...controlRequests({ clock, recorder: this.#recorder, status: () => this.status, onChange: () => this.#announceStatus() }),
      configure: async (config) => {
        checkConfig(config);
        this.#recorder.flushIntervalMs = config.flushIntervalMs;
        this.#book.follow(config.ignore);
        this.#config = config;
        this.#upkeep.rulesChanged();
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
      knownDatabases: () => this.#journal.knownDatabases(row.id),
      source: sourceRegistry[row.layout],
      gateway,
      exits: this.#exits,
      onHolderEnded: () => void this.#gateways.atOnce(),
      resetPolicy: () => readOpenclawConfig(root, env).resetPolicy,
      cursor: (witness) => this.#journal.witnessCursor(row.id, witness),
      openWitnesses: this.#options.witnesses ?? noWitnesses,
      onNews: () => this.#recorder.wake(),
      ignores: this.#book,
      copies: join(this.#options.home, 'copies'),
      beforeReopening: () => this.#recorder.commitRead(),
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
}
