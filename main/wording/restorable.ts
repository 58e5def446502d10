import type { Incident, IncidentKind } from '../core/types.ts';

/** Whether putting the conversation back answers what happened. The others are about a place, a lock or this machine. */
const answeredByRestore: Readonly<Record<IncidentKind, boolean>> = {
  'reset-without-successor': true,
  truncated: true,
  overwritten: true,
  deleted: true,
  'mass-change': false,
  'index-lost': true,
  'wipe-pending': true,
  'writes-blocked': false,
  'interrupted-reply': false,
  'source-unreadable': false,
  'unsupported-format': false,
  'mirror-degraded': false,
  'expected-reset': true,
  'unexplained-reset': true,
};

/** Restore is offered for this incident: it concerns one conversation, and a copy of it helps. */
export function isRestorable(incident: Pick<Incident, 'kind' | 'nativeId'>): boolean {
  return incident.nativeId !== undefined && answeredByRestore[incident.kind];
}
