import { basename, join } from 'node:path';
import type { Change, DirectoryRef } from './capture/change.ts';
import type { CreateDirectoryTailer, KnownGeneration, TailerDeps } from './capture/tailing.ts';
import type { PendingInput } from './database/agent-database.ts';
import { clearCopies } from './database/database-file.ts';
import { createDatabaseTailer } from './database/database-tailer.ts';
import type { DirectoryView, ResetPolicy } from './detect/detection.ts';
import { DirectoryIgnores } from './directory-ignores.ts';
import { DirectoryWatch } from './directory-watch.ts';
import { HolderWatch } from './holder-watch.ts';
import type { IgnoreBook } from './ignore-book.ts';
import { SourceKeys } from './key-book.ts';
import type { ExitWatch } from './platform/exit-watch.ts';
import type { GatewayProbe } from './restore/restoring.ts';
import type { IndexReading, TranscriptSource } from './sources/source.ts';
import type { SourceRow } from './store/store.ts';
import type { LiveSession, SourceStatus, StorageLayout } from './types.ts';
import { PendingInputs } from './witness/pending-inputs.ts';
import { createTrajectoryWitness } from './witness/trajectory.ts';
import type { SidecarFollower, Witness } from './witness/witness.ts';
import type { WitnessParty } from './witness-desk.ts';
import type { OpenWitnesses } from './witnesses.ts';

export interface ProtectedSourceDeps {
  readonly tailerDeps: Omit<TailerDeps, 'classify'>;
  readonly createTailer: CreateDirectoryTailer;
  readonly knownGenerations: (directory: DirectoryRef) => readonly KnownGeneration[];
  /** With conversations of which the buffer does not know that they are gone. */
  readonly knownDatabases: () => readonly DirectoryRef[];
  readonly source: TranscriptSource;
  readonly gateway: GatewayProbe;
  readonly exits: ExitWatch;
  /** The gateway or a process with a turn's lock has just ended: worth a look at once. */
  readonly onHolderEnded: () => void;
  /** Reset policy of this root's configuration, read again now and then because the person may edit it. */
  readonly resetPolicy: () => ResetPolicy;
  /** As last committed for a witness of this source. */
  readonly cursor: (witness: Witness['kind']) => string | undefined;
  readonly openWitnesses: OpenWitnesses;
  readonly onNews: () => void;
  readonly ignores: IgnoreBook;
  /** A folder of ours for copies of databases. */
  readonly copies: string;
  /** A directory is opened anew: everything that was read of it must be in the buffer. Throws what keeps it from being written. */
  readonly beforeReopening: () => void;
}

/** Where one look at a source goes. */
export interface Look {
  /** At once, before anything else can fail: the tailer will not say it again. */
  readonly found: (changes: readonly Change[]) => void;
  readonly seen: (view: DirectoryView) => void;
  /** One directory could not be looked at; the others were. */
  readonly failed: (error: unknown) => void;
}

/** One OpenClaw state directory under protection: its sessions directories and what is known of its gateway. */
export class ProtectedSource implements Disposable {
  readonly row: SourceRow;
  readonly #deps: ProtectedSourceDeps;
  readonly #watches = new Map<string, DirectoryWatch>();
  #resetPolicy: ResetPolicy;
  #gateway: DirectoryView['gateway'] = 'unknown';
  #gatewayChanged = false;
  #gatewayPid: number | undefined;
  readonly #holders: HolderWatch;
  readonly #keys: SourceKeys;
  /** By generation: who wants to be told when it grows. */
  readonly #followed = new Map<number, () => void>();
  readonly #witnesses: readonly Witness[];
  readonly #inputs = new PendingInputs();
  /** Last watch event, in epoch ms. */
  #lastEventAt: number | undefined;
  /** Monotonic ms: since when something is read and not durable, and since when something waits to be read. */
  #unsavedSince: number | undefined;
  #unreadSince: number | undefined;

  constructor(row: SourceRow, deps: ProtectedSourceDeps) {
    this.row = row;
    this.#deps = deps;
    clearCopies(deps.copies);
    this.#resetPolicy = deps.resetPolicy();
    this.#holders = new HolderWatch(deps.exits, deps.onHolderEnded);
    this.#keys = new SourceKeys(
      () => [...this.#watches.values()].map(({ directory, index }) => ({ agent: directory.agent, index })),
      (name) => deps.source.classify(name),
    );
    const { cursor } = deps;
    const { clock, fs, log } = deps.tailerDeps;
    const trajectories = createTrajectoryWitness({ fs, clock, cursor: cursor('trajectory') });
    const others = deps.openWitnesses({
      root: row.root,
      keys: this.#keys,
      clock,
      fs,
      log,
      cursor,
      alive: deps.gateway.alive.bind(deps.gateway),
      agentOf: (nativeId) => this.agentOf(nativeId),
      onNews: deps.onNews,
    });
    this.#witnesses = [...others, trajectories];
  }

