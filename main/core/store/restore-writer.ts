import { CoreError } from '../platform/errors.ts';
import type { RestorePhase } from '../types.ts';
import type { Sqlite } from './sqlite.ts';
import type { RestoreDraft } from './store.ts';

const FINISHED: readonly RestorePhase[] = ['verified', 'failed', 'undone'];

/** Records what a restore is about to do before it does it, so that a crash in between can be finished or taken back. */
export class RestoreWriter {
  readonly #insert;
  readonly #advance;
  readonly #place;

  constructor(db: Sqlite) {
    this.#insert = db.prepare<[Readonly<Record<string, string | number | null>>]>(
      `INSERT INTO restore (id, incident_id, session_row, generation_id, up_to, unpersisted, target, route, path, agent,
                            session_id, session_key, messages, sha256, phase, started_at)
       VALUES (@id, @incidentId, @sessionRow, @generationId, @upTo, @unpersisted, @target, @route, @path, @agent,
               @sessionId, @sessionKey, @messages, @sha256, 'planned', @startedAt)`,
    );
    this.#advance = db.prepare<[string, number | null, string | null, string]>(
      'UPDATE restore SET phase = ?, finished_at = ?, error = ? WHERE id = ?',
    );
    this.#place = db.prepare<[string, string, string]>('UPDATE restore SET session_id = ?, path = ? WHERE id = ?');
  }

  begin(draft: RestoreDraft): void {
    this.#insert.run({
      ...draft,
      incidentId: draft.incidentId ?? null,
      unpersisted: draft.unpersisted ?? null,
      route: draft.route ?? null,
      sessionId: draft.sessionId ?? null,
      sessionKey: draft.sessionKey ?? null,
    });
  }

  /** Throws CoreError `not-found`. */
  advance(id: string, phase: RestorePhase, at: number, error: string | undefined): void {
    const finishedAt = FINISHED.includes(phase) ? at : null;
    if (this.#advance.run(phase, finishedAt, error ?? null, id).changes === 0) throw unknown(id);
  }

  /** Throws CoreError `not-found`. */
  place(id: string, { sessionId, path }: { readonly sessionId: string; readonly path: string }): void {
    if (this.#place.run(sessionId, path, id).changes === 0) throw unknown(id);
  }
}

function unknown(id: string): CoreError {
  return new CoreError('not-found', `There is no restore ${id}.`, 'List the restores to see their ids.');
}
