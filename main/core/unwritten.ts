import type { Change } from './capture/change.ts';
import type { DirectoryView, Observation, Outcome } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import type { CommitResult, Journal } from './store/store.ts';
import type { Heard } from './witness-desk.ts';

interface Batch {
  readonly changes: readonly Change[];
  readonly outcome: Outcome;
  readonly bytes: number;
  readonly durable: 'now' | 'later';
  /** Monotonic ms of the oldest change in it. */
  readonly since: number;
}

export interface UnwrittenDeps {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'commit' | 'prepare' | 'sync'>;
  readonly observe: (observation: Observation) => Outcome;
  /** Once it is durable; the result then stands for the commits before that did not wait for the disk, too. */
  readonly onWritten: (result: CommitResult, hasChanges: boolean) => void;
}

/**
 * What was read and concluded, on its way into the buffer. Tailers and detection have moved on by then and will not say it
 * again: whatever the buffer refuses stays here, in order, and detection is shown each change once.
 */
export class Unwritten {
  readonly #deps: UnwrittenDeps;
  #changes: Change[] = [];
  #views: DirectoryView[] = [];
  #noticed: Heard['events'][number][] = [];
  #recorded = false;
  #bytes = 0;
  #queue: Batch[] = [];
  /** Of an import: threads pack it while the next is read. */
  #prepared: Batch | undefined;
  #undurable: { readonly result: CommitResult; readonly since: number } | undefined;
  /** Monotonic ms of the oldest change that detection was not shown yet. */
  since: number | undefined;
  isUrgent = false;

  constructor(deps: UnwrittenDeps) {
    this.#deps = deps;
  }

  /** Something was read and is not durable. */
  get hasChanges(): boolean {
    return this.#changes.length > 0 || this.#prepared !== undefined || this.isRefused;
  }

  /** The buffer refused what comes first: nothing more may be read before it is written. */
  get isRefused(): boolean {
    return this.#queue.length > 0;
  }

  /** Monotonic ms of the oldest commit that a power cut may still undo. */
  get undurableSince(): number | undefined {
    return this.#undurable?.since ?? this.#prepared?.since;
  }

  get undurableBytes(): number {
    return this.#undurable?.result.bytes ?? 0;
  }

  get bytes(): number {
    return this.#queue.reduce((sum, batch) => sum + batch.bytes, this.#bytes + (this.#prepared?.bytes ?? 0));
  }

  add(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#changes.push(change);
      if (change.change === 'appended') this.#bytes += change.bytes.byteLength;
      else if (change.change !== 'opened' && change.change !== 'rebound') this.isUrgent = true;
    }
    if (changes.length > 0) this.since ??= this.#deps.clock.monotonic();
  }

  show(view: DirectoryView): void {
    this.#views.push(view);
  }

  /** What witnesses noticed: detection is shown it together with what the files say by then. */
  notice({ events, recorded }: Heard): void {
    this.#noticed.push(...events);
    this.#recorded ||= recorded;
  }

  /**
   * Shows detection what was read, also nothing: it judges nothing that happened after the last time somebody looked. Then
   * writes. `later`: see `Journal.commit`; it is written when the next is read.
   */
  commit(durable: 'now' | 'later' = 'now'): void {
    if (durable === 'now' || this.isRefused) this.write();
    const since = this.since ?? this.#deps.clock.monotonic();
    const changes = this.#changes;
    const outcome = this.#deps.observe({
      at: this.#deps.clock.now(),
      changes,
      directories: this.#views,
      noticed: this.#noticed,
      recorded: this.#recorded,
    });
    const batch = { changes, outcome, bytes: this.#bytes, durable, since };
    this.#changes = [];
    this.#views = [];
    this.#noticed = [];
    this.#recorded = false;
    this.#bytes = 0;
    this.since = undefined;
    this.isUrgent = false;
    this.#enqueuePrepared();
    if (durable === 'now') this.#enqueue(batch);
    else this.#prepare(batch);
    this.#writeQueue();
  }

  /** Writes what detection concluded by itself, after everything that came before it. */
  conclude(outcome: Outcome): void {
    this.#enqueuePrepared();
    this.#enqueue({ changes: [], outcome, bytes: 0, durable: 'now', since: this.#deps.clock.monotonic() });
    this.#writeQueue();
  }

  /** Writes what waits. Throws what keeps the buffer from being written; nothing is forgotten then. */
  write(): void {
    this.#enqueuePrepared();
    this.#writeQueue();
  }

  /** Makes durable what was committed without waiting for the disk. */
  sync(): void {
    this.write();
    if (this.#undurable === undefined) return;
    this.#deps.journal.sync();
    const { result } = this.#undurable;
    this.#undurable = undefined;
    this.#deps.onWritten({ ...result, durable: true, at: this.#deps.clock.now() }, true);
  }

  #prepare(batch: Batch): void {
    if (batch.changes.length === 0) {
      this.#enqueue(batch);
      return;
    }
    this.#prepared = batch;
    this.#deps.journal.prepare(batch.changes);
  }

  #enqueuePrepared(): void {
    if (this.#prepared !== undefined) this.#enqueue(this.#prepared);
    this.#prepared = undefined;
  }

  #writeQueue(): void {
    const { clock, journal } = this.#deps;
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      const result = journal.commit(batch.changes, batch.outcome, clock.now(), batch.durable);
      this.#queue.shift();
      this.#written(result, batch);
    }
  }

  #written(result: CommitResult, { changes, since }: Batch): void {
    const before = this.#undurable?.result;
    const all: CommitResult =
      before === undefined ? result : { ...result, bytes: before.bytes + result.bytes, durationMs: before.durationMs + result.durationMs };
    if (!result.durable) {
      this.#undurable = { result: all, since: this.#undurable?.since ?? since };
      return;
    }
    this.#undurable = undefined;
    this.#deps.onWritten(all, changes.length > 0 || before !== undefined);
  }

  #enqueue(batch: Batch): void {
    if (batch.changes.length > 0 || !isEmpty(batch.outcome)) this.#queue.push(batch);
  }
}

function isEmpty(outcome: Outcome): boolean {
  const { transitions, sessions, drafts, resolved, verdicts = [] } = outcome;
  return transitions.length + sessions.length + drafts.length + resolved.length + verdicts.length === 0;
}
