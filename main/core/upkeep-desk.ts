import { statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Core } from './core.ts';
import type { CoreOptions } from './core-options.ts';
import { Redaction } from './diagnostics/redaction.ts';
import { report } from './diagnostics/report.ts';
import { writeReport } from './diagnostics/write-report.ts';
import { CoreError, errnoOf } from './platform/errors.ts';
import type { RecentLog } from './recent-log.ts';
import type { CoreConfig, CoreHandlers, CoreRequests } from './requests.ts';
import { removeLeftSelfTests, selfTest } from './self-test/self-test.ts';
import { setAsideIn } from './storage/buffer-files.ts';
import type { StorageFacts, TaskProgress } from './storage-facts.ts';
import { storageError } from './store/sqlite-errors.ts';
import type { Journal } from './store/store.ts';
import { type Verification, verifyInThread } from './store/verifier.ts';
import type { CoreStatus } from './types.ts';
import { VerificationNote } from './verification-note.ts';

/** Of one step of what goes on in the background: capture looks in between. */
const STEP_MS = 30;
const PROGRESS_EVERY_MS = 250;
const RETAIN_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface UpkeepDeskDeps {
  readonly options: Pick<CoreOptions, 'home' | 'clock' | 'readerIn' | 'version'>;
  readonly log: RecentLog;
  readonly journal: Journal;
  readonly config: () => CoreConfig;
  readonly status: () => CoreStatus;
  /** Opens another core, for a self-test. */
  readonly open: (options: CoreOptions) => Promise<Core>;
  readonly onProgress: (progress: TaskProgress) => void;
}

type UpkeepMethod = 'storage' | 'verify' | 'rebuildIndex' | 'selfTest' | 'diagnostics';
type Answer<M extends UpkeepMethod> = CoreRequests[M]['out'];

/** What a person asks of the recorder itself rather than of what it recorded. Whoever asks again while it is done gets the same answer. */
export class UpkeepDesk implements AsyncDisposable {
  readonly handlers: Pick<CoreHandlers, UpkeepMethod>;
  readonly #deps: UpkeepDeskDeps;
  readonly #note: VerificationNote;
  readonly #running = new Map<UpkeepMethod, Promise<unknown>>();
  #verification: Verification | undefined;
  #isClosed = false;
  #isRetaining = false;
  /** Monotonic ms. */
  #retainAt = Number.NEGATIVE_INFINITY;

  constructor(deps: UpkeepDeskDeps) {
    this.#deps = deps;
    this.#note = new VerificationNote(deps.journal.folder);
    this.#removeLeft();
    this.handlers = {
      storage: async () => this.#storage(),
      verify: () => this.#once('verify', () => this.#verify()),
      rebuildIndex: () => this.#once('rebuildIndex', () => this.#rebuildIndex()),
      selfTest: () => this.#once('selfTest', () => this.#selfTest()),
      diagnostics: async (request) => this.#diagnostics(request),
    };
  }

  get lastVerifiedAt(): number | undefined {
    return this.#note.lastVerifiedAt;
  }

  /** Nothing is read or written any more once this resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#verification?.[Symbol.dispose]();
    await Promise.allSettled(this.#running.values());
  }

  /** What cannot be removed takes a little space and keeps nobody from being protected. */
  #removeLeft(): void {
    try {
      removeLeftSelfTests(this.#deps.options.home);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      this.#deps.log.log('warn', 'self-test-left-behind', { code });
    }
  }

  #once<M extends UpkeepMethod>(method: M, start: () => Promise<Answer<M>>): Promise<Answer<M>> {
    const running = this.#running.get(method) as Promise<Answer<M>> | undefined;
    if (running !== undefined) return running;
    const answer = start().finally(() => this.#running.delete(method));
    this.#running.set(method, answer);
    return answer;
  }

