/**
 * The data that crosses module borders inside the core and, as plain values, the process border to the command line and
 * the windows. No behaviour and no imports: the renderer imports these types too.
 *
 * Times are epoch milliseconds, offsets and sizes are bytes, ids of sessions and generations are rows of the buffer.
 */

/** What the lines of a source are. */
export type SourceLayout = 'openclaw-jsonl';

/** How one OpenClaw state directory stores its conversations now: the rows of a database are mirrored as the same lines. */
export type StorageLayout = SourceLayout | 'openclaw-sqlite';

/** What a mirrored file is: only transcripts are conversations, the others are kept as bytes. */
export type ArtefactKind = 'transcript' | 'sidecar' | 'index';

export type ArchiveReason = 'reset' | 'deleted' | 'backup';

/** Why a generation stopped growing. `archived`: the file is still on disk under an archive name. */
export type ClosedAs = 'truncated' | 'rewritten' | 'replaced' | 'deleted' | 'archived';

export type SessionState =
  | 'live'
  | 'dormant'
  | 'suspended'
  | 'reset'
  | 'superseded'
  | 'orphaned'
  | 'lost'
  | 'restoring'
  | 'restored'
  | 'archived';

export type IncidentKind =
  | 'reset-without-successor'
  | 'truncated'
  | 'overwritten'
  | 'deleted'
  | 'mass-change'
  | 'index-lost'
  | 'wipe-pending'
  | 'unpersisted'
  | 'writes-blocked'
  | 'interrupted-reply'
  | 'agent-stuck'
  | 'source-unreadable'
  | 'unsupported-format'
  | 'mirror-degraded'
  | 'expected-reset'
  | 'unexplained-reset';

/** `info` is quiet history and never notifies; `warning` may become a loss; `loss`: messages exist only in our buffer. */
export type Severity = 'info' | 'warning' | 'loss';

export type Resolution = 'restored' | 'dismissed' | 'self-healed' | 'expected';

/** Why OpenClaw replaced a session by a new one. */
export type ResetCause = 'command' | 'daily' | 'idle' | 'unexplained';

/** What an incident is made of before it has an id. One incident per `dedupeKey`, for ever. */
export interface IncidentDraft {
  readonly kind: IncidentKind;
  /** `kind:agent:nativeId:…`; a second draft with the same key updates the open incident instead of adding one. */
  readonly dedupeKey: string;
  readonly severity: Severity;
  readonly sourceId: number;
  readonly agent?: string;
  readonly nativeId?: string;
  /** The generation that holds what was lost. */
  readonly generationId?: number;
  /** Messages (user, assistant, tool result) that are affected. */
  readonly messages: number;
  readonly bytes: number;
  /** Reason as data: paths, times, sizes, pids. Never transcript text. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Set on quiet history that is resolved the moment it is written. */
  readonly resolution?: Resolution;
  /** Open again because its restore was taken back, which is no news to the person who did it. */
  readonly afterUndo?: true;
}

export interface Incident extends IncidentDraft {
  readonly id: string;
  readonly sessionRow?: number;
  /** OpenClaw's own id of the conversation, when it has one. */
  readonly sessionId?: string;
  readonly sessionKey?: string;
  readonly title?: string;
  readonly openedAt: number;
  readonly notifiedAt?: number;
  readonly resolvedAt?: number;
}

export interface SessionSummary {
  readonly id: number;
  readonly sourceId: number;
  readonly agent: string;
  /** File stem, unique in its directory: `<id>`, `<id>-topic-<thread>`, `<time>_<uuid>`. */
  readonly nativeId: string;
  readonly sessionId: string;
  readonly sessionKey?: string;
  readonly state: SessionState;
  readonly bytes: number;
  /** Messages in the most complete generation. */
  readonly records: number;
  readonly generations: number;
  readonly firstSeenAt: number;
  readonly lastAppendAt?: number;
  /** Row id of the session that this one continued after a reset of the same key. */
  readonly continues?: number;
  readonly continuedBy?: number;
  readonly title: string;
  /** Messages that no file on disk holds any more. */
  readonly onlyHere: number;
}

