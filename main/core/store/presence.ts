import type { Sqlite } from './sqlite.ts';

/** Messages of the session `?` that stand in no generation that is on disk. */
export const ONLY_HERE = `
  SELECT r.message_id FROM record AS r JOIN generation AS g ON g.id = r.generation_id
   WHERE r.session_row = ? GROUP BY r.message_id HAVING max(g.on_disk) = 0`;

/** Keeps, for every session, how many messages stand in no file on disk. Lists then show it without looking at a record. */
export class Presence {
  readonly #recount;

  constructor(db: Sqlite) {
    // While every generation is on disk, as nearly always, no record is looked at.
    this.#recount = db.prepare<[number, number, number]>(
      `UPDATE session SET only_here =
          CASE WHEN EXISTS (SELECT 1 FROM generation WHERE session_row = ? AND on_disk = 0) THEN (SELECT count(*) FROM (${ONLY_HERE})) ELSE 0 END
        WHERE id = ?`,
    );
  }

  /** A file of the session left the disk, or is back, or holds a message that was known already. */
  recount(sessionRow: number): void {
    this.#recount.run(sessionRow, sessionRow, sessionRow);
  }
}
