import type { IncidentDraft, Resolution, Severity } from '../types.ts';

/** What is stored under a dedupe key. */
export interface StoredIncident {
  readonly severity: Severity;
  readonly messages: number;
  readonly resolution: Resolution | undefined;
}

/**
 * What a draft does to the incident that already has its dedupe key. `tell`: a person who saw it would want to see it
 * again. `ignore` keeps what someone dismissed, or what was explained or restored, from coming back with nothing new.
 */
export type DraftEffect = { readonly effect: 'ignore' } | { readonly effect: 'update' | 'reopen' | 'resolve'; readonly tell: boolean };

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, loss: 2 };

export function effectOf(stored: StoredIncident, draft: IncidentDraft): DraftEffect {
  const grew = draft.messages > stored.messages;
  const escalated = RANK[draft.severity] > RANK[stored.severity];
  if (stored.resolution === undefined) {
    return draft.resolution === undefined ? { effect: 'update', tell: grew || escalated } : { effect: 'resolve', tell: false };
  }
  if (draft.resolution !== undefined) return { effect: 'ignore' };
  if (draft.afterUndo === true) return stored.resolution === 'restored' ? { effect: 'reopen', tell: false } : { effect: 'ignore' };
  if (stored.resolution === 'self-healed' || grew) return { effect: 'reopen', tell: true };
  return { effect: 'ignore' };
}