/** What a list of conversations can be narrowed by, and what is left out of it. */
export interface SessionFacets {
  /** Of all conversations, by name; the first 200. */
  readonly agents: readonly string[];
  /** Conversations that nobody typed. */
  readonly automatic: number;
}

export interface GenerationSummary {
  readonly id: number;
  /** `witness`: lines that Clawback made of messages which OpenClaw never wrote; no file ever held them. */
  readonly kind: 'transcript' | 'witness';
  readonly ordinal: number;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly records: number;
  readonly openedAt: number;
  readonly closedAs?: ClosedAs;
  readonly closedAt?: number;
  /** Of one that was closed as archived: why OpenClaw put it away, by its name. */
  readonly archivedBecause?: ArchiveReason;
  readonly onDisk: boolean;
}

/** Ways of seeing a conversation beside its transcript, by how much of it they see. */
export type WitnessKind = 'recorder-plugin' | 'acp-store' | 'trajectory' | 'pending-input' | 'gateway-stream';

/** Where a message is known from. */
export type Provenance = 'transcript' | WitnessKind;

/** How a witness of one source is doing. */
export interface WitnessStatus {
  readonly kind: WitnessKind;
  /**
   * `listening`: it would see the next message. `waiting`: nothing to listen to now, it looks again by itself (no gateway
   * runs, no such file yet). `off`: not installed or switched off. `blocked`: something that a person can put right is in the way.
   */
  readonly state: 'listening' | 'waiting' | 'off' | 'blocked';
  /** Why it is `blocked`, in words, with what to do about it. */
  readonly problem?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly lastMessageAt?: number;
}

/** One entry of a conversation as a person reads it. */
export interface MessageView {
  readonly generationId: number;
  readonly start: number;
  readonly length: number;
  readonly kind: string;
  readonly role: string;
  readonly text: string;
  /** The text was cut at the page's limit. */
  readonly truncated: boolean;
  readonly at?: number;
  readonly provenance: Provenance;
  /** A file on disk holds this message now. */
  readonly persisted: boolean;
  /** A reply that was cut off while it streamed, by the end of the gateway or by the failure of its run. */
  readonly interrupted?: true;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly next?: number;
}

export interface SearchHit {
  readonly sessionRow: number;
  readonly generationId: number;
  readonly start: number;
  readonly title: string;
  readonly role: string;
  readonly at?: number;
  /** Matches are between U+0001 and U+0002; everything else is transcript text. */
  readonly snippet: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly generations: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly damaged: readonly { readonly generationId: number; readonly start: number; readonly reason: string }[];
}

/** `same-session`: into the session that has no transcript at all, so that the chat simply continues. */
export type RestoreTarget = 'new-session' | 'same-session' | 'file';
export type RestorePhase = 'planned' | 'written' | 'linked' | 'verified' | 'failed' | 'undone';

export type RefusalCode =
  | 'gateway-running'
  | 'gateway-refused'
  | 'gateway-stopped'
  | 'program-missing'
  | 'import-refused'
  | 'session-busy'
  | 'session-has-transcript'
  | 'session-moved-on'
  | 'index-unreadable'
  | 'index-locked'
  | 'nothing-to-restore'
  | 'mirror-damaged'
  | 'target-exists'
  | 'target-changed'
  | 'unsafe-path'
  | 'disk-full'
  | 'not-permitted';

/**
 * How OpenClaw is told of it: by an edit of its index while it is stopped, by the running gateway itself, or by its own importer
 * (2026.7.2 and later), which it refuses while the gateway runs: with `import-restart` that is stopped and started again.
 */
export type RestoreRoute = 'index' | 'gateway' | 'import' | 'import-restart';

/** What a restore would do, computed without touching anything. */
export interface RestorePlan {
  readonly planId: string;
  readonly target: RestoreTarget;
  readonly generationId: number;
  readonly upTo: number;
  /** The file that will be created; it does not exist yet. With `route: 'gateway'` OpenClaw names it (and the session) when it is made. */
  readonly path: string;
  readonly agent: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
  readonly label?: string;
  readonly messages: number;
  readonly bytes: number;
  /** Hex, of the bytes that will be written. */
  readonly sha256: string;
  /** Written exactly as captured, or rebuilt because OpenClaw would wipe it as it is. */
  readonly form: 'verbatim' | 'rebuilt';
  readonly route?: RestoreRoute;
  /** Messages of it that OpenClaw never wrote. */
  readonly unpersisted?: number;
  /** What a rebuild changes, in codes such as `header-added`, `torn-line-dropped`, `assistant-added`. */
  readonly changes: readonly string[];
  readonly refusal?: { readonly code: RefusalCode; readonly message: string; readonly hint: string };
  /** The same restore was done before and still stands. */
  readonly alreadyDone?: string;
}