  get party(): WitnessParty {
    return {
      sourceId: this.row.id,
      witnesses: this.layout === 'openclaw-sqlite' ? [...this.#witnesses, this.#inputs] : this.#witnesses,
      keys: this.#keys,
      look: (agent, nativeId) => {
        for (const { directory, tailer } of this.#watches.values()) if (directory.agent === agent) tailer.hint(`${nativeId}.jsonl`);
      },
    };
  }

  /** Sessions directories that exist now or may appear; newly found ones start to be mirrored. True when there were any. */
  refreshDirectories(): boolean {
    const before = this.#watches.size;
    this.#resetPolicy = this.#deps.resetPolicy();
    // What was deleted while nobody looked is found nowhere, and has to be missed all the same.
    const known = before === 0 ? this.#deps.knownDatabases() : [];
    for (const found of [...this.#deps.source.directories(this.row.root, this.#deps.tailerDeps.fs), ...known]) {
      const { path } = found;
      if (this.#watches.has(path)) continue;
      const directory: DirectoryRef = { sourceId: this.row.id, ...found };
      this.#watches.set(path, this.#open(directory));
    }
    return this.#watches.size > before;
  }

  /** Asks whether the gateway runs; the answer is part of the next views. */
  async probeGateway(): Promise<void> {
    const state = await this.#deps.gateway.state(this.row.root);
    if (state !== this.#gateway) {
      this.#gateway = state;
      this.#gatewayChanged = true;
      // What its gateway had accepted has nobody to answer it now, though no byte of the database changed.
      for (const watch of this.#watches.values()) if (watch.directory.store === 'database') watch.hint(undefined);
    }
    this.#gatewayPid = state === 'running' ? this.#deps.gateway.pid?.(this.row.root) : undefined;
    this.#followHolders();
  }

  collect(mode: 'poll' | 'sweep', budgetBytes: number, look: Look): void {
    let left = budgetBytes;
    const force = this.#gatewayChanged;
    this.#gatewayChanged = false;
    for (const opened of this.#watches.values()) {
      try {
        const watch = this.#current(opened);
        const changes = mode === 'sweep' ? watch.tailer.sweep(left) : watch.tailer.poll(left);
        look.found(changes);
        if (changes.length > 0) this.#unsavedSince ??= this.#monotonic;
        for (const change of changes) {
          if (change.change === 'opened') this.#follow(change.generation.id, change.generation.path, watch.directory.agent);
          if (change.change !== 'appended') continue;
          left -= change.bytes.byteLength;
          this.#followed.get(change.generationId)?.();
        }
        left = Math.max(0, left);
        const view = watch.view(changes, this.#gateway, this.#resetPolicy, force);
        if (view !== undefined) look.seen(view);
      } catch (error) {
        look.failed(error);
      }
    }
    this.#unreadSince = this.lagBytes === 0 ? undefined : (this.#unreadSince ?? this.#monotonic);
    this.#followHolders();
  }

  hint(directory: string, name: string | undefined): boolean {
    const watches = [...this.#watches.values()].filter(({ hintFolder }) => hintFolder === directory);
    for (const watch of watches) watch.hint(name);
    if (watches.length > 0) this.#lastEventAt = this.#deps.tailerDeps.clock.now();
    return watches.length > 0;
  }

  /** Folders in which a change is worth a look. */
  get hintFolders(): readonly string[] {
    return [...new Set([...this.#watches.values()].map(({ hintFolder }) => hintFolder))];
  }

  /** Where OpenClaw keeps conversations now. */
  get layout(): StorageLayout {
    const isDatabase = [...this.#watches.values()].some(
      ({ directory, tailer }) => directory.store === 'database' && tailer.listing.state !== 'missing',
    );
    return isDatabase ? 'openclaw-sqlite' : this.row.layout;
  }

  /** The agent that has a transcript of this name now. */
  agentOf(nativeId: string): string | undefined {
    return [...this.#watches.values()].find((watch) => watch.tailer.listing.transcripts.has(nativeId))?.directory.agent;
  }

  /** The directory in which agents appear. */
  isAgents(directory: string): boolean {
    return directory === join(this.row.root, 'agents');
  }

  get directories(): readonly DirectoryRef[] {
    return [...this.#watches.values()].map((watch) => watch.directory);
  }

  get lagBytes(): number {
    let lag = 0;
    for (const watch of this.#watches.values()) lag += watch.tailer.lagBytes;
    return lag;
  }

  /** Age of what was seen first of all that is not durable. */
  get lagMs(): number {
    const since = Math.min(this.#unsavedSince ?? Number.POSITIVE_INFINITY, this.#unreadSince ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(since) ? Math.max(0, Math.round(this.#monotonic - since)) : 0;
  }

  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  /** All that was read is durable. */
  saved(): void {
    this.#unsavedSince = undefined;
  }

  get sweepCostMs(): number {
    let cost = 0;
    for (const watch of this.#watches.values()) cost += watch.tailer.sweepCostMs;
    return cost;
  }

  get isHot(): boolean {
    for (const watch of this.#watches.values()) if (watch.tailer.hot.length > 0 || watch.tailer.listing.locks.length > 0) return true;
    return false;
  }

  /** Hot conversations with their lag, for the menu. */
  get hot(): readonly (Pick<LiveSession, 'agent' | 'lagBytes'> & { readonly nativeId: string })[] {
    return [...this.#watches.values()].flatMap((watch) =>
      watch.tailer.hot.map((hot) => ({ agent: watch.directory.agent, nativeId: hot.nativeId, lagBytes: hot.lagBytes })),
    );
  }

  get gateway(): SourceStatus['gateway'] {
    return this.#gateway;
  }

  get problems(): readonly string[] {
    const problems = new Set<string>();
    for (const watch of this.#watches.values()) {
      const { state, reason, skipped } = watch.tailer.listing;
      if (reason?.startsWith('unsupported-format') === true) problems.add(reason);
      else if (state === 'unreadable') problems.add('source-unreadable');
      if (skipped.length > 0) problems.add('skipped-files');
    }
    return [...problems];
  }

  /** Conversations that are passed over now. */
  get ignored(): number {
    let ignored = 0;
    for (const watch of this.#watches.values()) ignored += watch.ignores.passedOver.size;
    return ignored;
  }

  /** Opened anew where other names are to be passed over: a tailer would take a name that it may no longer know for a lost file. */
  #current(watch: DirectoryWatch): DirectoryWatch {
    if (!watch.ignoresOthers()) return watch;
    this.#deps.beforeReopening();
    watch[Symbol.dispose]();
    const reopened = this.#open(watch.directory, watch.index);
    this.#watches.set(watch.directory.path, reopened);
    return reopened;
  }

  #open(directory: DirectoryRef, index?: IndexReading): DirectoryWatch {
    const { createTailer, gateway, ignores: book, knownGenerations, source, tailerDeps } = this.#deps;
    const ignores = new DirectoryIgnores(book, directory, (name) => source.classify(name));
    const openTailer = (learn: (index: IndexReading) => boolean) => {
      const known = knownGenerations(directory).filter(({ path }) => ignores.classify(basename(path)).is !== 'ignored');
      for (const { id, path } of known) this.#follow(id, path, directory.agent);
      const deps = { ...tailerDeps, classify: (name: string) => ignores.classify(name) };
      if (directory.store !== 'database') return createTailer(deps, directory, known);
      const isOwned = () => gateway.pid?.(this.row.root) !== undefined;
      const unanswered = (inputs: readonly PendingInput[]) => this.#inputs.take(directory.agent, inputs);
      return createDatabaseTailer({ ...deps, learn, unanswered, isOwned, copies: this.#deps.copies }, directory, known);
    };
    return new DirectoryWatch({ fs: tailerDeps.fs, source, alive: gateway.alive }, directory, ignores, openTailer, index);
  }

  #follow(generationId: number, path: string, agent: string): void {
    const follower = this.#witnesses
      .map(({ follows }) => follows)
      .find((follows): follows is SidecarFollower => path.endsWith(follows?.suffix ?? '\0'));
    if (follower === undefined) return;
    const tell = () => follower.changed(path, agent);
    this.#followed.set(generationId, tell);
    tell();
  }

  get #monotonic(): number {
    return this.#deps.tailerDeps.clock.monotonic();
  }

  #followHolders(): void {
    const pids = new Set(this.#gatewayPid === undefined ? [] : [this.#gatewayPid]);
    for (const watch of this.#watches.values()) for (const pid of watch.holders) pids.add(pid);
    this.#holders.follow(pids);
  }

  [Symbol.dispose](): void {
    this.#holders[Symbol.dispose]();
    for (const witness of this.#witnesses) witness[Symbol.dispose]();
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }
}
