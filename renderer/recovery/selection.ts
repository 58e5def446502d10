import type { RestoreSubject } from './restore-sheet.tsx';

/** Where a message begins in what was captured. */
export interface MessagePlace {
  readonly generationId: number;
  readonly start: number;
}

/** What the right side shows; a conversation from its beginning, or at the message that was searched for. */
export type Selection =
  | { readonly is: 'incident'; readonly incidentId: string }
  | { readonly is: 'session'; readonly row: number; readonly message?: MessagePlace };

export function sameSelection(a: Selection | undefined, b: Selection): boolean {
  if (a?.is === 'incident' && b.is === 'incident') return a.incidentId === b.incidentId;
  return a?.is === 'session' && b.is === 'session' && a.row === b.row && samePlace(a.message, b.message);
}

export function samePlace(a: MessagePlace | undefined, b: MessagePlace | undefined): boolean {
  return a?.generationId === b?.generationId && a?.start === b?.start;
}

/** A window that was opened by a notification or the menu learns from its address what to show: `#incident=ID&restore=1`, `#conversation=ROW`. */
export function selectionFromFragment(
  fragment: string,
): { readonly selection: Selection; readonly restore: RestoreSubject | undefined } | undefined {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const row = Number(parameters.get('conversation') ?? Number.NaN);
  if (Number.isSafeInteger(row)) return { selection: { is: 'session', row }, restore: undefined };
  const incidentId = parameters.get('incident');
  if (incidentId === null || incidentId === '') return undefined;
  const restore = parameters.get('restore') === '1' ? { incidentId } : undefined;
  return { selection: { is: 'incident', incidentId }, restore };
}
