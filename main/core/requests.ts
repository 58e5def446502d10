import type { PlannedRestore, RestoreRequest } from './restore/restoring.ts';
import type { SessionQuery } from './store/store.ts';
import type {
  CommitInfo,
  CoreStatus,
  ExportFormat,
  ForgetReceipt,
  GenerationSummary,
  Incident,
  MessageView,
  Page,
  RestorePlan,
  RestoreReceipt,
  RestoreSummary,
  SearchHit,
  SessionSummary,
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
}

/** What the core answers, over any transport; the key is the method name. Arguments and results are plain data. */
export interface CoreRequests {
  status: { in: Record<string, never>; out: CoreStatus };
  sessions: { in: SessionQuery; out: Page<SessionSummary> };
  session: { in: { row: number }; out: { session: SessionSummary; generations: readonly GenerationSummary[] } };
  messages: { in: { sessionRow: number; generationId?: number; cursor?: number; limit: number }; out: Page<MessageView> };
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
    };
    out: { path: string; bytes: number; messages: number };
  };
  /** A text to paste into a new chat, so that it goes on from here: the last messages, at most about 24,000 characters. */
  continuePrompt: { in: { sessionRow: number }; out: { text: string; messages: number; truncated: boolean } };
  /**
   * Erases everything that Clawback holds of a conversation, for good, and never captures it again. Files of OpenClaw's own are not
   * touched. Throws CoreError `not-found`, `restore-open` while a restore of it is under way.
   */
  forget: { in: { sessionRow: number }; out: ForgetReceipt };
  /** Looks at everything now and makes it durable. */
  check: { in: Record<string, never>; out: CoreStatus };
  flush: { in: Record<string, never>; out: null };
  pause: { in: { untilMs: number }; out: CoreStatus };
  resume: { in: Record<string, never>; out: CoreStatus };
  configure: { in: CoreConfig; out: CoreStatus };
  /** State directories that discovery finds now, whether protected or not. */
  discover: { in: Record<string, never>; out: readonly string[] };
}

export interface CoreEvents {
  status: CoreStatus;
  committed: CommitInfo;
  /** Opened, or changed in a way that matters to a person. */
  incident: Incident;
  resolved: Incident;
}

export type CoreMethod = keyof CoreRequests;
export type CoreEvent = keyof CoreEvents;
export type CoreHandlers = { readonly [M in CoreMethod]: (input: CoreRequests[M]['in']) => Promise<CoreRequests[M]['out']> };

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
