import type { Change, DirectoryRef } from '../capture/change.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { IndexReading } from '../sources/source.ts';
import type { IncidentDraft, Resolution, SessionState, WitnessKind } from '../types.ts';
import type { WitnessEvent, WitnessPhase } from '../witness/witness.ts';

/** A conversation as detection knows it. `nativeId` is unique within the directory of an agent of a source. */
export interface SessionRef {
  readonly sourceId: number;
  readonly agent: string;
  readonly nativeId: string;
}

/** What is true in one sessions directory now. Built by the core from the last sweep or poll. */
export interface DirectoryView {
  readonly directory: DirectoryRef;
  /** `missing`: the directory is gone while its parent is readable. `unreadable`: it cannot be seen (EACCES, unmounted). */
  readonly state: 'ok' | 'missing' | 'unreadable';
  readonly reason?: string;
  /** Of a database: the whole of it went, and this is the damaged one that OpenClaw put aside. */
  readonly setAside?: string;
  /** Transcripts under their live names: nativeId to size. Archives are not in it. */
  readonly transcripts: ReadonlyMap<string, number>;
  /** Last reading of `sessions.json`; `undefined`: there is none. */
  readonly index?: IndexReading;
  readonly locks: readonly LockSighting[];
  /** Names that look like transcripts and cannot be captured (a directory, FIFO, symbolic link, EACCES). */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly resetPolicy: ResetPolicy;
  readonly gateway: 'running' | 'stopped' | 'unknown';
  /** Looks at rights and room now; asked only when a loss is being explained. */
  readonly probe?: (nativeId: string) => WriteProbe;
}

/** What our own process, which is the same user's as the gateway, could write. */
export interface WriteProbe {
  readonly directory: 'writable' | 'read-only' | 'missing';
  /** Under its live name; `missing`: there is none. */
  readonly transcript: 'writable' | 'read-only' | 'missing';
  /** Of the volume; `undefined`: it does not say. */
  readonly freeBytes?: number;
}

/** A turn's lock `<transcript>.lock` that is on disk now. */
export interface LockSighting {
  /** nativeId of the transcript. */
  readonly nativeId: string;
  readonly pid?: number;
  readonly createdAt?: number;
  /** `undefined`: not known. A recycled pid counts as dead. */
  readonly holderAlive?: boolean;
}

/** `session.reset` of OpenClaw's configuration; the default is daily at 4 local time. */
export interface ResetPolicy {
  readonly mode: 'daily' | 'idle' | 'off';
  readonly atHour: number;
  readonly idleMinutes?: number;
}

export interface Observation {
  readonly at: number;
  readonly changes: readonly Change[];
  readonly directories: readonly DirectoryView[];
  /** What witnesses noticed beside messages. */
  readonly noticed?: readonly (WitnessEvent & { readonly sourceId: number })[];
  /** Messages were recorded since the last time that wait for a verdict. */
  readonly recorded?: boolean;
}

export interface Transition {
  readonly session: SessionRef;
  readonly from: SessionState | undefined;
  readonly to: SessionState;
  readonly cause: string;
  readonly at: number;
  readonly deadlineAt?: number;
  readonly successor?: SessionRef;
}

/** What the index says of a session; absent fields leave what is stored. */
export interface SessionFacts {
  readonly session: SessionRef;
  readonly sessionId?: string;
  readonly routingKey?: string;
  readonly label?: string;
}

/** What follows from an observation; committed in the same transaction as its changes. */
export interface Outcome {
  readonly transitions: readonly Transition[];
  readonly sessions: readonly SessionFacts[];
  /** Opens an incident, or updates the open one with the same dedupe key. */
  readonly drafts: readonly IncidentDraft[];
  readonly resolved: readonly { readonly dedupeKey: string; readonly as: Resolution; readonly at: number }[];
  /** On witnessed messages. */
  readonly verdicts?: readonly WitnessVerdict[];
}

/** A witnessed message as the buffer holds it. */
export interface WitnessedRow {
  readonly id: number;
  readonly sourceId: number;
  readonly agent: string;
  /** Of the transcript that should hold it; `undefined` while nobody can tell which that is. */
  readonly nativeId?: string;
  readonly sessionKey?: string;
  readonly witness: WitnessKind;
  readonly runId?: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly phase: WitnessPhase;
  readonly endsRun: boolean;
  readonly at: number;
  /** First seen by the core. */
  readonly seenAt: number;
  readonly text: string;
  readonly isUnpersisted: boolean;
}

/**
 * `persisted`: a transcript holds it; also takes back an earlier `unpersisted`. `covered`: another witness tells the same, better.
 * `void`: nothing of a conversation (NO_REPLY, a heartbeat). `unpersisted`: it becomes a message of `session` that no file holds.
 */
export type WitnessVerdict =
  | { readonly id: number; readonly is: 'persisted' | 'covered' | 'void' }
  | { readonly id: number; readonly is: 'unpersisted'; readonly session: SessionRef; readonly sessionKey?: string };

