import type { IncidentDraft, IncidentKind } from '../types.ts';
import type { Desk, OpenIncident } from './desk.ts';
import type { SessionRef, WitnessedRow } from './detection.ts';

const ownKinds: readonly IncidentKind[] = ['unpersisted', 'writes-blocked', 'interrupted-reply'];

/**
 * Open incidents that speak of what was never written of a conversation. One that was opened for the conversation before a
 * reset carries the messages of its successor.
 */
export function openUnsaved(desk: Desk, session: SessionRef): readonly OpenIncident[] {
  return [...desk.incidentsOf(session, ownKinds), ...resetsInto(desk, session)];
}

export function resetsInto(desk: Desk, { sourceId, agent, nativeId }: SessionRef): readonly OpenIncident[] {
  return [...desk.openIncidents()].filter(
    ({ draft }) =>
      draft.kind === 'reset-without-successor' &&
      draft.sourceId === sourceId &&
      draft.agent === agent &&
      draft.evidence.successor === nativeId,
  );
}

/** The conversation whose messages an incident carries. */
export function carriedSession({ kind, sourceId, agent, nativeId, evidence }: IncidentDraft): SessionRef | undefined {
  const carried = kind === 'reset-without-successor' ? evidence.successor : ownKinds.includes(kind) ? nativeId : undefined;
  return agent === undefined || typeof carried !== 'string' ? undefined : { sourceId, agent, nativeId: carried };
}

/** How many of its messages no file ever held. */
export function carriedBy(draft: IncidentDraft): number {
  const { unpersisted } = draft.evidence;
  return typeof unpersisted === 'number' ? unpersisted : 0;
}

/** Of the messages that were never written, those that an incident speaks of. A cut-off reply is over; other losses go on. */
export function owns({ kind, evidence }: IncidentDraft, { at }: WitnessedRow): boolean {
  const { firstAt, lastAt } = evidence;
  if (typeof firstAt !== 'number' || at < firstAt) return false;
  return kind !== 'interrupted-reply' || (typeof lastAt === 'number' && at <= lastAt);
}

/**
 * The same incident with what is carried now. `rows` are all of them, oldest first; `least`: how many there are at least, where
 * the buffer tells only the newest of very many.
 */
export function carrying(
  draft: IncidentDraft,
  rows: readonly WitnessedRow[],
  more: Readonly<Record<string, unknown>>,
  least = 0,
): IncidentDraft {
  const before = draft.messages - carriedBy(draft);
  const bytes = rows.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const count = Math.max(rows.length, least);
  const isPart = count > rows.length;
  const { firstAt } = draft.evidence;
  const times = [...rows.map(({ at }) => at), ...(isPart && typeof firstAt === 'number' ? [firstAt] : [])];
  return {
    ...draft,
    messages: before + count,
    bytes: before > 0 || isPart ? Math.max(draft.bytes, bytes) : bytes,
    evidence: {
      ...draft.evidence,
      ...more,
      unpersisted: count,
      ...(times.length === 0 ? {} : { firstAt: Math.min(...times), lastAt: Math.max(...times) }),
      witnesses: [...new Set(rows.map(({ witness }) => witness))].sort(),
    },
  };
}

export function isSameDraft(a: IncidentDraft, b: IncidentDraft): boolean {
  return (
    a.severity === b.severity &&
    a.messages === b.messages &&
    a.bytes === b.bytes &&
    a.generationId === b.generationId &&
    JSON.stringify(a.evidence) === JSON.stringify(b.evidence)
  );
}
