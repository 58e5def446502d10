import { createHash } from 'node:crypto';
import type { Clock } from './platform/clock.ts';
import type { ProtectedSource } from './protected-source.ts';
import type { Recorder } from './recorder.ts';
import type { Catalog, SourceRow } from './store/store.ts';
import type { CoreStatus, Health, LiveSession, SessionSummary, SourceStatus } from './types.ts';
import type { WitnessDesk } from './witness-desk.ts';

const MOST_LIVE_SHOWN = 20;
const SIZES_EVERY_MS = 10_000;

/** What of the status is counted in the buffer. */
export interface CountedFacts {
  readonly sources: ReturnType<Catalog['sources']>;
  readonly live: readonly SessionSummary[];
  readonly openIncidents: number;
  readonly sourceBytes: ReadonlyMap<number, number>;
}

/** Counts again only after something was written: ten thousand idle conversations must cost nothing to report on. */
export class StatusCounts {
  readonly #catalog: Catalog;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #facts: CountedFacts | undefined;
  #sizes: { readonly at: number; readonly bytes: ReadonlyMap<number, number> } | undefined;

  constructor(catalog: Catalog, clock: Pick<Clock, 'monotonic'>) {
    this.#catalog = catalog;
    this.#clock = clock;
  }

  /** Something was written, or a source was added. */
  forget(): void {
    this.#facts = undefined;
  }

  get facts(): CountedFacts {
    if (this.#facts !== undefined) return this.#facts;
    const facts = {
      sources: this.#catalog.sources(),
      live: this.#catalog.sessions({ states: ['live'], limit: MOST_LIVE_SHOWN }).items,
      openIncidents: this.#catalog.openIncidentCount(),
      sourceBytes: this.#sourceBytes(),
    };
    // What is not indexed yet still changes titles, without a commit that would say so.
    if (this.#catalog.indexBacklogBytes() === 0) this.#facts = facts;
    return facts;
  }

  /** Looks at a row of every file, so not with every commit. */
  #sourceBytes(): ReadonlyMap<number, number> {
    const now = this.#clock.monotonic();
    if (this.#sizes === undefined || now - this.#sizes.at >= SIZES_EVERY_MS) this.#sizes = { at: now, bytes: this.#catalog.sourceBytes() };
    return this.#sizes.bytes;
  }
}

export interface StatusInput {
  readonly facts: CountedFacts;
  readonly bufferBytes: number;
  readonly sources: readonly ProtectedSource[];
  readonly recorder: Pick<Recorder, 'problem' | 'lagBytes' | 'caughtUp' | 'importing' | 'pausedUntil' | 'lastCommitAt' | 'flushIntervalMs'>;
  readonly watchHealthy: boolean;
  readonly witnesses: Pick<WitnessDesk, 'statusOf'>;
  readonly lastVerifiedAt: number | undefined;
  readonly running: boolean;
  readonly missingRoots: readonly string[];
}

export function coreStatus(input: StatusInput): CoreStatus {
  const { facts, recorder } = input;
  const rows = new Map(facts.sources.map((row) => [row.id, row]));
  const sources = input.sources.map((source) => sourceStatus(source, rows.get(source.row.id), input));
  const missing = input.missingRoots.map((root): SourceStatus => ({ ...emptySource(root), problems: ['root-missing'] }));
  const importing = recorder.importing;
  const ignored = input.sources.reduce((sum, source) => sum + source.ignored, 0);
  return {
    health: health(input, sources),
    running: input.running,
    sources: [...sources, ...missing],
    live: liveSessions(input),
    bufferBytes: input.bufferBytes,
    openIncidents: facts.openIncidents,
    ...(recorder.lastCommitAt === undefined ? {} : { lastCommitAt: recorder.lastCommitAt }),
    lagBytes: recorder.lagBytes,
    flushIntervalMs: recorder.flushIntervalMs,
    ...(recorder.pausedUntil === undefined ? {} : { pausedUntil: recorder.pausedUntil }),
    ...(ignored === 0 ? {} : { ignored }),
    ...(importing === undefined
      ? {}
      : { importing: { ...importing, sessions: sources.reduce((sum, source) => sum + source.sessions, 0) } }),
    ...(recorder.problem === undefined ? {} : { problem: recorder.problem }),
  };
}

/** Public id of a source: short, stable for a root on this machine. */
export function sourceIdOf(row: Pick<SourceRow, 'layout' | 'root'>): string {
  return `${row.layout}-${createHash('sha256').update(row.root).digest('hex').slice(0, 8)}`;
}

function health(input: StatusInput, sources: readonly SourceStatus[]): Health {
  if (!input.running) return 'stopped';
  if (input.recorder.problem !== undefined) return 'degraded';
  if (input.recorder.pausedUntil !== undefined) return 'paused';
  const isBlind = sources.some(({ problems }) =>
    problems.some((code) => code === 'source-unreadable' || code.startsWith('unsupported-format')),
  );
  if (input.missingRoots.length > 0 || isBlind) return 'degraded';
  return input.recorder.caughtUp ? 'protecting' : 'catching-up';
}

type CountedRow = ReturnType<Catalog['sources']>[number];

function sourceStatus(source: ProtectedSource, row: CountedRow | undefined, input: StatusInput): SourceStatus {
  return {
    ...emptySource(source.row.root),
    layout: source.layout,
    agents: row?.agents ?? 0,
    sessions: row?.sessions ?? 0,
    ...(row === undefined || row.unlisted === 0 ? {} : { unlisted: row.unlisted }),
    ...(row?.lastCaptureAt === undefined ? {} : { lastCaptureAt: row.lastCaptureAt }),
    bytes: input.facts.sourceBytes.get(source.row.id) ?? 0,
    lagBytes: source.lagBytes,
    lagMs: source.lagMs,
    ...(source.lastEventAt === undefined ? {} : { lastEventAt: source.lastEventAt }),
    ...(input.lastVerifiedAt === undefined ? {} : { lastVerifiedAt: input.lastVerifiedAt }),
    witnesses: input.witnesses.statusOf(source.row.id),
    watch: input.watchHealthy ? 'events' : 'polling',
    gateway: source.gateway,
    problems: source.problems,
  };
}

function emptySource(root: string): SourceStatus {
  return {
    id: sourceIdOf({ layout: 'openclaw-jsonl', root }),
    root,
    layout: 'openclaw-jsonl',
    agents: 0,
    sessions: 0,
    bytes: 0,
    lagBytes: 0,
    lagMs: 0,
    witnesses: [],
    watch: 'polling',
    gateway: 'unknown',
    problems: [],
  };
}

/** Written to within the last ten minutes (later they are `dormant`), newest first. */
function liveSessions(input: StatusInput): readonly LiveSession[] {
  const lag = new Map<string, number>();
  for (const source of input.sources) for (const hot of source.hot) lag.set(`${source.row.id}/${hot.agent}/${hot.nativeId}`, hot.lagBytes);
  return input.facts.live.map((session) => ({
    id: session.id,
    title: session.title,
    agent: session.agent,
    lagBytes: lag.get(`${session.sourceId}/${session.agent}/${session.nativeId}`) ?? 0,
    ...(session.lastAppendAt === undefined ? {} : { lastAppendAt: session.lastAppendAt }),
  }));
}
