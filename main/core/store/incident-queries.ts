import type { Incident } from '../types.ts';
import { type IncidentRow, SELECT_INCIDENT, toIncident } from './incident-rows.ts';
import type { Sqlite } from './sqlite.ts';
import type { Catalog } from './store.ts';

const MOST_INCIDENTS = 1_000;
const PART_OF_ID = /^[0-9a-f-]{4,36}$/;

/** Lists of incidents. */
export class IncidentQueries {
  readonly #all;
  readonly #open;
  readonly #byPart;
  readonly #count;

  constructor(db: Sqlite) {
    const newestFirst = 'ORDER BY i.opened_at DESC, i.id DESC LIMIT ?';
    this.#all = db.prepare<[number, number], IncidentRow>(`${SELECT_INCIDENT} WHERE i.opened_at < ? ${newestFirst}`);
    this.#open = db.prepare<[number, number], IncidentRow>(
      `${SELECT_INCIDENT} WHERE i.resolved_at IS NULL AND i.severity <> 'info' AND i.opened_at < ? ${newestFirst}`,
    );
    // Ids begin with the time, so those of one minute begin alike: people are shown, and may type, the end.
    this.#byPart = db.prepare<[string, string], IncidentRow>(`${SELECT_INCIDENT} WHERE i.id LIKE ? || '%' OR i.id LIKE '%' || ? LIMIT 2`);
    this.#count = db.prepare<[], { count: number }>(
      `SELECT count(*) AS count FROM incident WHERE resolved_at IS NULL AND severity <> 'info'`,
    );
  }

  /** `before`: epoch ms, exclusive. */
  list({ all, limit, before = Number.MAX_SAFE_INTEGER }: Parameters<Catalog['incidents']>[0]): readonly Incident[] {
    const statement = all ? this.#all : this.#open;
    return statement.all(before, Math.min(Math.max(Math.trunc(limit), 1), MOST_INCIDENTS)).map(toIncident);
  }

  byId(id: string): Incident | undefined {
    const part = id.toLowerCase();
    if (!PART_OF_ID.test(part)) return undefined;
    const [first, second] = this.#byPart.all(part, part);
    return first === undefined || second !== undefined ? undefined : toIncident(first);
  }

  openCount(): number {
    return this.#count.get()?.count ?? 0;
  }
}
