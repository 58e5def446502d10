import type { RestoreSubject } from './restore-sheet.tsx';

/** What the right side shows. */
export type Selection = { readonly is: 'incident'; readonly incidentId: string } | { readonly is: 'session'; readonly row: number };

export function sameSelection(a: Selection | undefined, b: Selection): boolean {
  if (a?.is === 'incident' && b.is === 'incident') return a.incidentId === b.incidentId;
  return a?.is === 'session' && b.is === 'session' && a.row === b.row;
}

/** A window that was opened by a notification or the menu learns from its address what to show: `#incident=ID&restore=1`. */
export function selectionFromFragment(
  fragment: string,
): { readonly selection: Selection; readonly restore: RestoreSubject | undefined } | undefined {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const incidentId = parameters.get('incident');
  if (incidentId === null || incidentId === '') return undefined;
  const restore = parameters.get('restore') === '1' ? { incidentId } : undefined;
  return { selection: { is: 'incident', incidentId }, restore };
}
