import type { PlannedRestore, RecoveryPlan, RecoveryReceipt, RecoveryRequest, RestoreRequest } from './restore/restoring.ts';
import type { SelfTestStep } from './self-test-report.ts';
import type { StorageFacts, TaskProgress } from './storage-facts.ts';
import type { SessionFilter, SessionQuery } from './store/store.ts';
import type { MarkedMessage } from './timeline-marks.ts';
import type {
  CommitInfo,
  CoreStatus,
  ExportFormat,
  ForgetReceipt,
  GenerationSummary,
  Incident,
  Page,
  RestorePlan,
  RestoreReceipt,
  RestoreSummary,
  SearchHit,
  SessionFacets,
  SessionSummary,
  SourceStatus,
  WitnessStatus,
} from './types.ts';

/** What is not captured from now on: neither transcripts, nor their side files, nor what witnesses see. What was captured stays. */
export interface IgnoreRules {
  /** Ids of agents, exactly. */
  readonly agents?: readonly string[];
  /** Routing keys such as `agent:main:telegram:*`; `*` stands for any characters, everything else for itself. */
  readonly keys?: readonly string[];
  /** OpenClaw's ids of sessions, exactly. */
  readonly sessions?: readonly string[];
}

/**
 * What may go again. Default, and what a flight recorder is for: nothing, ever. What a person would miss decides:
 *
 * - What exists only here stays, however old and however large: that is what Clawback is for. To let a conversation go somebody
 *   forgets it, one at a time (`forget`); no age and no size does it for them.
 * - What OpenClaw itself still has on disk stays: to remove it would only mean to capture it again.
 * - Copies go: old versions of OpenClaw's session index, and old versions of a transcript of which every message also stands in a
 *   version that stays. They go once they were replaced longer than `keepDays` ago, or, oldest first, while the buffer is larger than
 *   `keepBytes`. No message is missed afterwards.
 * - A copy that an open incident or a restore speaks of stays.
 *
 * So a buffer that stays larger than `keepBytes` is as it should be.
 */
export interface Retention {
  /** 1 to 36,500. */
  readonly keepDays?: number;
  /** At least 100,000,000. */
  readonly keepBytes?: number;
}

export interface CoreConfig {
  /** The only state directories to protect. `undefined`: all that discovery finds, also those that appear later. */
  readonly roots?: readonly string[];
  /** Protected as well, wherever they are. */
  readonly added?: readonly string[];
  /** Never protected, whatever names or finds them. */
  readonly excluded?: readonly string[];
  /** 250 to 30,000. */
  readonly flushIntervalMs: number;
  /** At most 1,000 of each, of 1 to 500 characters. */
  readonly ignore?: IgnoreRules;
  /** Absent: everything is kept. */
  readonly retention?: Retention;
}

export type { SessionFilter };

/** What a move of the buffer would do. */
export interface MovePlan {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Left for us on the disk of `to`; absent: it does not say. */
  readonly bytesFree?: number;
}

