import type { Change } from './capture/change.ts';
import type { Detector, DirectoryView, Outcome } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { pollSchedule, retryDelayMs } from './poll-schedule.ts';
import type { ProtectedSource } from './protected-source.ts';
import type { CommitResult, Journal } from './store/store.ts';
import type { CoreProblem } from './types.ts';

/** Read in one go; more and the process would not answer for too long. */
const SLICE_BYTES = 8 * 1024 * 1024;
/** Commit early above this, so that a burst does not wait in memory. */
const EARLY_COMMIT_BYTES = 1024 * 1024;
const INDEX_SLICE_BYTES = 2 * 1024 * 1024;
const UPKEEP_SLICE_MS = 20;
const UPKEEP_EVERY_MS = 30_000;
const REFRESH_EVERY_MS = 10_000;
const BUSY_GATEWAY_PROBE_MS = 2_000;

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly detector: Detector;
  readonly sources: () => readonly ProtectedSource[];
  readonly onCommit: (result: CommitResult) => void;
  readonly onChange: () => void;
}

/**
 * The loop: look, commit, index, decide. Everything in a round is synchronous, so a round is one consistent step; between
 * rounds the process answers requests. When the buffer cannot be written, what was read stays in memory, looking stops
 * (held descriptors keep deleted files readable) and the same changes are committed once the buffer takes them again.
 */
export class Recorder implements Disposable {
  readonly #deps: RecorderDeps;
  #flushIntervalMs: number;
  #timer: Disposable | undefined;
  #pending: Change[] = [];
  #views: DirectoryView[] = [];
  #pendingBytes = 0;
  #pendingSince: number | undefined;
  #urgent = false;
  #failures = 0;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #upkeepAt = 0;
  #probedAt = Number.NEGATIVE_INFINITY;
  #importTotalBytes = 0;
  #importedBytes = 0;
  /** Set between observe and a successful commit: a retry must not show detection the same changes twice. */
  #outcome: Outcome | undefined;
  #derivationProblem: CoreProblem | undefined;
  #settled = false;
  #stopped = false;
  #inRound = false;
  pausedUntil: number | undefined;
  problem: CoreProblem | undefined;
  lastCommitAt: number | undefined;

  constructor(deps: RecorderDeps, flushIntervalMs: number) {
    this.#deps = deps;
    this.#flushIntervalMs = flushIntervalMs;
    this.#upkeepAt = deps.clock.monotonic();
  }

  get flushIntervalMs(): number {
    return this.#flushIntervalMs;
  }

  set flushIntervalMs(value: number) {
    this.#flushIntervalMs = value;
    this.wake();
  }

  /** Everything that was on disk at the start is in the buffer. */
  get caughtUp(): boolean {
    return this.#settled;
  }

