import type { Change, DirectoryRef } from '../capture/change.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { Evidence, Outcome, RememberedIncident, RememberedSession } from '../detect/detection.ts';
import type { ParsedLine } from '../sources/source.ts';
import type { StorageFacts } from '../storage-facts.ts';
import type { MarkedMessage } from '../timeline-marks.ts';
import type {
  CommitInfo,
  GenerationSummary,
  Incident,
  Page,
  RestorePhase,
  RestoreRoute,
  RestoreSummary,
  RestoreTarget,
  SearchHit,
  SessionFacets,
  SessionState,
  SessionSummary,
  SourceLayout,
  VerifyReport,
  WitnessKind,
} from '../types.ts';
import type { WitnessedMessage } from '../witness/witness.ts';
import type { RebuildStep } from './text-rebuild.ts';

export interface SourceRow {
  readonly id: number;
  readonly layout: SourceLayout;
  readonly root: string;
}

export interface RestoreDraft {
  readonly id: string;
  readonly incidentId?: string;
  readonly sessionRow: number;
  readonly generationId: number;
  readonly upTo: number;
  /** Hex SHA-256 of `unpersistedLines` as they were; absent: there were none, or one version was asked for. */
  readonly unpersisted?: string;
  readonly target: RestoreTarget;
  /** How OpenClaw learns of it; see `RestorePlan.route`. */
  readonly route?: RestoreRoute;
  /** By way of the gateway only a name in the right folder, until `placeRestore`. */
  readonly path: string;
  readonly agent: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
  readonly messages: number;
  readonly sha256: string;
  readonly startedAt: number;
}

/**
 * The only writer of the buffer. Every method that writes is one IMMEDIATE transaction, durable when it returns
 * (synchronous=FULL, fullfsync), or throws and has written nothing: CoreError `disk-full`, `buffer-damaged`, `io`.
 */
export interface Journal extends Disposable {
  /** That holds the files of the buffer. */
  readonly folder: string;
  registerSource(layout: SourceLayout, root: string, at: number): SourceRow;
  nextGenerationId(): number;
  /**
   * Bytes, checkpoints, state changes and incidents together. `later`: whole and readable at once, and still there after a
   * crash of this process; a power cut may undo it until the next commit or `sync`. Only what still stands in the files may
   * wait: with an incident in it, nothing waits.
   */
  commit(changes: readonly Change[], outcome: Outcome, at: number, durable?: 'now' | 'later'): CommitResult;
  /** This very list will be committed soon: what takes long may begin, in other threads. Says and stores nothing. */
  prepare(changes: readonly Change[]): void;
  /** Waits until everything committed is durable. */
  sync(): void;
  /**
   * What witnesses saw, and where each goes on after a restart, in one transaction; a flood in several, where each witness goes on
   * with the last of its own. A `ref` that is known replaces what was stored while it has no verdict. Afterwards it is ignored,
   * unless it was a `partial` that has ended or grown: that one waits for a verdict again, and what was made of it is taken back.
   */
  recordWitnessed(sightings: readonly WitnessSighting[], at: number): void;
  /** As last given to `recordWitnessed`. */
  witnessCursor(sourceId: number, witness: string): string | undefined;
  /** Generations whose file may still be on disk, to continue from. */
  knownGenerations(directory: DirectoryRef): readonly KnownGeneration[];
  /** Databases of a source that may still hold something, also one that is gone. */
  knownDatabases(sourceId: number): readonly DirectoryRef[];
  rememberedSessions(): readonly RememberedSession[];
  rememberedIncidents(): readonly RememberedIncident[];
  /** Derives records and full text from captured bytes, newest first, at most about `budgetBytes`. Returns bytes still to do. */
  index(budgetBytes: number): number;
  /** One step of about `budgetMs` of removing copies that were replaced before `closedBefore`, or while more than `keepBytes` are used. */
  retain(
    rule: { readonly closedBefore?: number; readonly keepBytes?: number },
    budgetMs: number,
  ): { readonly removed: number; readonly bytes: number; readonly isOver: boolean };
  /** One step of about `budgetMs` of building the full text anew; again until `isWhole`. Search answers from the old one until then. */
  rebuildText(budgetMs: number): RebuildStep;
  acknowledge(incidentId: string, at: number): void;
  beginRestore(draft: RestoreDraft): void;
  advanceRestore(id: string, phase: RestorePhase, at: number, error?: string): void;
  /** The gateway has named the session: where its transcript will be. */
  placeRestore(id: string, place: { readonly sessionId: string; readonly path: string }): void;
  /** Open run rows at start mean that the last run did not end cleanly. */
  beginRun(version: string, at: number): { readonly runId: number; readonly uncleanStop: boolean };
  beat(runId: number, at: number): void;
  endRun(runId: number, at: number): void;
  /** Seals settled generations, checkpoints the WAL. Bounded by `budgetMs`; true when there is more to do. */
  upkeep(budgetMs: number, at: number): boolean;
  readonly catalog: Catalog;
  readonly forgetting: Forgetting;
}

