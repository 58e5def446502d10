import type { Clock } from '../platform/clock.ts';
import type { Sqlite } from './sqlite.ts';
import type { Journal } from './store.ts';

type Rule = Parameters<Journal['retain']>[0];

interface Copy {
  readonly id: number;
  readonly kind: 'index' | 'transcript';
  readonly session_row: number | null;
  readonly bytes: number;
  readonly closed_at: number;
}

/** Removes copies, see `Retention` in requests.ts, inside the transaction of the caller: never the last that holds a message. */
export class CopyRemover {
  readonly #db: Sqlite;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #statements;
  /** What may be a copy, oldest first: each is looked at once in a run. */
  #waiting: Copy[] | undefined;

  constructor(db: Sqlite, clock: Pick<Clock, 'monotonic'>) {
    this.#db = db;
    this.#clock = clock;
    this.#statements = prepare(db);
  }

  step(rule: Rule, budgetMs: number): ReturnType<Journal['retain']> {
    const deadline = this.#clock.monotonic() + budgetMs;
    this.#waiting ??= this.#statements.closed.all();
    let removed = 0;
    let bytes = 0;
    do {
      const copy = this.#waiting.shift();
      if (copy === undefined || !this.#mustGo(copy, rule)) {
        // Oldest first: those that follow are younger, and do not make the buffer larger.
        this.#waiting = undefined;
        return { removed, bytes, isOver: true };
      }
      if (this.#isMissed(copy)) continue;
      this.#remove(copy);
      removed += 1;
      bytes += copy.bytes;
    } while (this.#clock.monotonic() < deadline);
    return { removed, bytes, isOver: false };
  }

  /** After a transaction that failed, what was removed in it is there again. */
  forget(): void {
    this.#waiting = undefined;
  }

  #mustGo(copy: Copy, { closedBefore, keepBytes }: Rule): boolean {
    if (closedBefore !== undefined && copy.closed_at < closedBefore) return true;
    return keepBytes !== undefined && this.#usedBytes > keepBytes;
  }

  /** Without free pages: they go back to the disk later. */
  get #usedBytes(): number {
    const pragma = (name: string) => Number(this.#db.pragma(name, { simple: true }));
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  }

  #isMissed({ id, kind }: Copy): boolean {
    const all = this.#statements;
    if (all.spokenOf.get({ id }) !== undefined) return true;
    return (kind === 'index' ? all.newer.get({ id }) : all.covered.get({ id })) === undefined;
  }

  #remove({ id, session_row: sessionRow }: Copy): void {
    const all = this.#statements;
    all.chunks.run(id);
    if (sessionRow !== null) all.records.run(sessionRow, id);
    all.incidents.run(id);
    all.generation.run(id);
    if (sessionRow !== null) all.recount.run({ row: sessionRow });
  }
}

function prepare(db: Sqlite) {
  return {
    closed: db.prepare<[], Copy>(
      `SELECT id, kind, session_row, "offset" AS bytes, closed_at FROM generation
        WHERE kind IN ('index','transcript') AND on_disk = 0 AND closed_at IS NOT NULL ORDER BY closed_at, id`,
    ),
    // A restore is never forgotten, and with it what it was made of.
    spokenOf: db.prepare<[{ id: number }], object>(
      `SELECT 1 AS is_spoken_of WHERE EXISTS (SELECT 1 FROM incident WHERE generation_id = @id AND resolved_at IS NULL)
           OR EXISTS (SELECT 1 FROM restore WHERE generation_id = @id)`,
    ),
    newer: db.prepare<[{ id: number }], object>(
      `SELECT 1 AS is_newer FROM generation AS g JOIN generation AS later
           ON later.source_id = g.source_id AND later.agent = g.agent AND later.name = g.name AND later.kind = g.kind AND later.ordinal > g.ordinal
        WHERE g.id = @id LIMIT 1`,
    ),
    // One without a message that we understand may be of a format that we do not know: that is no copy of anything.
    covered: db.prepare<[{ id: number }], object>(
      `SELECT 1 AS is_covered FROM generation AS g
        WHERE g.id = @id AND g.messages > 0 AND g.scanned_to = g."offset"
          AND NOT EXISTS (SELECT 1 FROM record AS r WHERE r.session_row = g.session_row AND r.generation_id = g.id
                             AND NOT EXISTS (SELECT 1 FROM record AS o WHERE o.session_row = r.session_row
                                                AND o.message_id = r.message_id AND o.generation_id <> r.generation_id))`,
    ),
    chunks: db.prepare<[number]>('DELETE FROM chunk WHERE generation_id = ?'),
    records: db.prepare<[number, number]>('DELETE FROM record WHERE session_row = ? AND generation_id = ?'),
    incidents: db.prepare<[number]>('UPDATE incident SET generation_id = NULL WHERE generation_id = ?'),
    generation: db.prepare<[number]>('DELETE FROM generation WHERE id = ?'),
    recount: db.prepare<[{ row: number }]>(
      `UPDATE session SET generations = generations - 1,
              bytes = (SELECT coalesce(max("offset"), 0) FROM generation WHERE session_row = @row),
              messages = (SELECT coalesce(max(messages), 0) FROM generation WHERE session_row = @row) WHERE id = @row`,
    ),
  };
}
