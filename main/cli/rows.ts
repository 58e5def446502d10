import type { CoreStatus, Incident, MessageView, RestoreReceipt, SessionSummary, SourceStatus } from '../core/types.ts';
import { en as words } from '../wording/en/index.ts';
import { incidentCopy } from '../wording/incident-copy.ts';

/** The shapes of the command line's JSON: a contract, so they are spelled out and absent values are `null`. */
export function sessionRow(session: SessionSummary): Record<string, unknown> {
  return {
    id: session.id,
    agent: session.agent,
    sessionId: session.sessionId,
    sessionKey: session.sessionKey ?? null,
    state: session.state,
    bytes: session.bytes,
    records: session.records,
    generations: session.generations,
    lastAppendAt: session.lastAppendAt ?? null,
    continues: session.continues ?? null,
    title: session.title,
    onlyHere: session.onlyHere,
  };
}

export function incidentRow(incident: Incident, now: number): Record<string, unknown> {
  return {
    id: incident.id,
    kind: incident.kind,
    severity: incident.severity,
    agent: incident.agent ?? null,
    sessionId: incident.sessionId ?? null,
    sessionKey: incident.sessionKey ?? null,
    openedAt: incident.openedAt,
    resolvedAt: incident.resolvedAt ?? null,
    resolution: incident.resolution ?? null,
    messages: incident.messages,
    bytes: incident.bytes,
    summary: incidentCopy(words, incident, now).summary,
    evidence: incident.evidence,
  };
}

export function messageRow(message: MessageView): Record<string, unknown> {
  return {
    role: message.role,
    text: message.text,
    at: message.at ?? null,
    provenance: message.provenance,
    persisted: message.persisted,
    interrupted: message.interrupted ?? false,
  };
}

export function statusRow(status: CoreStatus): Record<string, unknown> {
  return { ...status, sources: status.sources.map(sourceRow) };
}

export function sourceRow(source: SourceStatus): Record<string, unknown> {
  return { ...source, lastCaptureAt: source.lastCaptureAt ?? null };
}

export function receiptRow(receipt: RestoreReceipt): Record<string, unknown> {
  return { ...receipt, sessionId: receipt.sessionId ?? null, sessionKey: receipt.sessionKey ?? null };
}
