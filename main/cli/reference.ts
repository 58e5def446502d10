import { CoreError } from '../core/platform/errors.ts';
import type { Catalog } from '../core/store/store.ts';
import type { Incident, SessionSummary } from '../core/types.ts';

export type Referenced =
  | { readonly is: 'incident'; readonly incident: Incident }
  | { readonly is: 'session'; readonly session: SessionSummary };

/** What a person means by an argument: an incident by the start of its id, else a conversation by number, id or key. */
export function findReferenced(catalog: Catalog, reference: string): Referenced {
  const incident = catalog.incident(reference);
  if (incident !== undefined) return { is: 'incident', incident };
  return { is: 'session', session: findSession(catalog, reference) };
}

export function findSession(catalog: Catalog, reference: string): SessionSummary {
  const found = catalog.findSessions(reference);
  const [only] = found;
  if (only === undefined) {
    throw new CoreError('not-found', `nothing here is called ${reference}`, 'Run `clawback sessions --all` or `clawback incidents --all`.');
  }
  if (found.length > 1) {
    const numbers = found.map((session) => session.id).join(', ');
    throw new CoreError('ambiguous', `${reference} could be ${found.length} conversations`, `Use one of their numbers: ${numbers}.`);
  }
  return only;
}

/** Row of the one conversation that is meant. An incident about several names them instead. */
export function conversationOf(catalog: Catalog, found: Referenced): number {
  const row = found.is === 'session' ? found.session.id : found.incident.sessionRow;
  if (row !== undefined) return row;
  const { evidence, sourceId, agent } = found.is === 'incident' ? found.incident : {};
  const ids = Array.isArray(evidence?.nativeIds) ? evidence.nativeIds : [];
  const numbers = ids
    .filter((id) => typeof id === 'string')
    .flatMap((id) => catalog.findSessions(id))
    .filter((session) => session.sourceId === sourceId && (agent === undefined || session.agent === agent))
    .map((session) => session.id);
  if (numbers.length === 0) {
    throw new CoreError(
      'not-one',
      'this incident is not about a single conversation',
      'Choose one by its number: `clawback sessions --all`.',
    );
  }
  const total = typeof evidence?.sessions === 'number' ? evidence.sessions : numbers.length;
  const rest = total > numbers.length ? ' and more, see `clawback sessions --all`' : '';
  throw new CoreError(
    'not-one',
    `this incident is about ${total} conversations`,
    `Take them one by one, by number: ${numbers.join(', ')}${rest}.`,
  );
}
