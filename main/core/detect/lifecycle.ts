import type { ArchiveReason, SessionState } from '../types.ts';
import type { DetectionPolicy } from './detection.ts';

/** What can happen to one conversation. Facts carry what the decision needs, so that `advance` asks nobody. */
export type SessionFact =
  | { readonly fact: 'discovered'; readonly quietForMs: number }
  | { readonly fact: 'appended' }
  | { readonly fact: 'quiet' }
  | { readonly fact: 'gone' | 'truncated' | 'overwritten'; readonly generationId: number }
  /** `watched`: it was put away while the core looked on, if too soon for its life to be seen. */
  | { readonly fact: 'archived'; readonly because: ArchiveReason; readonly watched: boolean }
  /** The same bytes under another path or identity. */
  | { readonly fact: 'found' }
  /** The settling time is over. `lost`: messages are only in the buffer; `there`: a file has the live name. */
  | { readonly fact: 'deadline'; readonly lost: boolean; readonly there: boolean }
  | { readonly fact: 'successor' }
  /** The reset was undone by hand: index and file are the old ones again. */
  | { readonly fact: 'returned' }
  /** A turn completed on the new session and nothing was written. */
  | { readonly fact: 'turn-unwritten' }
  | { readonly fact: 'healed'; readonly there: boolean }
  | { readonly fact: 'restore'; readonly phase: 'started' | 'verified' }
  /** Also an undo: the session is again what it was. */
  | { readonly fact: 'restore'; readonly phase: 'failed'; readonly before: SessionState }
  /** A restored conversation is taken out again by us. */
  | { readonly fact: 'withdrawal'; readonly phase: 'started' | 'done' }
  | { readonly fact: 'withdrawal'; readonly phase: 'failed'; readonly before: SessionState }
  | { readonly fact: 'dismissed' };

export interface Move {
  readonly to: SessionState;
  readonly cause: string;
  /** The state is a waiting one and ends by itself after this time. */
  readonly deadlineInMs?: number;
}

const settling: readonly SessionState[] = ['live', 'dormant', 'restored', 'lost'];
const restorable: readonly SessionState[] = ['lost', 'orphaned', 'superseded', 'reset', 'archived', 'suspended'];

/**
 * The life of a mirrored conversation. Pure: no clock, no I/O; `undefined` when the fact changes nothing.
 * `state` undefined: the conversation was not known before.
 */
export function advance(state: SessionState | undefined, fact: SessionFact, policy: DetectionPolicy): Move | undefined {
  switch (fact.fact) {
    case 'discovered':
      if (state !== undefined) return undefined;
      return fact.quietForMs > policy.dormantAfterMs ? { to: 'dormant', cause: 'found quiet' } : { to: 'live', cause: 'found' };
    case 'appended':
      // A straggling line of a turn that outlived its reset does not bring the conversation back.
      return state === 'dormant' || state === 'restored' || state === 'archived' ? { to: 'live', cause: 'appended' } : undefined;
    case 'quiet':
      return state === 'live' ? { to: 'dormant', cause: 'quiet' } : undefined;
    case 'gone':
    case 'truncated':
    case 'overwritten':
      if (state === undefined || !settling.includes(state)) return undefined;
      return { to: 'suspended', cause: settlingCause(fact.fact, fact.generationId), deadlineInMs: policy.settleMs };
    case 'archived':
      return archived(state, fact.because, fact.watched);
    case 'found':
      return state === 'suspended' ? { to: 'live', cause: 'found again' } : undefined;
    case 'deadline':
      return afterSettling(state, fact.lost, fact.there);
    case 'successor':
      return state === 'reset' || state === 'orphaned' ? { to: 'superseded', cause: 'successor' } : undefined;
    case 'returned':
      return state === 'reset' || state === 'orphaned' ? { to: 'live', cause: 'reset was undone' } : undefined;
    case 'turn-unwritten':
      return state === 'reset' ? { to: 'orphaned', cause: 'a turn completed and nothing was written' } : undefined;
    case 'healed':
      if (state !== 'lost' && state !== 'suspended' && state !== 'orphaned') return undefined;
      return { to: fact.there ? 'live' : 'archived', cause: 'bytes reappeared' };
    case 'restore':
      return restore(state, fact);
    case 'withdrawal':
      return withdrawal(state, fact);
    case 'dismissed':
      return state === 'lost' || state === 'orphaned' || state === 'superseded' ? { to: 'archived', cause: 'dismissed' } : undefined;
  }
}

function archived(state: SessionState | undefined, because: ArchiveReason, watched: boolean): Move | undefined {
  // Found as an archive: whatever happened was before our time and is no news.
  if (state === undefined && !(watched && because === 'reset')) return { to: 'archived', cause: `found archived: ${because}` };
  if (state !== undefined && state !== 'live' && state !== 'dormant' && state !== 'suspended' && state !== 'restored') return undefined;
  return because === 'reset' ? { to: 'reset', cause: 'archived: reset' } : { to: 'archived', cause: `archived: ${because}` };
}

function afterSettling(state: SessionState | undefined, lost: boolean, there: boolean): Move | undefined {
  if (state === undefined || state === 'restoring') return undefined;
  if (lost) return state === 'lost' ? undefined : { to: 'lost', cause: 'messages are only in the buffer' };
  if (state !== 'suspended') return undefined;
  return there ? { to: 'live', cause: 'settled: nothing lost' } : { to: 'archived', cause: 'settled: nothing lost, no file' };
}

function restore(state: SessionState | undefined, fact: SessionFact & { readonly fact: 'restore' }): Move | undefined {
  if (state === undefined) return undefined;
  switch (fact.phase) {
    case 'started':
      return restorable.includes(state) ? { to: 'restoring', cause: 'restore started' } : undefined;
    case 'verified':
      return state === 'restoring' ? { to: 'restored', cause: 'restore verified' } : undefined;
    case 'failed':
      return state === 'restoring' || state === 'restored' ? { to: fact.before, cause: 'restore failed or taken back' } : undefined;
  }
}

/** Stored with the transition, so that a run that begins before the file was seen to go knows that we took it. */
export const withdrawnCause = 'restore taken back';

function withdrawal(state: SessionState | undefined, fact: SessionFact & { readonly fact: 'withdrawal' }): Move | undefined {
  if (state === undefined) return undefined;
  switch (fact.phase) {
    case 'started':
      return state === 'restoring' ? undefined : { to: 'restoring', cause: 'restore is being taken back' };
    case 'done':
      return state === 'restoring' ? { to: 'archived', cause: withdrawnCause } : undefined;
    case 'failed':
      return state === 'restoring' ? { to: fact.before, cause: 'restore stays' } : undefined;
  }
}

export type SettlingKind = 'gone' | 'truncated' | 'overwritten';

/** Stored with the transition, so that a run that begins in the middle of the settling time knows what it waits for. */
export function settlingCause(kind: SettlingKind, generationId: number): string {
  return `${kind}: generation ${generationId}`;
}

/** Reads back what `settlingCause` wrote; `undefined` for any other cause. */
export function parseSettlingCause(cause: string | undefined): { readonly kind: SettlingKind; readonly generationId: number } | undefined {
  const match = /^(gone|truncated|overwritten): generation (\d+)$/.exec(cause ?? '');
  if (match === null) return undefined;
  const kind = match[1];
  if (kind !== 'gone' && kind !== 'truncated' && kind !== 'overwritten') return undefined;
  return { kind, generationId: Number(match[2]) };
}
