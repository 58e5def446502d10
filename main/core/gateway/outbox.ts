import type { WitnessBatch, WitnessEvent, WitnessedMessage } from '../witness/witness.ts';

export interface OutboxLimits {
  /** Characters of one batch, about. */
  readonly batch: number;
  /** Characters that wait while the buffer takes nothing. */
  readonly waiting: number;
  readonly events: number;
}

const LIMITS: OutboxLimits = { batch: 4 * 1024 * 1024, waiting: 32 * 1024 * 1024, events: 10_000 };
/** What a message needs beside its text. */
const OVERHEAD = 256;

/** What waits for the buffer: of each ref the newest sighting. What was handed over stays until it is durable. */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #messages = new Map<string, WitnessedMessage>();
  readonly #handed = new Map<string, WitnessedMessage>();
  #events: WitnessEvent[] = [];
  #handedEvents = 0;
  #length = 0;
  #dropped = 0;

  constructor(limits: OutboxLimits = LIMITS) {
    this.#limits = limits;
  }

  put(message: WitnessedMessage): void {
    this.#remove(message.ref);
    this.#messages.set(message.ref, message);
    this.#length += lengthOf(message);
    this.#shrink();
  }

  note(event: WitnessEvent): void {
    if (this.#events.length >= this.#limits.events) this.#dropped += 1;
    else this.#events.push(event);
  }

  /** The same again until `committed`, and what came since. `at`: stamp of what has to be said about this outbox itself. */
  collect(at: number): WitnessBatch {
    this.#handed.clear();
    let length = 0;
    for (const [ref, message] of this.#messages) {
      if (length >= this.#limits.batch) break;
      this.#handed.set(ref, message);
      length += lengthOf(message);
    }
    if (this.#dropped > 0 && this.#events.length < this.#limits.events) {
      this.#events.push({ witness: 'gateway-stream', at, event: 'missed', frames: this.#dropped });
      this.#dropped = 0;
    }
    this.#handedEvents = this.#events.length;
    return { messages: [...this.#handed.values()], events: this.#events.slice() };
  }

  committed(): void {
    for (const [ref, message] of this.#handed) {
      // A newer sighting of it came meanwhile.
      if (this.#messages.get(ref) === message) this.#remove(ref);
    }
    this.#handed.clear();
    this.#events = this.#events.slice(this.#handedEvents);
    this.#handedEvents = 0;
  }

  #remove(ref: string): void {
    const message = this.#messages.get(ref);
    if (message === undefined) return;
    this.#messages.delete(ref);
    this.#length -= lengthOf(message);
  }

  /** Replies that still stream go first: they come again, longer. */
  #shrink(): void {
    if (this.#length <= this.#limits.waiting) return;
    const oldest = [...this.#messages.values()];
    for (const message of [...oldest.filter(isPartial), ...oldest.filter((candidate) => !isPartial(candidate))]) {
      if (this.#length <= this.#limits.waiting || this.#messages.size === 1) return;
      this.#remove(message.ref);
      this.#dropped += 1;
    }
  }
}

function isPartial({ phase }: WitnessedMessage): boolean {
  return phase === 'partial';
}

function lengthOf({ text, message }: WitnessedMessage): number {
  return text.length + (message?.length ?? 0) + OVERHEAD;
}