  get importing(): { doneBytes: number; totalBytes: number } | undefined {
    if (this.#settled) return undefined;
    return { doneBytes: this.#importedBytes, totalBytes: this.#importTotalBytes };
  }

  get lagBytes(): number {
    return this.#deps.sources().reduce((sum, source) => sum + source.lagBytes, this.#pendingBytes);
  }

  start(): void {
    this.#schedule(0);
  }

  /** A hint, a request or a change of settings: run a round now instead of at the next poll. */
  wake(): void {
    if (!this.#stopped) this.#schedule(0);
  }

  /** Looks at every file until nothing is left to read, and makes it durable. Throws what keeps the buffer from being written. */
  checkNow(): void {
    this.#refresh();
    do {
      this.#collect('sweep', SLICE_BYTES);
      this.#commit();
    } while (this.#deps.sources().some((source) => source.lagBytes > 0) && this.#pausedNow() === undefined);
    this.#markProgress();
    while (this.#index(INDEX_SLICE_BYTES) > 0);
    this.#decide();
  }

  /** Makes durable what is there now, and readable what little was not indexed yet. */
  flush(): void {
    if (this.#pausedNow() === undefined) this.#collect('poll', SLICE_BYTES);
    this.#commit();
    this.#index(INDEX_SLICE_BYTES);
  }

  /** Commits what detection concluded outside a round (restore, dismissal). */
  commitOutcome(outcome: Outcome): CommitResult | undefined {
    if (isEmpty(outcome)) return undefined;
    const result = this.#deps.journal.commit([], outcome, this.#deps.clock.now());
    this.#deps.onCommit(result);
    return result;
  }

  /** Probes gateways when one may just have ended: asked by the core between rounds because it is asynchronous. */
  probeDue(): boolean {
    const busy = this.#deps.sources().some((source) => source.isHot);
    const now = this.#deps.clock.monotonic();
    if (now - this.#probedAt < (busy ? BUSY_GATEWAY_PROBE_MS : REFRESH_EVERY_MS)) return false;
    this.#probedAt = now;
    return true;
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
  }

  #schedule(delayMs: number): void {
    if (this.#inRound) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#deps.clock.schedule(delayMs, () => this.#round());
  }

  #round(): void {
    if (this.#stopped) return;
    this.#inRound = true;
    let delayMs: number;
    try {
      delayMs = this.#step();
      if (this.problem !== this.#derivationProblem) {
        this.problem = this.#derivationProblem;
        this.#deps.onChange();
      }
      this.#failures = 0;
    } catch (error) {
      delayMs = this.#fail(error);
    } finally {
      this.#inRound = false;
    }
    if (!this.#stopped) this.#schedule(delayMs);
  }

  /** One round; returns when to run the next. */
  #step(): number {
    const { clock } = this.#deps;
    if (this.#outcome !== undefined) {
      this.#commit();
      return 0;
    }
    const pausedFor = this.#pausedNow();
    if (pausedFor !== undefined) return Math.min(pausedFor, IDLE_WAKE_MS);
    const startedAt = clock.monotonic();
    if (startedAt - this.#refreshedAt >= REFRESH_EVERY_MS) this.#refresh();
    const schedule = this.#cadence();
    const sweep = startedAt - this.#sweptAt >= schedule.sweepMs;
    this.#collect(sweep ? 'sweep' : 'poll', SLICE_BYTES);
    if (sweep) this.#sweptAt = clock.monotonic();
    const due = this.#pendingSince !== undefined && clock.monotonic() - this.#pendingSince >= schedule.commitWithinMs;
    if (this.#pending.length === 0 || this.#urgent || due || this.#pendingBytes >= EARLY_COMMIT_BYTES) this.#commit();
    const behind = this.#deps.sources().some((source) => source.lagBytes > 0);
    this.#markProgress();
    const unindexed = this.#index(behind ? 256 * 1024 : INDEX_SLICE_BYTES);
    // A file that is deleted and written again is one batch: deciding in the middle of it would tell half of the story.
    if (unindexed === 0 && this.#pending.length === 0) this.#decide();
    if (behind || unindexed > 0) return 0;
    if (clock.monotonic() - this.#upkeepAt >= UPKEEP_EVERY_MS && !this.#deps.journal.upkeep(UPKEEP_SLICE_MS, clock.now())) {
      this.#upkeepAt = clock.monotonic();
    }
    return this.#nextDelay(schedule.pollMs, schedule.commitWithinMs);
  }

  #cadence(): ReturnType<typeof pollSchedule> {
    const sources = this.#deps.sources();
    const hot = sources.some((source) => source.isHot);
    const sweepCostMs = sources.reduce((sum, source) => sum + source.sweepCostMs, 0);
    return pollSchedule(this.#flushIntervalMs, hot, sweepCostMs);
  }

  #nextDelay(pollMs: number, commitWithinMs: number): number {
    const { clock, detector } = this.#deps;
    let delay = pollMs;
    if (this.#pendingSince !== undefined) delay = Math.min(delay, this.#pendingSince + commitWithinMs - clock.monotonic());
    if (detector.nextDeadlineAt !== undefined) delay = Math.min(delay, detector.nextDeadlineAt - clock.now());
    return Math.max(10, Math.min(delay, pollMs));
  }

  #refresh(): void {
    this.#refreshedAt = this.#deps.clock.monotonic();
    for (const source of this.#deps.sources()) source.refreshDirectories();
  }

  #collect(mode: 'poll' | 'sweep', budgetBytes: number): void {
    for (const source of this.#deps.sources()) {
      const { changes, views } = source.collect(mode, budgetBytes);
      for (const change of changes) {
        this.#pending.push(change);
        if (change.change === 'appended') this.#pendingBytes += change.bytes.byteLength;
        else if (change.change !== 'opened' && change.change !== 'rebound') this.#urgent = true;
      }
      this.#views.push(...views);
    }
    if (this.#pending.length === 0) return;
    this.#pendingSince ??= this.#deps.clock.monotonic();
    // What only a sweep found may have waited for the whole time between two sweeps.
    if (mode === 'sweep') this.#urgent = true;
  }

  /** Detection observes every round, also an empty one: it judges nothing that happened after the last time somebody looked. */
  #commit(): void {
    const { clock, detector, journal } = this.#deps;
    const at = clock.now();
    if (this.#outcome === undefined) {
      const observation = { at, changes: this.#pending, directories: this.#views };
      this.#outcome = this.#derive('observe', () => detector.observe(observation), nothing);
      this.#views = [];
    }
    if (this.#pending.length > 0 || !isEmpty(this.#outcome)) {
      const result = journal.commit(this.#pending, this.#outcome, at);
      if (this.#pending.length > 0) this.lastCommitAt = at;
      if (!this.#settled) this.#importedBytes += result.bytes;
      this.#forgetPending();
      this.#deps.onCommit(result);
    } else this.#forgetPending();
  }

  #forgetPending(): void {
    this.#pending = [];
    this.#outcome = undefined;
    this.#pendingBytes = 0;
    this.#pendingSince = undefined;
    this.#urgent = false;
  }

  #decide(): void {
    const { clock, detector, journal } = this.#deps;
    this.commitOutcome(this.#derive('decide', () => detector.decide(clock.now(), journal.catalog), nothing));
  }

  #index(budgetBytes: number): number {
    return this.#derive('index', () => this.#deps.journal.index(budgetBytes), 0);
  }

  /**
   * What is derived from bytes may be wrong, and must then neither stop the capture of bytes nor stay silent. Faults of the
   * buffer itself go on up: they concern capture too.
   */
  #derive<T>(step: string, task: () => T, otherwise: T): T {
    try {
      const result = task();
      if (this.#derivationProblem?.code === `${step}-failed`) this.#derivationProblem = undefined;
      return result;
    } catch (error) {
      if (error instanceof CoreError && error.code !== 'bug') throw error;
      if (this.#derivationProblem === undefined) {
        this.#deps.log.log('error', `${step}-failed`, { stack: error instanceof Error ? error.stack : String(error) });
        this.#derivationProblem = {
          code: `${step}-failed`,
          message: 'Conversations are saved, but Clawback cannot read everything in them.',
          hint: 'Please report this with the log file.',
        };
      }
      return otherwise;
    }
  }

  #markProgress(): void {
    const lag = this.lagBytes;
    if (this.#settled) return;
    this.#importTotalBytes = Math.max(this.#importTotalBytes, this.#importedBytes + lag);
    if (lag === 0 && this.#sweptAt !== Number.NEGATIVE_INFINITY) {
      this.#settled = true;
      this.#deps.onChange();
    }
  }

  #pausedNow(): number | undefined {
    if (this.pausedUntil === undefined) return undefined;
    const left = this.pausedUntil - this.#deps.clock.now();
    if (left > 0) return left;
    this.pausedUntil = undefined;
    this.#sweptAt = Number.NEGATIVE_INFINITY;
    this.#deps.onChange();
    return undefined;
  }

  #fail(error: unknown): number {
    this.#failures += 1;
    const known =
      error instanceof CoreError ? error : new CoreError('bug', `capture failed: ${String(error)}`, 'Please report this.', error);
    if (this.problem?.code !== known.code || this.#failures === 1) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.#deps.log.log('error', 'capture-failed', { code: known.code, message: known.message, stack });
    }
    this.problem = { code: known.code, message: known.message, hint: known.hint };
    this.#deps.onChange();
    return retryDelayMs(this.#failures);
  }
}

const IDLE_WAKE_MS = 1_000;
const nothing: Outcome = { transitions: [], sessions: [], drafts: [], resolved: [] };

function isEmpty(outcome: Outcome): boolean {
  return outcome.transitions.length === 0 && outcome.sessions.length === 0 && outcome.drafts.length === 0 && outcome.resolved.length === 0;
}
