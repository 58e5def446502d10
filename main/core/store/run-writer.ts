import type { Sqlite } from './sqlite.ts';

/** Runs of the core that began and have not ended: after a start, each one is a run that did not end cleanly. */
export function hasOpenRun(db: Sqlite): boolean {
  return db.prepare<[], { id: number }>('SELECT id FROM run WHERE stopped_at IS NULL LIMIT 1').get() !== undefined;
}

/** Keeps the core's own liveness, so that the next start knows whether this one ended as it should. */
export class RunWriter {
  readonly #db: Sqlite;
  readonly #beat;
  readonly #end;

  constructor(db: Sqlite) {
    this.#db = db;
    this.#beat = db.prepare<[number, number]>('UPDATE run SET beat_at = ? WHERE id = ?');
    this.#end = db.prepare<[number, number, number]>('UPDATE run SET beat_at = ?, stopped_at = ? WHERE id = ?');
  }

  begin(version: string, pid: number, at: number): { readonly runId: number; readonly uncleanStop: boolean } {
    const abandoned = this.#db.prepare('UPDATE run SET stopped_at = beat_at, unclean = 1 WHERE stopped_at IS NULL').run();
    const begun = this.#db
      .prepare<[number, string, number, number]>('INSERT INTO run (pid, version, started_at, beat_at) VALUES (?, ?, ?, ?)')
      .run(pid, version, at, at);
    return { runId: Number(begun.lastInsertRowid), uncleanStop: abandoned.changes > 0 };
  }

  beat(runId: number, at: number): void {
    this.#beat.run(at, runId);
  }

  end(runId: number, at: number): void {
    this.#end.run(at, at, runId);
  }
}