/** What the core answers, over any transport; the key is the method name. Arguments and results are plain data. */
export interface CoreRequests {
  status: { in: Record<string, never>; out: CoreStatus };
  sessions: { in: SessionQuery; out: Page<SessionSummary> };
  /** `automatic`: of what the filter leaves, whatever it says of automatic ones itself. */
  sessionFacets: { in: SessionFilter; out: SessionFacets };
  session: { in: { row: number }; out: { session: SessionSummary; generations: readonly GenerationSummary[] } };
  messages: { in: { sessionRow: number; generationId?: number; cursor?: number; limit: number }; out: Page<MarkedMessage> };
  messageText: { in: { generationId: number; start: number }; out: string };
  search: { in: { text: string; limit: number }; out: readonly SearchHit[] };
  incidents: { in: { all: boolean; limit: number; before?: number }; out: readonly Incident[] };
  incident: { in: { id: string }; out: Incident };
  /** Not yet shown to the person: severity `warning` or `loss` and never acknowledged. */
  outbox: { in: Record<string, never>; out: readonly Incident[] };
  acknowledge: { in: { incidentId: string }; out: null };
  dismiss: { in: { incidentId: string }; out: Incident };
  restores: { in: Record<string, never>; out: readonly RestoreSummary[] };
  planRestore: { in: RestoreRequest; out: RestorePlan };
  /** By `planId` exactly what was previewed is done; a request is planned anew. */
  restore: { in: RestoreRequest | PlannedRestore; out: RestoreReceipt };
  /** Of an incident about many conversations. Throws CoreError `not-found`, `invalid`. */
  planRecovery: { in: RecoveryRequest; out: RecoveryPlan };
  /** All that it lost, with one import for each agent. */
  recoverAll: { in: RecoveryRequest; out: RecoveryReceipt };
  undo: { in: { restoreId: string }; out: { ok: true; restoreId: string; path: string } };
  /**
   * Writes a whole conversation into a new file of mode 0600. `jsonl` is byte-exact: one generation, by default the most complete one;
   * the readable forms tell the conversation over all of them, or the one that is named. `replace`: somebody was asked and agreed that
   * a file that stands there goes; without it CoreError `target-exists`. Also `not-found`, `invalid`, `disk-full`, `not-permitted`.
   */
  export: {
    in: {
      sessionRow: number;
      generationId?: number;
      format: ExportFormat;
      /** Absolute. */
      output: string;
      replace?: true;
      /** Of what stands around the messages in the readable forms; absent: English. */
      language?: 'en' | 'zh';
    };
    out: { path: string; bytes: number; messages: number };
  };
  /** A text to paste into a new chat, so that it goes on from here: the last messages, at most about 24,000 characters. */
  continuePrompt: {
    in: { sessionRow: number; language?: 'en' | 'zh' };
    out: { text: string; messages: number; truncated: boolean };
  };
  /**
   * Erases everything that Clawback holds of a conversation, for good, and never captures it again. Files of OpenClaw's own are not
   * touched. `alsoSetAside`: buffers that were set aside as damaged, which may hold it too, are removed as a whole. Throws CoreError
   * `not-found`, `restore-open` while a restore of it is under way.
   */
  forget: { in: { sessionRow: number; alsoSetAside?: true }; out: ForgetReceipt };
  /** Looks at everything now and makes it durable. */
  check: { in: Record<string, never>; out: CoreStatus };
  flush: { in: Record<string, never>; out: null };
  pause: { in: { untilMs: number }; out: CoreStatus };
  resume: { in: Record<string, never>; out: CoreStatus };
  configure: { in: CoreConfig; out: CoreStatus };
  /** State directories that discovery finds now, whether protected or not. */
  discover: { in: Record<string, never>; out: readonly string[] };
  /** Asks the gateway of a protected state directory now. `stream`: how listening to it goes. Throws CoreError `not-found`. */
  testGateway: { in: { root: string }; out: { gateway: SourceStatus['gateway']; stream?: WitnessStatus } };
  /**
   * What putting the recorder plugin into the configuration of a protected OpenClaw, or taking it out, would change; nothing is
   * touched. `changes`: lines that go, come and stand around them, marked `-`, `+` and a space; none: there is nothing to change.
   * Throws CoreError `not-found`, `config-missing`, `config-unreadable`, `config-shape`, `plugins-disabled`, `plugin-denied`.
   */
  planRecorder: {
    in: { root: string; action: 'install' | 'remove' };
    out: { planId: string; configPath: string; changes: readonly string[] };
  };
  /**
   * Exactly what was planned last. `previous`: the configuration as it was. `restartNeeded`: a gateway runs, which goes on as it
   * started until it restarts. Throws CoreError `not-found`, `config-changed`, `permission-denied`.
   */
  applyRecorder: { in: { planId: string }; out: { changed: boolean; restartNeeded: boolean; previous?: string } };
  storage: { in: Record<string, never>; out: StorageFacts };
  /**
   * What moving the buffer to this folder (absolute) would do; throws what it would be refused with: CoreError `target-same`,
   * `target-in-openclaw`, `target-in-buffer`, `target-not-empty`, `target-not-private`, `target-network`, `target-no-locks`, `target-full`,
   * `target-exists`, `not-found`, `permission-denied`, `invalid`.
   */
  planMove: { in: { folder: string }; out: MovePlan };
  /**
   * Moves the buffer; nothing is saved meanwhile, and everything is looked at again afterwards. Until all is copied and compared the old
   * one is in use. `leftBehind`: the old folder, where it could not be emptied yet. Throws as `planMove`, and CoreError `buffer-locked`,
   * `storage-busy`, `ended`, `disk-full`, `io`; the buffer is then where it was.
   */
  moveBuffer: { in: { folder: string }; out: { folder: string; bytes: number; leftBehind?: string } };
  /**
   * Erases everything that was captured, for good, and begins to capture what OpenClaw has on disk now. What was forgotten stays
   * forgotten. `bytes`: of the files that went. Restores can no longer be undone. Throws CoreError `buffer-locked`, `storage-busy`.
   */
  eraseAll: { in: Record<string, never>; out: { bytes: number } };
  /**
   * Checks every stored piece against its SHA-256, and the database file as a whole; capture goes on meanwhile. Takes about a
   * second for 300 MB. A second request joins the one that is under way. `damaged` 0: all is as it was captured.
   */
  verify: { in: Record<string, never>; out: { pieces: number; bytes: number; damaged: number } };
  /**
   * Builds the full text anew from what was captured. Search answers from the old one until the new one is whole; after a crash
   * the old one is still there. A second request joins the one that is under way. `records`: messages that are searchable.
   */
  rebuildIndex: { in: Record<string, never>; out: { records: number } };
  /**
   * Writes a conversation into a temporary state directory, captures it with a core of its own, deletes it, waits until that is
   * told, restores it and compares every byte. Within 20 s; ends with the first step that fails, and `clean`. Nothing of it shows
   * up in the person's own data.
   */
  selfTest: { in: Record<string, never>; out: { ok: boolean; steps: readonly SelfTestStep[] } };
  /**
   * Writes what helps to find a fault into a JSON file of mode 0600: versions, settings, status, counts, kinds and times of
   * incidents, the last log lines. No transcript text, titles, labels or tokens; names of agents, keys and sessions as hashes that
   * hold within this file alone. `replace`: as for `export`. Throws CoreError `target-exists`, `invalid` for a path that is not absolute, `disk-full`,
   * `permission-denied`, `io`.
   */
  diagnostics: { in: { output: string; replace?: true }; out: { path: string; bytes: number } };
}