/** A message that some transcript of a conversation holds, or held. */
export interface SpokenMessage {
  readonly session: SessionRef;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly at: number;
  /** On the last one: the answer was cut here and says nothing of what came later. */
  readonly more?: true;
}

/** Questions that detection asks of what is already committed. Synchronous, answered from the buffer. */
export interface Evidence {
  /** Messages of a session that no file on disk holds now, and the generation that holds most of them. */
  onlyHere(session: SessionRef): {
    readonly messages: number;
    readonly bytes: number;
    readonly generationId?: number;
    /** How many of them no file ever held; absent: none. */
    readonly neverWritten?: number;
  };
  /** The generation under the session's live name; `undefined`: no such file. */
  shape(session: SessionRef): TranscriptShape | undefined;
  /** The first user message of the session is the prompt that OpenClaw writes after `/new` and `/reset`. */
  startedByCommand(session: SessionRef): boolean;
  lastMessageAt(session: SessionRef): number | undefined;
  /** Messages in the most complete generation of the session. */
  messageCount(session: SessionRef): number;
  /** Without a verdict yet, oldest first, at most 2,000 and 8 MiB: those that get none keep others from being seen. */
  pendingWitnessed(): readonly WitnessedRow[];
  /** Those of a conversation that were judged `unpersisted` and still are, oldest first: the newest 2,000 or 8 MiB of them. */
  unpersisted(session: SessionRef): readonly WitnessedRow[];
  /**
   * What was ever captured from the files of a conversation and of its predecessors and successors under the same routing key,
   * said at or after `sinceMs`, in order; bounded. Also of files that are gone: OpenClaw did write that.
   */
  spoken(
    query: { readonly sourceId: number; readonly agent: string; readonly nativeId?: string; readonly sessionKey?: string },
    sinceMs: number,
  ): readonly SpokenMessage[];
}

export interface TranscriptShape {
  readonly generationId: number;
  readonly size: number;
  readonly firstLine: 'header' | 'other' | 'none';
  readonly messages: number;
  readonly assistantMessages: number;
}

/** A session as the detector was left by an earlier run of the core. */
export interface RememberedSession {
  readonly session: SessionRef;
  readonly sessionId: string;
  readonly state: SessionState;
  readonly stateSince: number;
  readonly deadlineAt?: number;
  readonly routingKey?: string;
  /** `cause` of the transition that led to `state`; tells a run that begins in the settling time what it waits for. */
  readonly stateCause?: string;
  /** Messages that incidents of severity `loss` of this session speak of, whether open, dismissed or restored; not self-healed ones. */
  readonly reported?: number;
}

/** An open incident. */
export interface RememberedIncident {
  readonly dedupeKey: string;
  readonly draft: IncidentDraft;
  readonly openedAt: number;
}

export interface DetectionPolicy {
  /** How long a vanished, truncated or rewritten file may be in the middle of something harmless. */
  readonly settleMs: number;
  readonly dormantAfterMs: number;
  /** Losses within this window are one `mass-change` when they are at least `massCount`. */
  readonly massWindowMs: number;
  readonly massCount: number;
  /** A turn's lock that is held longer than this blocks writes. 2026.3 lets go after 720 s itself. */
  readonly lockHeldMs: number;
  /** How long after a turn its messages may still be on their way into the transcript: the flush interval and 2 s. */
  readonly unpersistedMs: number;
}

export const defaultPolicy: DetectionPolicy = {
  settleMs: 2_000,
  dormantAfterMs: 600_000,
  massWindowMs: 60_000,
  massCount: 10,
  lockHeldMs: 720_000,
  unpersistedMs: 3_000,
};

/** Holds the state machine of every session. Deterministic: no clock, no I/O but `Evidence`. */
export interface Detector {
  /**
   * The generations that a directory's tailer continues from. Call before the first observation of the directory:
   * later changes name generations by id alone.
   */
  adopt(directory: DirectoryRef, generations: readonly KnownGeneration[]): void;
  /** Facts of this batch: state changes that need no look at the buffer. Call before the commit of the changes. */
  observe(observation: Observation): Outcome;
  /** Deadlines that fell due and conditions that hold now. Call after the commit, with the buffer indexed. */
  decide(at: number, evidence: Evidence): Outcome;
  /** A restore or its undo, reported by the restorer. */
  restored(session: SessionRef, phase: 'started' | 'verified' | 'failed', at: number): Outcome;
  /**
   * A restore is being taken back: that its file goes is not a loss. `started` before anything is removed, then `done`, or
   * `failed` when it stayed. With `done`, the incident that the restore had resolved is open again; `origin`: the conversation
   * that it had put back, for an incident that speaks of many. Where it is the same one, its chat goes on without the file.
   */
  withdrawn(session: SessionRef, phase: 'started' | 'done' | 'failed', at: number, incident?: IncidentDraft, origin?: SessionRef): Outcome;
  dismissed(dedupeKey: string, at: number): Outcome;
  /** When `decide` should be called next at the latest; `undefined`: nothing is waiting. */
  readonly nextDeadlineAt: number | undefined;
}
