import { v7 as uuidV7 } from 'uuid';
import type { Outcome } from '../detect/detection.ts';
import { CoreError } from '../platform/errors.ts';
import type { Incident, IncidentDraft, Resolution } from '../types.ts';
import { effectOf } from './incident-change.ts';
import { type IncidentRow, SELECT_INCIDENT, toIncident } from './incident-rows.ts';
import type { Sqlite } from './sqlite.ts';

export interface IncidentNews {
  /** Opened, reopened, or grown in a way a person would want to see. */
  readonly opened: readonly Incident[];
  /** Resolved now, quiet history among them. */
  readonly resolved: readonly Incident[];
}

/** Writes incidents, one for each dedupe key, inside the transaction of the caller. */
export class IncidentWriter {
  readonly #statements;

  constructor(db: Sqlite) {
    this.#statements = prepare(db);
  }

  apply(drafts: readonly IncidentDraft[], resolved: Outcome['resolved'], at: number): IncidentNews {
    const told = new Map<string, 'opened' | 'resolved'>();
    for (const draft of drafts) {
      const news = this.#record(draft, at);
      if (news !== undefined) told.set(draft.dedupeKey, news);
    }
    for (const { dedupeKey, as, at: resolvedAt } of resolved) {
      if (this.#statements.resolve.run(resolvedAt, as, at, dedupeKey).changes > 0) told.set(dedupeKey, 'resolved');
    }
    const incidents = [...told].map(([dedupeKey, news]) => ({ incident: this.#read(dedupeKey), news }));
    return {
      opened: incidents.filter(({ news }) => news === 'opened').map(({ incident }) => incident),
      resolved: incidents.filter(({ news }) => news === 'resolved').map(({ incident }) => incident),
    };
  }

  /** The person was shown it; the first time counts. Throws CoreError `not-found`. */
  acknowledge(id: string, at: number): void {
    if (this.#statements.acknowledge.run(at, id).changes === 0) {
      throw new CoreError('not-found', `There is no incident ${id}.`, 'List the incidents to see their ids.');
    }
  }

  #record(draft: IncidentDraft, at: number): 'opened' | 'resolved' | undefined {
    const fields = toFields(draft, at);
    const stored = this.#statements.find.get(draft.dedupeKey);
    if (stored === undefined) {
      this.#statements.insert.run({ ...fields, id: uuidV7({ msecs: at }), resolvedAt: draft.resolution === undefined ? null : at });
      return draft.resolution === undefined ? 'opened' : 'resolved';
    }
    const known = { severity: stored.severity, messages: stored.messages, resolution: stored.resolution ?? undefined };
    const effect = effectOf(known, draft);
    switch (effect.effect) {
      case 'ignore':
        return undefined;
      case 'update':
        this.#statements.update.run({ ...fields, tell: effect.tell ? 1 : 0 });
        return effect.tell ? 'opened' : undefined;
      case 'reopen':
        this.#statements.reopen.run({ ...fields, tell: effect.tell ? 1 : 0 });
        return 'opened';
      case 'resolve':
        this.#statements.update.run({ ...fields, tell: 0 });
        this.#statements.resolve.run(at, draft.resolution ?? 'expected', at, draft.dedupeKey);
        return 'resolved';
    }
  }

  #read(dedupeKey: string): Incident {
    const row = this.#statements.read.get(dedupeKey);
    if (row === undefined) throw new CoreError('bug', 'An incident vanished inside its own transaction.', 'Please report this.');
    return toIncident(row);
  }
}

type Fields = Readonly<Record<string, string | number | null>>;

function toFields(draft: IncidentDraft, at: number): Fields {
  return {
    dedupeKey: draft.dedupeKey,
    kind: draft.kind,
    severity: draft.severity,
    sourceId: draft.sourceId,
    agent: draft.agent ?? null,
    nativeId: draft.nativeId ?? null,
    generationId: draft.generationId ?? null,
    messages: draft.messages,
    bytes: draft.bytes,
    evidence: JSON.stringify(draft.evidence),
    resolution: draft.resolution ?? null,
    at,
  };
}

function prepare(db: Sqlite) {
  const content = `kind = @kind, severity = @severity, generation_id = coalesce(@generationId, generation_id),
                   messages = @messages, bytes = @bytes, evidence = @evidence, updated_at = @at`;
  return {
    find: db.prepare<[string], { severity: Incident['severity']; messages: number; resolution: Resolution | null }>(
      'SELECT severity, messages, resolution FROM incident WHERE dedupe_key = ?',
    ),
    insert: db.prepare<[Fields]>(
      `INSERT INTO incident (id, dedupe_key, kind, severity, source_id, agent, native_id, generation_id, messages, bytes,
                             evidence, opened_at, updated_at, resolved_at, resolution)
       VALUES (@id, @dedupeKey, @kind, @severity, @sourceId, @agent, @nativeId, @generationId, @messages, @bytes,
               @evidence, @at, @at, @resolvedAt, @resolution)`,
    ),
    // Told again means shown again: the acknowledgement was for the smaller loss.
    update: db.prepare<[Fields]>(
      `UPDATE incident SET ${content}, notified_at = iif(@tell, NULL, notified_at) WHERE dedupe_key = @dedupeKey`,
    ),
    reopen: db.prepare<[Fields]>(
      `UPDATE incident SET ${content}, opened_at = iif(@tell, @at, opened_at), notified_at = iif(@tell, NULL, coalesce(notified_at, @at)),
              resolved_at = NULL, resolution = NULL
        WHERE dedupe_key = @dedupeKey`,
    ),
    resolve: db.prepare<[number, Resolution, number, string]>(
      `UPDATE incident SET resolved_at = ?, resolution = ?, updated_at = ? WHERE dedupe_key = ? AND resolved_at IS NULL`,
    ),
    acknowledge: db.prepare<[number, string]>('UPDATE incident SET notified_at = coalesce(notified_at, ?) WHERE id = ?'),
    read: db.prepare<[string], IncidentRow>(`${SELECT_INCIDENT} WHERE i.dedupe_key = ?`),
  };
}