  #storage(): StorageFacts {
    const { options, journal } = this.#deps;
    const { bavail, bsize } = this.#diskFacts();
    const held = journal.catalog.held(options.clock.now());
    const setAside = setAsideIn(journal.folder);
    const isElsewhere = journal.folder !== options.home;
    return { path: journal.folder, bytes: journal.catalog.bufferBytes(), bytesFree: bavail * bsize, setAside, isElsewhere, ...held };
  }

  #diskFacts(): { readonly bavail: number; readonly bsize: number } {
    const { folder } = this.#deps.journal;
    try {
      return statfsSync(folder);
    } catch (error) {
      throw storageError(error, folder);
    }
  }

  async #verify(): Promise<Answer<'verify'>> {
    const { journal, options, log, onProgress } = this.#deps;
    this.#verification = verifyInThread(journal.folder, (done, total) => onProgress({ task: 'verify', done, total }));
    try {
      const { ok, chunks, bytes, damaged } = await this.#verification.report;
      if (ok) this.#note.verified(options.clock.now());
      else log.log('error', 'verification-failed', { damaged: damaged.length });
      return { pieces: chunks, bytes, damaged: damaged.length };
    } finally {
      this.#verification[Symbol.dispose]();
      this.#verification = undefined;
    }
  }

  /** Removes copies that are kept no longer, now and then. Never rejects. */
  async retain(): Promise<void> {
    const { log, options } = this.#deps;
    if (this.#rule === undefined || this.#isClosed || this.#isRetaining || options.clock.monotonic() < this.#retainAt) return;
    this.#isRetaining = true;
    try {
      const { removed, bytes } = await this.#removeCopies();
      if (removed > 0) log.log('info', 'copies-removed', { removed, bytes });
      this.#retainAt = options.clock.monotonic() + RETAIN_EVERY_MS;
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      log.log('warn', 'copies-not-removed', { code });
    } finally {
      this.#isRetaining = false;
    }
  }

  /** Other rules than before hold from now on. */
  rulesChanged(): void {
    this.#retainAt = Number.NEGATIVE_INFINITY;
    void this.retain();
  }

  async #removeCopies(): Promise<{ readonly removed: number; readonly bytes: number }> {
    const sum = { removed: 0, bytes: 0 };
    for (let rule = this.#rule; rule !== undefined && !this.#isClosed; rule = this.#rule) {
      const { removed, bytes, isOver } = this.#deps.journal.retain(rule, STEP_MS);
      sum.removed += removed;
      sum.bytes += bytes;
      if (isOver) break;
      await setImmediate();
    }
    return sum;
  }

  /** As it is set now; `undefined`: everything is kept. */
  get #rule(): Parameters<Journal['retain']>[0] | undefined {
    const { config, options } = this.#deps;
    const { keepDays, keepBytes } = config().retention ?? {};
    if (keepDays === undefined && keepBytes === undefined) return undefined;
    return {
      ...(keepDays === undefined ? {} : { closedBefore: options.clock.now() - keepDays * DAY_MS }),
      ...(keepBytes === undefined ? {} : { keepBytes }),
    };
  }

  async #rebuildIndex(): Promise<Answer<'rebuildIndex'>> {
    const { options, journal, onProgress } = this.#deps;
    let toldAt = Number.NEGATIVE_INFINITY;
    while (!this.#isClosed) {
      const { done, total, isWhole } = journal.rebuildText(STEP_MS);
      if (isWhole) return { records: total };
      // Nothing else empties the WAL while there is no idle moment.
      journal.upkeep(0, options.clock.now());
      if (options.clock.monotonic() - toldAt >= PROGRESS_EVERY_MS) {
        toldAt = options.clock.monotonic();
        onProgress({ task: 'rebuild-index', done, total });
      }
      await setImmediate();
    }
    throw new CoreError('ended', 'Clawback ended before the index was built', 'Search works on what there was; build it again.');
  }

  #selfTest(): Promise<Answer<'selfTest'>> {
    const { log, onProgress, open, options } = this.#deps;
    const { home, version, readerIn } = options;
    return selfTest({ home, version, log, open, readerIn, onProgress: (done, total) => onProgress({ task: 'self-test', done, total }) });
  }

  #diagnostics({ output, replace }: CoreRequests['diagnostics']['in']): Answer<'diagnostics'> {
    const { config, journal, log, options, status } = this.#deps;
    const content = report(
      {
        now: options.clock.now(),
        home: options.home,
        version: options.version,
        config: config(),
        status: status(),
        storage: this.#storage(),
        lastVerifiedAt: this.lastVerifiedAt,
        catalog: journal.catalog,
        recent: log.lines,
      },
      new Redaction(homedir()),
    );
    return writeReport(output, content, replace === true);
  }
}
