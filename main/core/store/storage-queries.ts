import { timeOfId } from './message-ids.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';

const WEEK_MS = 7 * 86_400_000;

/** How much the buffer holds: sums over rows that are short, never over the bytes themselves. */
export class StorageQueries {
  readonly #statements;

  constructor(db: Sqlite) {
    this.#statements = {
      totals: db.prepare<[], { bytes: number; conversations: number; first_seen_at: number | null }>(
        `SELECT (SELECT coalesce(sum("offset"), 0) FROM generation WHERE kind IN ('transcript','witness')) AS bytes,
                (SELECT count(*) FROM session) AS conversations,
                (SELECT min(first_seen_at) FROM session) AS first_seen_at`,
      ),
      onlyHere: db.prepare<[], { conversations: number; messages: number }>(
        'SELECT count(*) AS conversations, coalesce(sum(only_here), 0) AS messages FROM session WHERE only_here > 0',
      ),
      // An index gives it at once; the table of chunks has none by time, and is as large as the buffer.
      firstMessage: db.prepare<[], { id: number | null }>('SELECT min(message_id) AS id FROM record'),
      grown: db.prepare<[Readonly<{ since: number }>], { bytes: number }>(
        `SELECT coalesce(sum(CASE WHEN opened_at >= @since THEN "offset"
                                  ELSE (SELECT sum(len) FROM chunk WHERE generation_id = g.id AND captured_at >= @since) END), 0) AS bytes
           FROM generation AS g WHERE updated_at >= @since`,
      ),
      sources: db.prepare<[], { source_id: number; bytes: number }>(
        'SELECT source_id, coalesce(sum("offset"), 0) AS bytes FROM generation GROUP BY source_id',
      ),
    };
  }

  held(now: number): ReturnType<Catalog['held']> {
    const { bytes = 0, conversations = 0, first_seen_at: firstSeenAt = null } = this.#statements.totals.get() ?? {};
    const first = this.#statements.firstMessage.get()?.id ?? null;
    const oldestAt = first === null ? firstSeenAt : timeOfId(first);
    return {
      transcriptBytes: bytes,
      conversations,
      grownLastWeek: this.#statements.grown.get({ since: now - WEEK_MS })?.bytes ?? 0,
      ...(oldestAt === null ? {} : { oldestAt }),
      onlyHere: this.#statements.onlyHere.get() ?? { conversations: 0, messages: 0 },
    };
  }

  bySource(): ReadonlyMap<number, number> {
    return new Map(this.#statements.sources.all().map((row) => [row.source_id, row.bytes]));
  }
}
