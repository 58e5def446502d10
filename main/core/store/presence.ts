import type { Sqlite } from './sqlite.ts';

/**
 * Keeps, for every message, in how many records of files on disk it stands, and for every session how many messages stand
 * in none. Lists then show what is only here without looking at a single record.
 */
export class Presence {
  readonly #shift;
  readonly #recount;

  constructor(db: Sqlite) {
    this.#shift = db.prepare<[number, number]>(
      `UPDATE message SET on_disk = on_disk + ? * seen.count
         FROM (SELECT message_id, count(*) AS count FROM record
                WHERE generation_id = ? AND message_id IS NOT NULL GROUP BY message_id) AS seen
        WHERE seen.message_id = message.id`,
    );
    this.#recount = db.prepare<[number]>(
      `UPDATE session SET only_here = (SELECT count(*) FROM message WHERE session_row = session.id AND on_disk = 0) WHERE id = ?`,
    );
  }

  /** The generation's file left the disk (or is back). */
  changed(generationId: number, sessionRow: number, onDisk: boolean): void {
    this.#shift.run(onDisk ? 1 : -1, generationId);
    this.#recount.run(sessionRow);
  }

  recount(sessionRow: number): void {
    this.#recount.run(sessionRow);
  }
}
