import type { Incident, IncidentKind } from '../core/types.ts';

/**
 * Whether putting the conversation back answers what happened. The others are about a place, a lock or this machine.
 * `with-messages`: only where something of the conversation is here and nowhere else.
 */
const answeredByRestore: Readonly<Record<IncidentKind, boolean | 'with-messages'>> = {
  'reset-without-successor': true,
  truncated: true,
  overwritten: true,
  deleted: true,
  'mass-change': false,
  'index-lost': true,
  'wipe-pending': true,
  unpersisted: true,
  'writes-blocked': 'with-messages',
  'interrupted-reply': 'with-messages',
  'agent-stuck': false,
  'source-unreadable': false,
  'unsupported-format': false,
  'mirror-degraded': false,
  'expected-reset': true,
  'unexplained-reset': true,
};

/** Putting all of them back at once is offered: they went as one, out of what OpenClaw keeps in a database or was to keep there. */
export function isRecoverable({ kind, evidence }: Pick<Incident, 'kind' | 'evidence'>): boolean {
  return kind === 'mass-change' && (evidence.what === 'database' || evidence.what === 'upgrade');
}

/** Restore is offered for this incident: it concerns one conversation, and a copy of it helps. */
export function isRestorable(incident: Pick<Incident, 'kind' | 'nativeId' | 'messages'>): boolean {
  const answered = answeredByRestore[incident.kind];
  return incident.nativeId !== undefined && (answered === 'with-messages' ? incident.messages > 0 : answered);
}
