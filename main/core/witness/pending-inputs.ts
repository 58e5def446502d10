import { isObject, readJson } from '../sources/json-value.ts';
import { parseMessage } from '../sources/transcript-line.ts';
import type { WitnessStatus } from '../types.ts';
import type { Witness, WitnessBatch, WitnessedMessage } from './witness.ts';

/** Of a row in which OpenClaw 2026.9 keeps a message that it has accepted and not written yet. */
export interface AcceptedInput {
  readonly id: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly at: number;
  readonly message: string;
}

/** What OpenClaw told a person that it has, and what then came into no transcript. Its own database is the witness. */
export class PendingInputs implements Witness {
  readonly kind = 'pending-input';
  readonly #waiting = new Map<string, WitnessedMessage>();
  readonly #told = new Set<string>();
  #handedOver: readonly WitnessedMessage[] = [];
  #lastMessageAt: number | undefined;

  /** Those that nobody will answer by himself, as the database of an agent holds them now. */
  take(agent: string, inputs: readonly AcceptedInput[]): void {
    for (const { id, sessionKey, sessionId, runId, at, message } of inputs) {
      if (this.#told.has(id)) continue;
      const inner = readJson(Buffer.from(message));
      const said = isObject(inner) ? parseMessage(inner) : undefined;
      if (said?.role !== 'user') continue;
      const seen = { witness: this.kind, ref: id, agent, sessionKey: sessionKey.toLowerCase(), sessionId, runId } as const;
      this.#waiting.set(id, { ...seen, role: 'user', phase: 'final', endsRun: false, at, text: said.text, message });
    }
  }

  collect(): WitnessBatch {
    this.#handedOver = [...this.#waiting.values()];
    return { messages: this.#handedOver, events: [] };
  }

  committed(): void {
    for (const { ref, at } of this.#handedOver) {
      this.#waiting.delete(ref);
      this.#told.add(ref);
      this.#lastMessageAt = Math.max(at, this.#lastMessageAt ?? at);
    }
    this.#handedOver = [];
  }

  get status(): WitnessStatus {
    return { kind: this.kind, state: 'listening', ...(this.#lastMessageAt === undefined ? {} : { lastMessageAt: this.#lastMessageAt }) };
  }

  [Symbol.dispose](): void {
    this.#waiting.clear();
  }
}
