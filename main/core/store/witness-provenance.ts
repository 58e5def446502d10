import type { MessageView } from '../types.ts';
import type { WitnessPhase } from '../witness/witness.ts';
import type { Sqlite } from './sqlite.ts';

export type Known = Pick<MessageView, 'provenance' | 'interrupted'>;

const FROM_TRANSCRIPT: Known = { provenance: 'transcript' };

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

  /** Answers for the lines of one conversation; those of a transcript cost nothing. */
  of(sessionRow: number): (generationId: number, start: number) => Known {
    const witnessed = this.#generation.get(sessionRow)?.id;
    return (generationId, start) => {
      const line = generationId === witnessed ? this.#line.get(generationId, start) : undefined;
      if (line === undefined) return FROM_TRANSCRIPT;
      return { provenance: line.witness, ...(line.phase === 'partial' ? { interrupted: true } : {}) };
    };
  }
}
