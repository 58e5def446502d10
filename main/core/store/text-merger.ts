import { sameBytes } from './digest.ts';
import { inTransaction, type Sqlite, withoutSync } from './sqlite.ts';

/** Of one step: a few milliseconds of the core's loop. */
const STEP_PAGES = 16;
/** Where FTS5 keeps which segments there are. */
const STRUCTURE_ID = 10;

/**
 * Merges segments of the full text while nothing else is to be done. Each transaction of the index leaves one; a search looks
 * into all of them, and a word that stands in one segment instead of sixteen is stored once.
 */
export class TextMerger {
  readonly #db: Sqlite;
  readonly #structure;
  readonly #merge;
  readonly #changes;
  #done: Uint8Array = new Uint8Array(0);

  constructor(db: Sqlite) {
    this.#db = db;
    this.#structure = db.prepare<[], Uint8Array>(`SELECT block FROM message_text_data WHERE id = ${STRUCTURE_ID}`).pluck();
    this.#merge = db.prepare<[number]>(`INSERT INTO message_text (message_text, rank) VALUES ('merge', ?)`);
    this.#changes = db.prepare<[], number>('SELECT total_changes()').pluck();
  }

  /** One step of work; false when there was nothing to do. */
  step(): boolean {
    const structure = this.#structure.get();
    if (structure === undefined || sameBytes(structure, this.#done)) return false;
    const before = this.#changes.get() ?? 0;
    withoutSync(this.#db, () => inTransaction(this.#db, () => this.#merge.run(STEP_PAGES)));
    // The command itself counts as one change.
    if ((this.#changes.get() ?? 0) - before >= 2) return true;
    this.#done = structure;
    return false;
  }
}
