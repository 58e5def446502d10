import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Logger } from '../platform/logger.ts';
import { type Packed, type Packer, raw, rawPacker } from './packer.ts';
import { PackingSlots } from './packing-slots.ts';
import type { Stretch, StretchDigest } from './stretch.ts';
import { type DigestTask, ThreadDigests } from './thread-digests.ts';

/** Starting threads takes as long as packing a few MiB. */
const WORTHWHILE_CHUNKS = 64;
/** A chunk takes a millisecond; a thread that needs this long has died. */
const LONGEST_WAIT_MS = 5_000;
const MOST_THREADS = 3;
/** A shorter one takes longer to hand over than to write; ten thousand of them would leave much memory behind when packed. */
const LONG_CHUNK_BYTES = 16 * 1024;
const NOTHING = new Uint8Array(0);

export type ThreadTask =
  | { readonly task: 'pack'; readonly count: number }
  | { readonly task: 'move-wal'; readonly database: string }
  | DigestTask;

export interface ThreadStart {
  readonly slots: SharedArrayBuffer;
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
 * Packs the chunks of an import in as many threads as there are processors to spare. The calling thread waits for none of
 * them: it stores the chunks as they are from one end while the threads pack from the other, so an import is as quick as
 * the machine allows and the more is packed the more processors there are.
 */
export class WorkerThreads implements StoreThreads {
  readonly #log: Logger;
  readonly #packers: number;
  #slots: PackingSlots | undefined;
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

  pack(chunks: readonly Uint8Array[], store: (index: number, packed: Packed) => void): void {
    const places = [...chunks.keys()].filter((index) => isLong(chunks[index]));
    const slots = this.#packers === 0 || places.length < WORTHWHILE_CHUNKS ? undefined : this.#start();
    if (slots === undefined) {
      rawPacker.pack(chunks, store);
      return;
    }
    for (let first = 0; first < places.length; first += PackingSlots.count) {
      const batch = places.slice(first, first + PackingSlots.count).map((index) => chunks[index] ?? NOTHING);
      this.#packBatch(slots, batch, (position, result) => store(places[first + position] ?? 0, result));
    }
    for (const [index, bytes] of chunks.entries()) if (!isLong(bytes)) store(index, raw(bytes));
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
    this.#slots = undefined;
    this.#wal = 'still';
    for (const worker of workers) void worker.terminate();
  }

  #packBatch(slots: PackingSlots, chunks: readonly Uint8Array[], store: (index: number, packed: Packed) => void): void {
    for (const [slot, bytes] of chunks.entries()) slots.offer(slot, bytes);
    for (const worker of this.#workers) worker.postMessage({ task: 'pack', count: chunks.length } satisfies ThreadTask);
    const taken: number[] = [];
    for (const [slot, bytes] of chunks.entries()) {
      if (slots.take(slot)) store(slot, raw(bytes));
      else taken.push(slot);
    }
    for (const slot of taken.reverse()) {
      const bytes = chunks[slot];
      if (slots.waitFor(slot, this.#broken ? 0 : LONGEST_WAIT_MS)) store(slot, slots.result(slot));
      else if (bytes !== undefined) store(slot, this.#takeOver(bytes));
    }
  }

  #takeOver(bytes: Uint8Array): Packed {
    if (!this.#broken) this.#giveUp('a thread does not answer');
    return raw(bytes);
  }

  /** `undefined`: no threads can be started. */
  #start(): PackingSlots | undefined {
    if (this.#broken) return undefined;
    if (this.#slots !== undefined) return this.#slots;
    const slots = new PackingSlots();
    this.#slots = slots;
    this.#workers = Array.from({ length: Math.max(1, this.#packers) }, () => this.#worker(slots));
    return slots;
  }

  #worker(slots: PackingSlots): Worker {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadStart = { slots: slots.memory, port: port2 };
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

/** One processor is the core's and one is left to everybody else: packing beside a busy core would make an import slower. */
function sparePackers(): number {
  return Math.max(0, Math.min(MOST_THREADS, availableParallelism() - 2));
}

function isLong(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && bytes.length >= LONG_CHUNK_BYTES;
}
