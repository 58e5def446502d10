import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Logger } from '../platform/logger.ts';
import { type Packed, type Packer, rawPacker } from './packer.ts';
import { PackingAreas, type PackTask } from './packing-areas.ts';
import type { Stretch, StretchDigest } from './stretch.ts';
import { type DigestTask, ThreadDigests } from './thread-digests.ts';

const MOST_THREADS = 3;
export type ThreadTask = PackTask | { readonly task: 'move-wal'; readonly database: string } | DigestTask;

export interface ThreadStart {
  /** What chunks are handed over in. */
  readonly areas: readonly SharedArrayBuffer[];
  /** Where digests go. */
  readonly port: MessagePort;
}

export interface ThreadReport {
  readonly walMoved: boolean;
}

/** What the core may leave to other threads. Its own loop stays the only one that decides and the only one that writes rows. */
export interface StoreThreads extends Packer {
  /**
   * Copies the WAL of this database into it, in the background: to be asked again until it was `moved`. `unable`: the
   * caller has to do it, and then meets the fault if there is one.
   */
  moveWal(database: string): 'moving' | 'moved' | 'unable';
  /** Has the lines of these stretches of this database read before their turn comes. */
  readAhead(database: string, stretches: readonly Stretch[]): void;
  /** What was read ahead; waits for a thread that is at it. `undefined`: the caller has to do it. */
  digested(stretch: Stretch): StretchDigest | undefined;
  /** Ends threads that have nothing to do; they are started again when they are needed. */
  rest(): void;
}

/** Everything in the calling thread: for tests, and wherever threads cannot be started. */
export const noThreads: StoreThreads = {
  ...rawPacker,
  moveWal: () => 'unable',
  readAhead: () => undefined,
  digested: () => undefined,
  rest: () => undefined,
};

/**
 * Packs the chunks of an import in as many threads as there are processors to spare, while the core reads what comes next. The
 * core waits for none of them: it stores what they have not begun as it is, so an import is as quick as the machine allows and
 * the more is packed the more processors there are.
 */
export class WorkerThreads implements StoreThreads {
  readonly #log: Logger;
  readonly #packers: number;
  #areas: PackingAreas | undefined;
  #workers: Worker[] = [];
  #ports: MessagePort[] = [];
  readonly #digests = new ThreadDigests();
  #wal: 'moving' | 'moved' | 'unable' | 'still' = 'still';
  #broken = false;

  /** `packers`: with none, only the WAL is left to a thread. */
  constructor(log: Logger, packers = sparePackers()) {
    this.#log = log;
    this.#packers = packers;
  }

  begin(chunks: readonly Uint8Array[]): void {
    if (this.#packers === 0 || !PackingAreas.isWorthwhile(chunks)) return;
    const task = this.#start()?.begin(chunks);
    if (task === undefined) return;
    for (const worker of this.#workers) worker.postMessage(task satisfies ThreadTask);
  }

  pack(chunks: readonly Uint8Array[], store: (index: number, packed: Packed) => void): void {
    this.begin(chunks);
    if (this.#areas === undefined) rawPacker.pack(chunks, store);
    else if (!this.#areas.store(chunks, store) && !this.#broken) this.#giveUp('a thread does not answer');
  }

  moveWal(database: string): 'moving' | 'moved' | 'unable' {
    const worker = this.#start() === undefined ? undefined : this.#workers[0];
    if (worker === undefined) return 'unable';
    const state = this.#wal;
    if (state === 'moved' || state === 'unable') this.#wal = 'still';
    if (state !== 'still') return state;
    this.#wal = 'moving';
    worker.postMessage({ task: 'move-wal', database } satisfies ThreadTask);
    return 'moving';
  }

  readAhead(database: string, stretches: readonly Stretch[]): void {
    if (this.#start() === undefined) return;
    const task = this.#digests.offer(database, stretches);
    if (task === undefined) return;
    for (const worker of this.#workers) worker.postMessage(task satisfies ThreadTask);
  }

  digested(stretch: Stretch): StretchDigest | undefined {
    return this.#digests.take(stretch, this.#ports);
  }

  rest(): void {
    if (this.#wal !== 'moving') this.#end();
  }

  [Symbol.dispose](): void {
    this.#broken = true;
    this.#end();
  }

  #end(): void {
    const workers = this.#workers;
    for (const port of this.#ports) port.close();
    this.#workers = [];
    this.#ports = [];
    this.#digests.forget();
    this.#areas = undefined;
    this.#wal = 'still';
    for (const worker of workers) void worker.terminate();
  }

  /** `undefined`: no threads can be started. */
  #start(): PackingAreas | undefined {
    if (this.#broken) return undefined;
    if (this.#areas !== undefined) return this.#areas;
    const areas = new PackingAreas();
    this.#areas = areas;
    this.#workers = Array.from({ length: Math.max(1, this.#packers) }, () => this.#worker(areas.memory));
    return areas;
  }

  #worker(areas: readonly SharedArrayBuffer[]): Worker {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadStart = { areas, port: port2 };
    const worker = new Worker(scriptUrl(), { workerData, transferList: [port2], name: 'clawback-store' });
    this.#ports.push(port1);
    worker.unref();
    worker.on('message', ({ walMoved }: ThreadReport) => {
      this.#wal = walMoved ? 'moved' : 'unable';
    });
    worker.on('error', (error) => this.#giveUp(error.message));
    return worker;
  }

  #giveUp(reason: string): void {
    this.#broken = true;
    this.#end();
    this.#log.log('warn', 'store-threads-failed', { reason });
  }
}

/** From source it is beside the core and has the ending of this file; in the bundle both lie side by side. */
function scriptUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../store-thread.ts' : './store-thread.js', import.meta.url);
}

/** One processor is the core's and one is left to everybody else, unless there are only two: while it reads, the core waits for the disk. */
function sparePackers(): number {
  const processors = availableParallelism();
  return processors === 1 ? 0 : Math.max(1, Math.min(MOST_THREADS, processors - 2));
}
