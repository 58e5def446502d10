import { isGone } from './capture/change.ts';
import type { Detector, Outcome } from './detect/detection.ts';
import { ImportProgress } from './import-progress.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError, traceOf } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { giveBackMemory } from './platform/memory.ts';
import { pollSchedule, retryDelayMs } from './poll-schedule.ts';
import type { ProtectedSource } from './protected-source.ts';
import { SpareTime } from './spare-time.ts';
import type { CommitResult, Journal } from './store/store.ts';
import type { CoreProblem } from './types.ts';
import { Unwritten } from './unwritten.ts';
import type { WitnessDesk } from './witness-desk.ts';

/** Read in one go; more and the process would not answer for too long. */
const SLICE_BYTES = 16 * 1024 * 1024;
/** Commit early above this, so that a burst does not wait in memory. */
const EARLY_COMMIT_BYTES = 1024 * 1024;
const INDEX_SLICE_BYTES = 8 * 1024 * 1024;
const BEHIND_INDEX_BYTES = 256 * 1024;
/** As many rounds of work leave garbage worth collecting. */
const MANY_ROUNDS = 4;
const REFRESH_EVERY_MS = 10_000;
const BUSY_GATEWAY_PROBE_MS = 2_000;
/** A request that takes longer lets the heartbeat and other requests through in between. */
const BREATH_MS = 1_000;

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly detector: Detector;
  readonly sources: () => readonly ProtectedSource[];
  readonly witnesses: Pick<WitnessDesk, 'hear'>;
  readonly onCommit: (result: CommitResult) => void;
  readonly onChange: () => void;
  /** Directories appeared that nobody watches yet. */
  readonly onDirectories: () => void;
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
  readonly #unwritten: Unwritten;
  #failures = 0;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  readonly #spareTime: SpareTime;
  #probedAt = Number.NEGATIVE_INFINITY;
  readonly #import = new ImportProgress();
  #derivationProblem: CoreProblem | undefined;
  #stopped = false;
  #inRound = false;
  /** Rounds in a row that left work for the next one. */
  #busyRounds = 0;
  pausedUntil: number | undefined;
  problem: CoreProblem | undefined;
  lastCommitAt: number | undefined;

  constructor(deps: RecorderDeps, flushIntervalMs: number) {
    this.#deps = deps;
    this.#flushIntervalMs = flushIntervalMs;
    this.#spareTime = new SpareTime(deps.clock, deps.journal);
    this.#unwritten = new Unwritten({
      clock: deps.clock,
      journal: deps.journal,
      observe: (observation) => this.#derive('observe', () => deps.detector.observe(observation), nothing),
      onWritten: (result, hasChanges) => this.#written(result, hasChanges),
    });
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
    return this.#import.isOver;
  }

  get importing(): { doneBytes: number; totalBytes: number } | undefined {
    return this.#import.current;
  }

  get lagBytes(): number {
    const { bytes, undurableBytes } = this.#unwritten;
    return this.#deps.sources().reduce((sum, source) => sum + source.lagBytes, bytes + undurableBytes);
  }

  start(): void {
    this.#schedule(0);
  }

  /** A hint, a request or a change of settings: run a round now instead of at the next poll. */
  wake(): void {
    if (!this.#stopped) this.#schedule(0);
  }

  /** Somebody saw that agents came or went: the next round looks for their directories. */
  lookForDirectories(): void {
    this.#refreshedAt = Number.NEGATIVE_INFINITY;
    this.wake();
  }

  /**
   * Looks at every file until nothing is left to read, and makes it durable; not while paused. Throws what keeps the buffer
   * from being written. Pauses now and then: a first import or a slow disk must not look like a core that hangs.
   */
  async checkNow(): Promise<void> {
    if (this.#pausedNow() !== undefined) return;
    const breath = this.#breather();
    this.#refresh();
    for (let mode: 'sweep' | 'poll' = 'sweep', goesOn = true; goesOn; mode = 'poll') {
      this.#unwritten.write();
      this.#unwritten.notice(this.#deps.witnesses.hear(0));
      const found = this.#collect(mode, SLICE_BYTES);
      this.#unwritten.commit();
      goesOn = found && this.#isBehind;
      this.#keepWalSmall();
      if (await breath()) return;
    }
    this.#markProgress(false);
    while (this.#index(INDEX_SLICE_BYTES) > 0) {
      this.#keepWalSmall();
      if (await breath()) return;
    }
    this.#decide();
  }

  /** Makes durable what is there now, and readable what little was not indexed yet. */
  flush(): void {
    this.#unwritten.write();
    if (this.#pausedNow() === undefined) {
      this.#unwritten.notice(this.#deps.witnesses.hear(0));
      this.#collect('poll', SLICE_BYTES);
    }
    this.#unwritten.commit();
    this.#index(INDEX_SLICE_BYTES);
  }

  /** Makes durable what was read, and reads nothing. */
  commitRead(): void {
    if (this.#unwritten.hasChanges) this.#unwritten.commit();
  }

  /**
   * Commits what detection concluded outside a round (restore, dismissal). Throws what keeps the buffer from being written;
   * it is committed all the same once that works again, because detection has moved on.
   */
  commitOutcome(outcome: Outcome): void {
    this.#unwritten.conclude(outcome);
  }

  resume(): void {
    this.pausedUntil = undefined;
    this.#sweptAt = Number.NEGATIVE_INFINITY;
    this.wake();
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
    if (this.#unwritten.isRefused) {
      this.#unwritten.write();
      return 0;
    }
    const pausedFor = this.#pausedNow();
    if (pausedFor !== undefined) return Math.min(pausedFor, IDLE_WAKE_MS);
    const startedAt = clock.monotonic();
    if (startedAt - this.#refreshedAt >= REFRESH_EVERY_MS) this.#refresh();
    this.#unwritten.notice(this.#deps.witnesses.hear(this.#flushIntervalMs / 2));
    const schedule = this.#cadence();
    const sweep = startedAt - this.#sweptAt >= schedule.sweepMs;
    const found = this.#collect(sweep ? 'sweep' : 'poll', SLICE_BYTES);
    if (sweep) this.#sweptAt = clock.monotonic();
    // What cannot be read now lags too: looking again at once would only burn the battery.
    const behind = found && this.#isBehind;
    const { since, isUrgent, bytes } = this.#unwritten;
    const due = since !== undefined && clock.monotonic() - since >= schedule.commitWithinMs;
    // A round of a first import takes long enough: what was written meanwhile waits for no other.
    if (since === undefined || isUrgent || due || this.#busyRounds > 0 || bytes >= EARLY_COMMIT_BYTES) {
      this.#unwritten.commit(behind && !this.#import.isOver && !isUrgent ? 'later' : 'now');
    }
    const { undurableSince = Number.POSITIVE_INFINITY } = this.#unwritten;
    // Rounds before and after it, and the disk, take their time too.
    if (!behind || clock.monotonic() - undurableSince >= this.#flushIntervalMs / 4) this.#unwritten.sync();
    this.#markProgress(behind);
    const unindexed = this.#index(behind ? (this.#import.isOver ? BEHIND_INDEX_BYTES : 0) : INDEX_SLICE_BYTES);
    this.#decide(unindexed);
    if (behind || unindexed > 0) {
      this.#busyRounds += 1;
      this.#keepWalSmall();
      return 0;
    }
    if (this.#busyRounds >= MANY_ROUNDS || this.#import.takeEnd()) giveBackMemory();
    this.#busyRounds = 0;
    this.#spareTime.use();
    return this.#nextDelay(schedule.pollMs, schedule.commitWithinMs);
  }

  get #isBehind(): boolean {
    return this.#deps.sources().some((source) => source.lagBytes > 0);
  }

  /** Nothing else empties the WAL while there is no idle moment: a first import would leave one as large as itself. */
  #keepWalSmall(): void {
    this.#deps.journal.upkeep(0, this.#deps.clock.now());
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
    const { since } = this.#unwritten;
    if (since !== undefined) delay = Math.min(delay, since + commitWithinMs - clock.monotonic());
    if (detector.nextDeadlineAt !== undefined) delay = Math.min(delay, detector.nextDeadlineAt - clock.now());
    return Math.max(10, Math.min(delay, pollMs));
  }

  #refresh(): void {
    this.#refreshedAt = this.#deps.clock.monotonic();
    let isNew = false;
    for (const source of this.#deps.sources()) isNew = source.refreshDirectories() || isNew;
    if (isNew) this.#deps.onDirectories();
  }

  /** True when anything changed. A directory that cannot be looked at keeps no other from being captured. */
  #collect(mode: 'poll' | 'sweep', budgetBytes: number): boolean {
    let found = false;
    let fault: { readonly error: unknown } | undefined;
    for (const source of this.#deps.sources()) {
      source.collect(mode, budgetBytes, {
        found: (changes) => {
          this.#unwritten.add(changes);
          found ||= changes.length > 0;
          // Files that go all at once may be in a database now, which nobody has found yet.
          if (changes.some(isGone)) this.#refreshedAt = Number.NEGATIVE_INFINITY;
        },
        seen: (view) => this.#unwritten.show(view),
        failed: (error) => {
          fault ??= { error };
        },
      });
    }
    this.#derive('look', () => rethrow(fault), undefined);
    // What only a sweep found may have waited for the whole time between two sweeps.
    if (found && mode === 'sweep') this.#unwritten.isUrgent = true;
    return found;
  }

  #written(result: CommitResult, hasChanges: boolean): void {
    // Also of what was concluded alone: whoever lists conversations reads them again when this changes.
    this.lastCommitAt = result.at;
    if (hasChanges) for (const source of this.#deps.sources()) source.saved();
    this.#import.written(result.bytes);
    this.#deps.onCommit(result);
  }

  /** A file that is deleted and written again is one batch: deciding in the middle of it would tell half of the story. */
  #decide(unindexedBytes = 0): void {
    if (unindexedBytes > 0 || this.#unwritten.hasChanges) return;
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
        this.#deps.log.log('error', `${step}-failed`, { stack: traceOf(error) });
        this.#derivationProblem = {
          code: `${step}-failed`,
          message: 'Conversations are saved, but Clawback cannot read everything in them.',
          hint: 'Please report this with the log file.',
        };
      }
      return otherwise;
    }
  }

  #markProgress(isBehind: boolean): void {
    if (this.#import.isOver) return;
    this.#import.seen(this.lagBytes);
    if (isBehind || this.#unwritten.hasChanges || this.#sweptAt === Number.NEGATIVE_INFINITY) return;
    this.#import.isOver = true;
    this.#deps.onChange();
  }

  /** Asked between two slices of work: lets other work through when it is time, and tells whether to stop. */
  #breather(): () => Promise<boolean> {
    const { clock } = this.#deps;
    let since = clock.monotonic();
    return async () => {
      if (clock.monotonic() - since < BREATH_MS) return this.#stopped;
      await new Promise<void>((resolve) => void clock.schedule(0, resolve));
      since = clock.monotonic();
      return this.#stopped;
    };
  }

  #pausedNow(): number | undefined {
    if (this.pausedUntil === undefined) return undefined;
    const left = this.pausedUntil - this.#deps.clock.now();
    if (left > 0) return left;
    this.resume();
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

function rethrow(fault: { readonly error: unknown } | undefined): void {
  if (fault !== undefined) throw fault.error;
}