/** A conversation that is not to be captured. */
export interface PassedOver {
  readonly sourceId: number;
  readonly agent: string;
  readonly nativeId: string;
  readonly sessionId: string;
  /** That a rule matched; it is passed over while there is such a rule. */
  readonly sessionKey?: string;
  /** Passed over for ever. */
  readonly forgottenAt?: number;
}

/** Of one step of erasing. */
export interface ForgetCount {
  readonly isWhole: boolean;
  readonly messages: number;
  readonly bytes: number;
  readonly stillOnDisk: boolean;
}

/** What may still be found of a conversation that was erased, in free parts of the buffer's files and in files beside it. */
export interface Trace {
  readonly sourceId: number;
  readonly agent: string;
  readonly nativeId: string;
  readonly sessionId: string;
  readonly sessionKey?: string;
  /** When it was spoken under the key: before and after, that was another conversation's. */
  readonly since: number;
  readonly until: number;
}

/** Erasing for good: `begin`, `erase` until it is whole, `scrub` until it is done, then `scrubbed`. After a crash, from `traces` on. */
export interface Forgetting {
  passedOver(): readonly PassedOver[];
  /** Conversations whose key is known, from OpenClaw's list as it is or as it was once. */
  keyed(): readonly (PassedOver & { readonly sessionKey: string })[];
  remember(passedOver: PassedOver): void;
  /** It was forgotten in a buffer that is no more. */
  keepForgotten(passedOver: PassedOver & { readonly forgottenAt: number }): void;
  /** From now on it is passed over, and goes, whatever happens. Throws CoreError `not-found`, `restore-open`. */
  begin(sessionRow: number, at: number): PassedOver;
  /** One step. */
  erase(passedOver: Pick<PassedOver, 'sourceId' | 'agent' | 'nativeId'>): ForgetCount;
  /** Begun, and not scrubbed yet. */
  readonly traces: readonly Trace[];
  /** One step; `blocked`: a reader holds the WAL, try again later. */
  scrub(): 'more' | 'blocked' | 'done';
  /** Nothing of them is left, beside the buffer neither. */
  scrubbed(traces: readonly Trace[]): void;
}

/** What one witness of one source saw since it was last asked. */
export interface WitnessSighting {
  readonly sourceId: number;
  readonly witness: WitnessKind | 'log';
  readonly messages: readonly (WitnessedMessage & { readonly nativeId?: string })[];
  readonly cursor?: string;
}

export interface CommitResult extends CommitInfo {
  /** False: a power cut may still undo it. */
  readonly durable: boolean;
  /** Incidents that were opened, or updated in a way a person would want to see. */
  readonly opened: readonly Incident[];
  readonly resolved: readonly Incident[];
}

/** What a list of conversations is narrowed to; all that is given holds. */
export interface SessionFilter {
  readonly text?: string;
  readonly states?: readonly SessionState[];
  readonly agent?: string;
  /** Only sessions with messages that no file on disk holds. */
  readonly onlyHere?: boolean;
  /** Only these, as an incident of many conversations lists them. */
  readonly nativeIds?: readonly string[];
  /** Epoch ms: last added to, or first seen where nothing ever was, then or later. */
  readonly since?: number;
  /** False: leave out what nobody typed, which is what cron jobs, heartbeats and sub-agents said. */
  readonly automatic?: boolean;
}

