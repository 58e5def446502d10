import type { WitnessKind } from '../types.ts';
import type { WitnessPhase } from '../witness/witness.ts';
import type { Sqlite } from './sqlite.ts';

/** A message that only witnesses saw, with its line. */
export interface WitnessedPlace {
  readonly generation_id: number;
  readonly start: number;
  readonly len: number;
  readonly at: number;
  readonly witness: WitnessKind;
  readonly phase: WitnessPhase;
  /** A file on disk holds the same message. */
  readonly persisted: number;
  /** The same message stands in a generation of a file. */
  readonly is_elsewhere: number;
}

const MOST_PLACES = 50_000;

/** Where in a conversation the messages are that only witnesses saw. */
export class WitnessPlaces {
  readonly #generation;
  readonly #places;

  constructor(db: Sqlite) {
    this.#generation = db.prepare<[number], { id: number }>(`SELECT id FROM generation WHERE session_row = ? AND kind = 'witness'`);
    const others = `FROM record AS other JOIN generation AS g ON g.id = other.generation_id
                     WHERE other.session_row = r.session_row AND other.message_id = r.message_id AND other.generation_id <> r.generation_id`;
    this.#places = db.prepare<[number, number, number, number], WitnessedPlace>(
      `SELECT r.generation_id, r.start, r.len, w.at, w.witness, w.phase,
              EXISTS (SELECT 1 ${others} AND g.on_disk = 1) AS persisted, EXISTS (SELECT 1 ${others}) AS is_elsewhere
         FROM record AS r JOIN witnessed AS w ON w.generation_id = r.generation_id AND w.start = r.start
        WHERE r.session_row = ? AND r.generation_id = ? ORDER BY w.at, w.id LIMIT ? OFFSET ?`,
    );
  }

  /** The generation of a conversation that witnesses alone tell of. */
  generationOf(sessionRow: number): number | undefined {
    return this.#generation.get(sessionRow)?.id;
  }

  /** In the order they were said, at most `limit`, without the first `offset` of them. */
  some(sessionRow: number, generationId: number, offset: number, limit: number): readonly WitnessedPlace[] {
    return this.#places.all(sessionRow, generationId, limit, offset);
  }

  all(sessionRow: number, generationId: number): readonly WitnessedPlace[] {
    return this.some(sessionRow, generationId, 0, MOST_PLACES);
  }
}
