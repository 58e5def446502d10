import { setImmediate, setTimeout } from 'node:timers/promises';
import type { IgnoreBook } from './ignore-book.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError, errnoOf } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { SerialQueue } from './platform/serial-queue.ts';
import { filesSetAside, removeFiles, setAsideIn } from './storage/buffer-files.ts';
import type { Forgetting, PassedOver, Trace } from './store/store.ts';
import type { ForgetReceipt } from './types.ts';
import { eraseFromSpool, type SpokenLine } from './witness/spool-eraser.ts';
import type { WitnessDesk } from './witness-desk.ts';

/** A reader of the buffer is done with a page of a list long before. */
const BLOCKED_WAIT_MS = 100;
const MOST_WAITS = 50;

export interface ForgettingDeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly forgetting: Forgetting;
  readonly book: IgnoreBook;
  /** Brings everything into the buffer that was read or heard so far, and waits in memory. */
  readonly settle: () => void;
  readonly witnesses: Pick<WitnessDesk, 'isPassedOver' | 'takeDropped'>;
  /** Where the recorder plugin keeps what it saw. */
  readonly spoolDir: string;
  /** That holds the buffer. */
  readonly folder: string;
  readonly onForgotten: () => void;
}

/** Forgets conversations at somebody's wish: first nobody can ask for them any more, then nothing of them is in our files. */
export class ForgettingDesk {
  readonly #deps: ForgettingDeskDeps;
  /** Two at once would each count half of what was erased. */
  readonly #queue = new SerialQueue();
  #isClosed = false;
  /** How far files of the spool hold no line of what is passed over. */
  readonly #spoolRead = new Map<string, number>();

  constructor(deps: ForgettingDeskDeps) {
    this.#deps = deps;
  }

  /**
   * `alsoSetAside`: buffers that were set aside as damaged go too, whatever else they hold. Throws CoreError `not-found`, `restore-open`,
   * and what keeps the buffer from being written. Once it is begun, a crash only delays it.
   */
  forget(sessionRow: number, alsoSetAside: boolean): Promise<ForgetReceipt> {
    const { book, clock, folder, forgetting, onForgotten, settle } = this.#deps;
    return this.#queue.run(async () => {
      // What was read and heard of it and waits in memory would come after.
      settle();
      // First: a crash that came after the rest would leave them, and nobody would ask again.
      if (alsoSetAside) removeFiles(folder, filesSetAside(folder));
      const passedOver = forgetting.begin(sessionRow, clock.now());
      book.forgot(passedOver);
      const receipt = { ...(await this.#erase(passedOver)), setAside: setAsideIn(folder).buffers };
      onForgotten();
      await this.#tidyQuietly();
      return receipt;
    });
  }

  /** Finishes what a crash or a reader of the buffer kept from being finished. */
  tidy(): Promise<void> {
    return this.#queue.run(() => this.#tidyQuietly());
  }

  /** Nothing is touched any more once this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.settled();
  }

  async #erase(passedOver: Pick<PassedOver, 'sourceId' | 'agent' | 'nativeId'>): Promise<Omit<ForgetReceipt, 'setAside'>> {
    for (let messages = 0; ; ) {
      if (this.#isClosed) throw new CoreError('refused', 'Clawback is about to end', 'The rest is erased when it starts again.');
      const { isWhole, bytes, stillOnDisk, ...step } = this.#deps.forgetting.erase(passedOver);
      messages += step.messages;
      if (isWhole) return { messages, bytes, stillOnDisk };
      await setImmediate();
    }
  }

  async #tidyQuietly(): Promise<void> {
    try {
      await this.#tidy();
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      this.#deps.log.log('warn', 'erasing-unfinished', { code });
    }
  }

  async #tidy(): Promise<void> {
    const { forgetting, spoolDir, witnesses } = this.#deps;
    if (witnesses.takeDropped()) eraseFromSpool(spoolDir, (line) => witnesses.isPassedOver(line), { from: this.#spoolRead });
    for (let traces = this.#traces; traces.length > 0; traces = this.#traces) {
      // Where a crash came between.
      for (const trace of traces) await this.#erase(trace);
      const names = traces.flatMap(({ sessionId, sessionKey }) => [sessionId, ...(sessionKey === undefined ? [] : [sessionKey])]);
      eraseFromSpool(spoolDir, (line) => traces.some((trace) => isOf(trace, line)), { names });
      if (!(await this.#scrub())) return;
      forgetting.scrubbed(traces);
    }
  }

  get #traces(): readonly Trace[] {
    return this.#isClosed ? [] : this.#deps.forgetting.traces;
  }

  async #scrub(): Promise<boolean> {
    for (let waits = 0; !this.#isClosed; ) {
      const step = this.#deps.forgetting.scrub();
      if (step === 'done') return true;
      if (step === 'more') await setImmediate();
      else if (waits < MOST_WAITS) {
        waits += 1;
        await setTimeout(BLOCKED_WAIT_MS);
      } else throw new CoreError('buffer-busy', 'somebody reads the buffer without end', 'Close other Clawback commands.');
    }
    return false;
  }
}

/** A line that bears no id of a session is of the one that its key named then. */
function isOf({ sessionId, sessionKey, since, until }: Trace, line: SpokenLine): boolean {
  if (line.sessionId !== undefined) return line.sessionId === sessionId;
  return sessionKey !== undefined && line.sessionKey === sessionKey && line.at >= since && line.at < until;
}
