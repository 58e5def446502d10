import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Stretch, StretchDigest } from './stretch.ts';

/** Who a stretch belongs to: whoever changes it from `OFFERED` first. */
const OFFERED = 0;
const TAKEN = 1;
const DONE = 2;

/** A stretch takes some 50 ms; a thread that needs this long has died. */
const LONGEST_WAIT_MS = 5_000;

/** What threads are asked to read: each of them goes through all of it and does what nobody has taken yet. */
export interface DigestTask {
  readonly task: 'digest';
  readonly database: string;
  readonly stretches: readonly Stretch[];
  /** Int32: one state for each stretch. */
  readonly states: SharedArrayBuffer;
}

export interface DigestReport {
  readonly stretch: Stretch;
  /** Absent when the thread could not read it: the core will meet the reason itself. */
  readonly digest?: StretchDigest;
}

/** In the thread: does what is left, and says so. */
export function workOff(task: DigestTask, port: MessagePort, digest: (stretch: Stretch) => StretchDigest | undefined): void {
  const states = new Int32Array(task.states);
  for (const [place, stretch] of task.stretches.entries()) {
    if (Atomics.compareExchange(states, place, OFFERED, TAKEN) !== OFFERED) continue;
    const made = digest(stretch);
    port.postMessage({ stretch, ...(made === undefined ? {} : { digest: made }) } satisfies DigestReport);
    Atomics.store(states, place, DONE);
    Atomics.notify(states, place);
  }
}

interface Offer {
  readonly states: Int32Array;
  readonly place: number;
  digest?: StretchDigest;
}

/** In the core: what was offered to threads and is not asked for yet. */
export class ThreadDigests {
  readonly #offers = new Map<string, Offer>();

  get size(): number {
    return this.#offers.size;
  }

  /** A task of what was not offered before; `undefined` when that is nothing. */
  offer(database: string, wanted: readonly Stretch[]): DigestTask | undefined {
    const stretches = wanted.filter((stretch) => !this.#offers.has(nameOf(stretch)));
    if (stretches.length === 0) return undefined;
    const shared = new SharedArrayBuffer(stretches.length * Int32Array.BYTES_PER_ELEMENT);
    const states = new Int32Array(shared);
    for (const [place, stretch] of stretches.entries()) this.#offers.set(nameOf(stretch), { states, place });
    return { task: 'digest', database, stretches, states: shared };
  }

  /** Waits for a thread that is at it. `undefined`: nobody has done it, and nobody will. */
  take(stretch: Stretch, ports: readonly MessagePort[]): StretchDigest | undefined {
    const offer = this.#offers.get(nameOf(stretch));
    if (offer === undefined) return undefined;
    this.#offers.delete(nameOf(stretch));
    const { states, place } = offer;
    if (Atomics.compareExchange(states, place, OFFERED, TAKEN) === OFFERED) return undefined;
    Atomics.wait(states, place, TAKEN, LONGEST_WAIT_MS);
    this.#receive(ports, nameOf(stretch), offer);
    return offer.digest;
  }

  forget(): void {
    this.#offers.clear();
  }

  #receive(ports: readonly MessagePort[], name: string, asked: Offer): void {
    for (const port of ports) {
      for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
        const report: DigestReport = received.message;
        const offer = nameOf(report.stretch) === name ? asked : this.#offers.get(nameOf(report.stretch));
        if (offer !== undefined && report.digest !== undefined) offer.digest = report.digest;
      }
    }
  }
}

/** The bytes of a generation never change, so this says what a digest must be. */
function nameOf({ generationId, indexedTo, start, end }: Stretch): string {
  return `${generationId} ${indexedTo} ${start} ${end}`;
}
