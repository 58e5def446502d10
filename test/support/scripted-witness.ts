import type { WitnessKind } from '../../main/core/types.ts';
import type { Witness, WitnessBatch, WitnessedMessage } from '../../main/core/witness/witness.ts';

/** Says what the test has it say; keeps what was not committed. */
export class ScriptedWitness implements Witness {
  readonly kind: WitnessKind;
  readonly #sessionKey: string;
  #messages: WitnessedMessage[] = [];
  #said = 0;

  constructor(kind: WitnessKind, sessionKey: string) {
    this.kind = kind;
    this.#sessionKey = sessionKey;
  }

  get status() {
    return { kind: this.kind, state: 'listening' } as const;
  }

  say(role: 'user' | 'assistant', text: string, at: number, more: Partial<WitnessedMessage> = {}): void {
    this.#messages.push({
      witness: this.kind,
      ref: `ref-${this.#said++}`,
      agent: 'main',
      sessionKey: this.#sessionKey,
      role,
      phase: 'final',
      endsRun: role === 'assistant',
      at,
      text,
      ...more,
    });
  }

  notice(): void {}

  collect(): WitnessBatch {
    return { messages: this.#messages, events: [] };
  }

  committed(): void {
    this.#messages = [];
  }

  [Symbol.dispose](): void {}
}
