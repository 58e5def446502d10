import type { RestorePhase, RestoreRoute, RestoreSummary, RestoreTarget } from '../types.ts';
import type { RestoreDraft } from './store.ts';

export interface RestoreRow {
  readonly id: string;
  readonly incident_id: string | null;
  readonly session_row: number;
  readonly generation_id: number;
  readonly up_to: number;
  readonly unpersisted: string | null;
  readonly target: RestoreTarget;
  readonly route: RestoreRoute | null;
  readonly path: string;
  readonly agent: string;
  readonly session_id: string | null;
  readonly session_key: string | null;
  readonly messages: number;
  readonly sha256: string;
  readonly phase: RestorePhase;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly error: string | null;
}

export function toRestoreSummary(row: RestoreRow): RestoreSummary {
  return {
    id: row.id,
    sessionRow: row.session_row,
    target: row.target,
    path: row.path,
    messages: row.messages,
    sha256: row.sha256,
    phase: row.phase,
    startedAt: row.started_at,
    ...optionalFields(row),
    ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

export function toRestoreDraft(row: RestoreRow): RestoreDraft {
  return {
    id: row.id,
    sessionRow: row.session_row,
    generationId: row.generation_id,
    upTo: row.up_to,
    target: row.target,
    path: row.path,
    agent: row.agent,
    messages: row.messages,
    sha256: row.sha256,
    startedAt: row.started_at,
    ...(row.unpersisted === null ? {} : { unpersisted: row.unpersisted }),
    ...(row.route === null ? {} : { route: row.route }),
    ...optionalFields(row),
  };
}

function optionalFields(row: RestoreRow): Pick<RestoreDraft, 'incidentId' | 'sessionId' | 'sessionKey'> {
  return {
    ...(row.incident_id === null ? {} : { incidentId: row.incident_id }),
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
    ...(row.session_key === null ? {} : { sessionKey: row.session_key }),
  };
}
