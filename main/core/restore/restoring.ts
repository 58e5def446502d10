import type { GatewayAdmin } from '../gateway/gateway.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Journal } from '../store/store.ts';
import type { RestorePlan, RestoreReceipt, RestoreRoute, RestoreTarget } from '../types.ts';

export interface RestoreRequest {
  readonly incidentId?: string;
  readonly sessionRow?: number;
  /**
   * Ordinal within the session: this one as it was captured. Default: the generation that holds what was lost, else the most
   * complete one, and with it every message that OpenClaw never wrote, in its place.
   */
  readonly generation?: number;
  readonly target: RestoreTarget;
  /** `file` only: absolute path of a file that does not exist. */
  readonly output?: string;
  /** The gateway may be stopped for it and started again; without it such a restore is refused while the gateway runs. */
  readonly mayRestart?: boolean;
}

/** Everything that one incident lost: of a database that was put aside, of an upgrade, of many conversations at once. */
export interface RecoveryRequest {
  readonly incidentId: string;
  readonly mayRestart?: boolean;
}

/** What a restore of everything that an incident lost would do. */
export interface RecoveryPlan {
  readonly conversations: number;
  readonly messages: number;
  readonly bytes: number;
  readonly agents: readonly string[];
  readonly route?: RestoreRoute;
  readonly refusal?: NonNullable<RestorePlan['refusal']>;
}

export interface RecoveryReceipt {
  readonly ok: true;
  /** In the order of `restores`; one that came in is taken back by its id like any other. */
  readonly restores: readonly { readonly restoreId: string; readonly sessionId: string; readonly sessionKey: string }[];
  readonly messages: number;
  readonly gatewayIsDown?: true;
}

/** A plan that was previewed a short while ago; see `RestorePlan.planId`. */
export interface PlannedRestore {
  readonly planId: string;
}

/** Facts about the agent's side that a restore must respect; the real one looks at OpenClaw's lock file and port. */
export interface GatewayProbe {
  state(root: string): Promise<'running' | 'stopped' | 'unknown'>;
  /** Whether anything accepts connections on the gateway's port; asked only when the state is `unknown`. */
  answers?(root: string): Promise<boolean>;
  /** Pid of the gateway whose lock covers the root, while that process is alive. */
  pid?(root: string): number | undefined;
  /** Whether a process is alive; a recycled pid (other start time) counts as dead. */
  alive(pid: number, startTime?: number): boolean;
}

/** How a program ended. */
export interface ProgramEnd {
  /** `undefined`: it was ended from outside, took too long, or could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** OpenClaw's own command line program, for one state directory. */
export interface OpenclawProgram {
  /** Whether its `gateway stop` and `gateway start` are about the gateway with this pid. */
  controls(pid: number | undefined): boolean;
  /** Never rejects. */
  run(args: readonly string[], timeoutMs: number): Promise<ProgramEnd>;
}

export interface OpenclawPrograms {
  /** `undefined`: nobody knows where it is. */
  of(root: string): OpenclawProgram | undefined;
}

export interface RestorerDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateway: GatewayProbe;
  /** OpenClaw's own importer, for conversations that it keeps in a database; without it those are restored to files alone. */
  readonly programs?: OpenclawPrograms;
  /** A folder of ours for copies of databases, for the moment of a look; the next start empties it. */
  readonly copies: string;
  /** The database of an agent; default: where OpenClaw puts it by itself, beside the folder of sessions. */
  readonly databaseOf?: (sourceId: number, agent: string) => string | undefined;
  /** This OpenClaw reads no files any more: nothing may be put beside them; default: it does. */
  readonly keepsElsewhere?: (root: string) => boolean;
  /** Without it a restore waits until the gateway is down. */
  readonly admin?: GatewayAdmin;
  /** Whether a turn runs in a chat now, by what witnesses noticed; default: nobody noticed one. */
  readonly isBusy?: (sourceId: number, agent: string, sessionKey: string) => boolean;
  /** Resolves the sessions directory of an agent of a source; `undefined` when it is unknown or gone. */
  readonly directoryOf: (sourceId: number, agent: string) => string | undefined;
  readonly rootOf: (sourceId: number) => string | undefined;
  /** Named points where fault tests stop the process. No effect in production. */
  readonly failpoint?: (name: string) => void;
}

/**
 * Puts a conversation back. Creates files, never overwrites or removes one that it did not create itself, and edits
 * only its own key of the index, under OpenClaw's own lock.
 */
export interface Restorer {
  /** Touches nothing. Throws CoreError `not-found` / `invalid`; what stands in the way is the plan's `refusal`. */
  plan(request: RestoreRequest): Promise<RestorePlan>;
  /** Checks the plan again first. Throws CoreError with the refusal's code. A repeated restore returns the finished one. */
  apply(plan: RestorePlan, request: RestoreRequest): Promise<RestoreReceipt>;
  /** Touches nothing. Throws CoreError `not-found`, `invalid` for an incident about one conversation. */
  planRecovery(request: RecoveryRequest): Promise<RecoveryPlan>;
  /**
   * Into an OpenClaw that keeps its conversations in a database: each comes back under its own key and id where nobody has taken
   * them since, else beside the others. All of an agent's, or none. `onPlanned`
   * is told which before anything is done.
   */
  recoverAll(request: RecoveryRequest, onPlanned?: (sessionRows: readonly number[]) => void): Promise<RecoveryReceipt>;
  /**
   * Takes a restore back: removes its key and its file if nothing was added since, else refuses with `target-changed`. A gateway
   * that runs removes both itself and keeps the file as an archive.
   */
  undo(restoreId: string): Promise<{ readonly ok: true; readonly restoreId: string; readonly path: string }>;
  /** At start: finishes or takes back restores that a crash interrupted. */
  recover(): Promise<void>;
}
