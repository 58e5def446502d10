import type { Incident, IncidentDraft, IncidentKind, Resolution, Severity } from '../types.ts';
import { withoutSecrets } from './secret-masks.ts';

/** An incident with what is known of its conversation now. */
export interface IncidentRow {
  readonly id: string;
  readonly dedupe_key: string;
  readonly kind: IncidentKind;
  readonly severity: Severity;
  readonly source_id: number;
  readonly agent: string | null;
  readonly native_id: string | null;
  readonly generation_id: number | null;
  readonly messages: number;
  readonly bytes: number;
  readonly evidence: string;
  readonly opened_at: number;
  readonly notified_at: number | null;
  readonly resolved_at: number | null;
  readonly resolution: Resolution | null;
  readonly session_row: number | null;
  readonly session_id: string | null;
  readonly routing_key: string | null;
  readonly title: string | null;
}

/** One about a reset is about what was said since, once somebody saw that: this is what a person reads and restores. */
const CONVERSATION = `
  iif(coalesce(json_extract(i.evidence, '$.unpersisted'), 0) > 0, coalesce(json_extract(i.evidence, '$.successor'), i.native_id), i.native_id)`;

export const SELECT_INCIDENT = `
  SELECT i.id, i.dedupe_key, i.kind, i.severity, i.source_id, i.agent, i.native_id, i.generation_id, i.messages, i.bytes,
         i.evidence, i.opened_at, i.notified_at, i.resolved_at, i.resolution,
         s.id AS session_row, s.session_id, s.routing_key,
         iif(s.id IS NULL, NULL, coalesce(nullif(s.label, ''), s.title, s.native_id)) AS title
    FROM incident AS i
    LEFT JOIN session AS s ON s.source_id = i.source_id AND s.agent = i.agent AND s.native_id = ${CONVERSATION}`;

export function toIncident(row: IncidentRow): Incident {
  return {
    ...toDraft(row),
    id: row.id,
    openedAt: row.opened_at,
    ...(row.session_row === null ? {} : { sessionRow: row.session_row }),
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
    ...(row.routing_key === null ? {} : { sessionKey: row.routing_key }),
    ...(row.title === null ? {} : { title: withoutSecrets(row.title) }),
    ...(row.notified_at === null ? {} : { notifiedAt: row.notified_at }),
    ...(row.resolved_at === null ? {} : { resolvedAt: row.resolved_at }),
  };
}

export function toDraft(row: IncidentRow): IncidentDraft {
  return {
    kind: row.kind,
    dedupeKey: row.dedupe_key,
    severity: row.severity,
    sourceId: row.source_id,
    messages: row.messages,
    bytes: row.bytes,
    evidence: JSON.parse(row.evidence) as Record<string, unknown>,
    ...(row.agent === null ? {} : { agent: row.agent }),
    ...(row.native_id === null ? {} : { nativeId: row.native_id }),
    ...(row.generation_id === null ? {} : { generationId: row.generation_id }),
    ...(row.resolution === null ? {} : { resolution: row.resolution }),
  };
}
