import type { RestoreSummary } from '../types.ts';
import { type RestoreRow, toRestoreDraft, toRestoreSummary } from './restore-rows.ts';
import type { Sqlite } from './sqlite.ts';
import type { RestoreDraft } from './store.ts';

const MOST_RESTORES = 1_000;

/** What was restored, newest first. */
export class RestoreQueries {
  readonly #all;
  readonly #byId;

  constructor(db: Sqlite) {
    this.#all = db.prepare<[number], RestoreRow>('SELECT * FROM restore ORDER BY started_at DESC, id DESC LIMIT ?');
    this.#byId = db.prepare<[string], RestoreRow>('SELECT * FROM restore WHERE id = ?');
  }

  list(): readonly RestoreSummary[] {
    return this.#all.all(MOST_RESTORES).map(toRestoreSummary);
  }

  byId(id: string): RestoreSummary | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : toRestoreSummary(row);
  }

  draft(id: string): RestoreDraft | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : toRestoreDraft(row);
  }
}
