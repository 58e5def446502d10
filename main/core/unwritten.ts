import type { Change } from './capture/change.ts';
import type { DirectoryView, Observation, Outcome } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import type { CommitResult, Journal } from './store/store.ts';

interface Batch {
  readonly changes: readonly Change[];
  readonly outcome: Outcome;
  readonly bytes: number;
}

export interface UnwrittenDeps {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'commit'>;
  readonly observe: (observation: Observation) => Outcome;
  readonly onWritten: (result: CommitResult, changes: readonly Change[]) => void;
}

/**
 * What was read and concluded, on its way into the buffer. Tailers and detection have moved on by then and will not say it
 * again: whatever the buffer refuses stays here, in order, and detection is shown each change once.
 */
export class Unwritten {
  readonly #deps: UnwrittenDeps;
  #changes: Change[] = [];
  #views: DirectoryView[] = [];
  #bytes = 0;
  #queue: Batch[] = [];
  /** Monotonic ms of the oldest change that detection was not shown yet. */
  since: number | undefined;
  isUrgent = false;

  constructor(deps: UnwrittenDeps) {
    this.#deps = deps;
  }

  /** Something was read and is not durable. */
  get hasChanges(): boolean {
    return this.#changes.length > 0 || this.isRefused;
  }

  /** The buffer refused what comes first: nothing more may be read before it is written. */
  get isRefused(): boolean {
    return this.#queue.length > 0;
  }

  get bytes(): number {
    return this.#queue.reduce((sum, batch) => sum + batch.bytes, this.#bytes);
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

  /** Shows detection what was read, also nothing: it judges nothing that happened after the last time somebody looked. Then writes. */
  commit(): void {
    this.write();
    const changes = this.#changes;
    const outcome = this.#deps.observe({ at: this.#deps.clock.now(), changes, directories: this.#views });
    const bytes = this.#bytes;
    this.#changes = [];
    this.#views = [];
    this.#bytes = 0;
    this.since = undefined;
    this.isUrgent = false;
    this.#enqueue({ changes, outcome, bytes });
    this.write();
  }

  /** Writes what detection concluded by itself, after everything that came before it. */
  conclude(outcome: Outcome): void {
    this.#enqueue({ changes: [], outcome, bytes: 0 });
    this.write();
  }

  /** Writes what waits. Throws what keeps the buffer from being written; nothing is forgotten then. */
  write(): void {
    const { clock, journal, onWritten } = this.#deps;
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      const result = journal.commit(batch.changes, batch.outcome, clock.now());
      this.#queue.shift();
      onWritten(result, batch.changes);
    }
  }

  #enqueue(batch: Batch): void {
    if (batch.changes.length > 0 || !isEmpty(batch.outcome)) this.#queue.push(batch);
  }
}

function isEmpty(outcome: Outcome): boolean {
  return outcome.transitions.length === 0 && outcome.sessions.length === 0 && outcome.drafts.length === 0 && outcome.resolved.length === 0;
}