export interface SessionQuery extends SessionFilter {
  readonly cursor?: number;
  readonly limit: number;
}

/** Read side; also opens beside a running writer. Every result is bounded and every call short. */
export interface Catalog extends Disposable, Evidence {
  /** `unlisted`: of the sessions, those that OpenClaw's own index does not lead to. */
  sources(): readonly (SourceRow & {
    readonly agents: number;
    readonly sessions: number;
    readonly unlisted: number;
    readonly lastCaptureAt?: number;
  })[];
  /** Captured of every source, of all generations. */
  sourceBytes(): ReadonlyMap<number, number>;
  held(now: number): Pick<StorageFacts, 'transcriptBytes' | 'conversations' | 'grownLastWeek' | 'oldestAt' | 'onlyHere'>;
  /** Newest append first; `cursor` is opaque. */
  sessions(query: SessionQuery): Page<SessionSummary>;
  /** See `CoreRequests.sessionFacets`. */
  sessionFacets(filter: SessionFilter): SessionFacets;
  session(row: number): SessionSummary | undefined;
  /** By row id, OpenClaw session id, native id or session key; several when ambiguous. */
  findSessions(reference: string): readonly SessionSummary[];
  generations(sessionRow: number): readonly GenerationSummary[];
  /**
   * The conversation in the order it was said, over all generations, each message once (first sighting wins), or one
   * generation when `generationId` is given, with what happened between them. At most `limit` messages and 256 KiB of text a page.
   */
  messages(
    sessionRow: number,
    options: { readonly generationId?: number; readonly cursor?: number; readonly limit: number },
  ): Page<MarkedMessage>;
  /** Whole text of one message, at most `limitBytes`. */
  messageText(generationId: number, start: number, limitBytes: number): string;
  search(text: string, limit: number): readonly SearchHit[];
  /** Newest first. `all`: quiet history and resolved ones too. */
  incidents(options: { readonly all: boolean; readonly limit: number; readonly before?: number }): readonly Incident[];
  /** By id, or its beginning or end of at least 4 characters where only one has it. */
  incident(id: string): Incident | undefined;
  /**
   * Exact bytes from 0, each chunk checked against its hash; throws CoreError `buffer-damaged` naming generation and offset.
   * `unchecked` is for who compares the whole with a hash that is known already: hashing all of it twice would prove no more.
   */
  bytes(generationId: number, upTo?: number, options?: { readonly unchecked: boolean }): IterableIterator<Uint8Array>;
  /** The same bytes, checked by other threads while the next are read, for who reads all of a long conversation. */
  bytesAhead(generationId: number, upTo: number): AsyncIterable<Uint8Array>;
  /** Records of one generation for the restore planner, in file order. */
  lines(
    generationId: number,
    upTo?: number,
  ): IterableIterator<{ readonly start: number; readonly bytes: Uint8Array; readonly terminated: boolean }>;
  verify(onProgress?: (doneBytes: number, totalBytes: number) => void): VerifyReport;
  restores(): readonly RestoreSummary[];
  restore(id: string): RestoreSummary | undefined;
  /** The full row, for recovery and undo. */
  restoreDraft(id: string): RestoreDraft | undefined;
  /** JSON lines of a conversation's messages that no file holds and only witnesses saw, in the order they were said (transcript format, version 3). */
  unpersistedLines(sessionRow: number): readonly { readonly at: number; readonly witness: WitnessKind; readonly bytes: Uint8Array }[];
  /** Newest message that a witness of a source saw. */
  lastWitnessedAt(sourceId: number, witness: WitnessKind): number | undefined;
  /** Size of the buffer's files. */
  bufferBytes(): number;
  openIncidentCount(): number;
  /** Captured and not yet indexed. */
  indexBacklogBytes(): number;
}

export type ParseLine = (layout: SourceLayout, line: Uint8Array) => ParsedLine;