export interface CoreEvents {
  status: CoreStatus;
  committed: CommitInfo;
  /** Opened, or changed in a way that matters to a person. */
  incident: Incident;
  resolved: Incident;
  progress: TaskProgress;
}

export type CoreMethod = keyof CoreRequests;
/** For which the core itself has to end and begin again. */
export type StorageMethod = 'planMove' | 'moveBuffer' | 'eraseAll';
export type CoreEvent = keyof CoreEvents;
export type CoreHandlers = { readonly [M in CoreMethod]: (input: CoreRequests[M]['in']) => Promise<CoreRequests[M]['out']> };
/** Without what needs somebody who can close the core. */
export type OpenCoreHandlers = Omit<CoreHandlers, StorageMethod>;

/** How an error crosses a process border. */
export interface ErrorShape {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One message of the RPC between a core process and whoever drives it; JSON, or structured clone. */
export type CoreMessage =
  | { readonly type: 'request'; readonly id: number; readonly method: CoreMethod; readonly params: unknown }
  | { readonly type: 'response'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly error: ErrorShape }
  | { readonly type: 'event'; readonly event: CoreEvent; readonly payload: unknown }
  /** First message of a core that came up; a core that cannot start sends `fatal` and ends. */
  | { readonly type: 'ready'; readonly status: CoreStatus }
  | { readonly type: 'fatal'; readonly error: ErrorShape }
  /** Every 5 s while the core's loop runs. */
  | { readonly type: 'heartbeat'; readonly at: number };
