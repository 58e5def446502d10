import type { Catalog } from '../../core/store/store.ts';
import type { Incident } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { incidentCopy } from '../../wording/incident-copy.ts';
import { withCatalog, withWriter } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, printable } from '../output.ts';
import { incidentRow } from '../rows.ts';

const PAGE = 500;

export function incidents(context: Context, all: boolean): void {
  withCatalog(context, (catalog) => {
    const found = allIncidents(catalog, all);
    const now = Date.now();
    context.out.result(
      found.map((incident) => incidentRow(incident, now)),
      () => (found.length === 0 ? 'Nothing needs you.' : found.map((incident) => incidentText(incident, now)).join('\n\n')),
    );
  });
}

export async function dismiss(context: Context, reference: string): Promise<void> {
  const dismissed = await withWriter(context, (ask) => ask('dismiss', { incidentId: reference }));
  context.out.result({ ok: true, ...incidentRow(dismissed, Date.now()) }, () => 'Dismissed. What was saved stays saved.');
}

function allIncidents(catalog: Catalog, all: boolean): readonly Incident[] {
  const found: Incident[] = [];
  for (;;) {
    const before = found.at(-1)?.openedAt;
    const page = catalog.incidents({ all, limit: PAGE, ...(before === undefined ? {} : { before }) });
    const known = new Set(found.map((incident) => incident.id));
    const fresh = page.filter((incident) => !known.has(incident.id));
    found.push(...fresh);
    if (page.length < PAGE || fresh.length === 0) return found;
  }
}

function incidentText(incident: Incident, now: number): string {
  const copy = incidentCopy(words, incident, now);
  const colour = incident.severity === 'loss' ? 'red' : incident.severity === 'warning' ? 'yellow' : 'dim';
  const over = incident.resolvedAt === undefined ? '' : paint('green', ` (${incident.resolution ?? 'resolved'})`);
  return [
    `${paint(colour, incident.id.slice(-8))}  ${paint('bold', printable(copy.title))}${over}`,
    `          ${printable(copy.summary)}`,
    ...(incident.resolvedAt === undefined ? [`          ${paint('dim', `${copy.safe} ${copy.next}`)}`] : []),
  ].join('\n');
}
