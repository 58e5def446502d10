import type { MessageView } from '../types.ts';
import type { WitnessPhase } from '../witness/witness.ts';
import type { Sqlite } from './sqlite.ts';

export type Known = Pick<MessageView, 'provenance' | 'interrupted'>;

export const FROM_TRANSCRIPT: Known = { provenance: 'transcript' };

/** Where the messages of a conversation are known from. */
export class WitnessProvenance {
  readonly #generation;
  readonly #line;

  constructor(db: Sqlite) {
    this.#generation = db.prepare<[number], { id: number }>(`SELECT id FROM generation WHERE session_row = ? AND kind = 'witness'`);
    this.#line = db.prepare<[number, number], { witness: MessageView['provenance']; phase: WitnessPhase }>(
      'SELECT witness, phase FROM witnessed WHERE generation_id = ? AND start = ?',
    );
  }

  /** The generation of a conversation that witnesses alone tell of. */
  generationOf(sessionRow: number): number | undefined {
    return this.#generation.get(sessionRow)?.id;
  }

  /** Of a line in that generation. */
  of(generationId: number, start: number): Known {
    const line = this.#line.get(generationId, start);
    if (line === undefined) return FROM_TRANSCRIPT;
    return { provenance: line.witness, ...(line.phase === 'partial' ? { interrupted: true } : {}) };
  }
}
