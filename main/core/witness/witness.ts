import type { WitnessKind, WitnessStatus } from '../types.ts';

/**
 * A witness sees the same conversation by another way than its transcript. What it saw is made durable first and judged
 * later: `detect/witness-watch.ts` compares it with what the files hold.
 *
 * Times are epoch milliseconds.
 */

/** `partial`: a reply that is still streaming; the same `ref` comes again, longer, until it ends. */
export type WitnessPhase = 'partial' | 'final' | 'aborted' | 'error';

export interface WitnessedMessage {
  readonly witness: WitnessKind;
  /** Unique within a source and a witness, the same after a restart: a second sighting replaces the first until it is judged. */
  readonly ref: string;
  readonly agent: string;
  /** OpenClaw's routing key, lower case, as in `sessions.json` (`agent:main:main`). */
  readonly sessionKey?: string;
  /** OpenClaw's session id, when the witness itself knows it; else the index says which one the key names. */
  readonly sessionId?: string;
  readonly runId?: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly phase: WitnessPhase;
  /** False for what a run says on its way: text before a tool call, a tool result, a prompt. */
  readonly endsRun: boolean;
  readonly at: number;
  /** Whole, as a person reads it: user text without the envelope that OpenClaw wraps around it. */
  readonly text: string;
  /** JSON of the message as OpenClaw would persist it (`{"role","content",…}`), where the witness has it. */
  readonly message?: string;
}

/** What a witness notices beside messages. Evidence, never text of a conversation. */
export type WitnessEvent = { readonly witness: WitnessKind | 'log'; readonly at: number } & (
  | { readonly event: 'run-started'; readonly agent: string; readonly sessionKey: string; readonly runId: string }
  | {
      readonly event: 'run-ended';
      readonly agent: string;
      readonly sessionKey: string;
      readonly runId: string;
      readonly outcome: 'final' | 'aborted' | 'error';
      /** A `final` without a message: NO_REPLY, a heartbeat, or a conversation that an ACP runner leads. */
      readonly withText: boolean;
    }
  /** `startedAt`: whatever ran in a gateway of this source before is over. */
  | { readonly event: 'gateway-up'; readonly version?: string; readonly instance?: string; readonly startedAt?: number }
  /** `clean`: announced (`shutdown`, close 1012, `gateway_stop`); `undefined`: nothing says so either way. */
  | { readonly event: 'gateway-ended'; readonly clean: boolean | undefined; readonly closeCode?: number; readonly pid?: number }
  /** The stream skipped numbers: what was said meanwhile was fetched again as far as it could be. */
  | { readonly event: 'missed'; readonly frames: number }
  /** Accepted by an ACP runner and never answered. */
  | { readonly event: 'acp-wedged'; readonly agent: string; readonly sessionKey: string; readonly since: number; readonly waiting: number }
  | { readonly event: 'log-sign'; readonly sign: LogSign; readonly path?: string; readonly pid?: number; readonly heldMs?: number }
);

/** Lines of OpenClaw's log that speak of transcripts (2026.3.13, 2026.9.6); support for a verdict, never one alone. */
export type LogSign =
  | 'lock-released-by-watchdog'
  | 'session-file-locked'
  | 'stale-lock-removed'
  | 'file-repaired'
  | 'repair-skipped'
  | 'orphaned-user-message'
  | 'transcript-append-failed'
  | 'acp-persistence-failed'
  | 'stream-force-reset'
  | 'closed-1006'
  | 'restart-recovery';

/** What a witness has for the buffer. Refused by the buffer, it is offered again: `collect` gives it until `committed`. */
export interface WitnessBatch {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
  /** Where to go on reading after a restart, durable in the same transaction as the messages; JSON of the witness's own making. */
  readonly cursor?: string;
}

export interface Witness extends Disposable {
  readonly kind: WitnessKind | 'log';
  /**
   * What is new since the last `committed`. Synchronous, at most about 4 MiB and 20 ms a call; a witness of files looks at
   * them now. Throws for faults of reading; nothing is forgotten then.
   */
  collect(): WitnessBatch;
  /** The last batch is durable. */
  committed(): void;
  /** What other witnesses of the same source noticed. */
  readonly notice?: (events: readonly WitnessEvent[]) => void;
  /** Files beside the transcripts that it wants to be told of when they are there or grew. */
  readonly follows?: SidecarFollower;
  readonly status: WitnessStatus;
}

export interface SidecarFollower {
  /** End of their names. */
  readonly suffix: string;
  changed(path: string, agent: string): void;
}

/** What a routing key means now, from the latest `sessions.json`. */
export interface KeyedSession {
  readonly agent: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  /** Stem of the transcript's name. */
  readonly nativeId: string;
  readonly isAcp: boolean;
  /** `acp.state` of the entry, e.g. `running`. */
  readonly acpState?: string;
  /** When a runner last began or ended something for it. */
  readonly acpActiveAt?: number;
  /** The runner's record of it, and where its agent works. */
  readonly acpRecordId?: string;
  readonly acpCwd?: string;
}

/** Who knows what keys mean. */
export interface KeyBook {
  byKey(sessionKey: string): KeyedSession | undefined;
  bySessionId(sessionId: string): KeyedSession | undefined;
  readonly all: readonly KeyedSession[];
}