export interface RestoreReceipt {
  readonly ok: true;
  readonly restoreId: string;
  readonly path: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
  readonly messages: number;
  readonly sha256: string;
  /** True when this run found the finished restore of an earlier one and did nothing. */
  readonly already: boolean;
  /** The gateway was stopped for it, and did not come back when it was started again. */
  readonly gatewayIsDown?: true;
}

export interface RestoreSummary {
  readonly id: string;
  readonly incidentId?: string;
  readonly sessionRow: number;
  readonly target: RestoreTarget;
  readonly path: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
  readonly messages: number;
  readonly sha256: string;
  readonly phase: RestorePhase;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly error?: string;
}

/** `jsonl` is byte-exact, the others are to be read by people. */
export type ExportFormat = 'jsonl' | 'markdown' | 'html';

/** What was erased for good. */
export interface ForgetReceipt {
  readonly messages: number;
  /** Captured bytes, of all generations. */
  readonly bytes: number;
  /** OpenClaw itself still has a file of it, which Clawback now passes over. */
  readonly stillOnDisk: boolean;
  /** Buffers that were set aside as damaged and are still there; they may hold it too. */
  readonly setAside: number;
}

export type Health = 'protecting' | 'catching-up' | 'paused' | 'degraded' | 'stopped';

export interface SourceStatus {
  readonly id: string;
  readonly root: string;
  readonly layout: StorageLayout;
  readonly agents: number;
  readonly sessions: number;
  /** Of them, those that OpenClaw no longer shows; absent: none. */
  readonly unlisted?: number;
  readonly lastCaptureAt?: number;
  /** Last watch event of it since the core started; absent: none, or polling alone works. */
  readonly lastEventAt?: number;
  /** Captured of it, of all generations. */
  readonly bytes: number;
  readonly lagBytes: number;
  /** Age of the oldest bytes that were seen and are not durable yet; 0: everything seen is. */
  readonly lagMs: number;
  /** When every captured byte was last checked, and found as it was captured. */
  readonly lastVerifiedAt?: number;
  readonly witnesses: readonly WitnessStatus[];
  /** `events` when watch hints arrive, `polling` when only the poll works; both are complete. */
  readonly watch: 'events' | 'polling';
  readonly gateway: 'running' | 'stopped' | 'unknown';
  /** Why this source is not fully protected now, as codes. */
  readonly problems: readonly string[];
}

export interface LiveSession {
  readonly id: number;
  readonly title: string;
  readonly agent: string;
  readonly lagBytes: number;
  readonly lastAppendAt?: number;
}

export interface CoreProblem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface CoreStatus {
  readonly health: Health;
  readonly running: boolean;
  readonly sources: readonly SourceStatus[];
  readonly live: readonly LiveSession[];
  readonly bufferBytes: number;
  /** Open incidents of severity `warning` and `loss`. */
  readonly openIncidents: number;
  readonly lastCommitAt?: number;
  readonly lagBytes: number;
  readonly flushIntervalMs: number;
  readonly pausedUntil?: number;
  /** Conversations that are passed over now, by a rule or because they were forgotten; absent: none. */
  readonly ignored?: number;
  /** First import: bytes still to read and bytes found in all; absent once done. */
  readonly importing?: { readonly doneBytes: number; readonly totalBytes: number; readonly sessions: number };
  readonly problem?: CoreProblem;
  /** Absent: none. */
  readonly work?: StorageWork;
}

/** What is done to the storage as a whole. Nothing is saved meanwhile. */
export type StorageWork = 'moving' | 'erasing';

export interface CommitInfo {
  readonly bytes: number;
  readonly durationMs: number;
  readonly at: number;
}
