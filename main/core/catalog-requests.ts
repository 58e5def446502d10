import { CoreError } from './platform/errors.ts';
import type { CoreHandlers } from './requests.ts';
import type { Catalog } from './store/store.ts';
import type { Incident } from './types.ts';

const LONGEST_TEXT_BYTES = 4 * 1024 * 1024;
const LARGEST_PAGE = 500;
const OUTBOX_LIMIT = 200;

export type CatalogRequests = Pick<
  CoreHandlers,
  'sessions' | 'sessionFacets' | 'session' | 'messages' | 'messageText' | 'search' | 'incidents' | 'incident' | 'outbox' | 'restores'
>;

/**
 * The requests that only read: the core answers them from its own catalog, the command line from one of its own beside it. A
 * verification is none of them: it reads everything, and a core that does that captures nothing meanwhile.
 */
export function catalogRequests(catalog: Catalog): CatalogRequests {
  return {
    sessions: async (query) => catalog.sessions({ ...query, limit: pageLimit(query.limit) }),
    sessionFacets: async (filter) => catalog.sessionFacets(filter),
    session: async ({ row }) => {
      const session = catalog.session(row);
      if (session === undefined) throw noSuch('conversation', String(row));
      return { session, generations: catalog.generations(row) };
    },
    messages: async ({ sessionRow, ...options }) => catalog.messages(sessionRow, { ...options, limit: pageLimit(options.limit) }),
    messageText: async ({ generationId, start }) => catalog.messageText(generationId, start, LONGEST_TEXT_BYTES),
    search: async ({ text, limit }) => catalog.search(text, pageLimit(limit)),
    incidents: async (options) => catalog.incidents({ ...options, limit: pageLimit(options.limit) }),
    incident: async ({ id }) => requireIncident(catalog, id),
    outbox: async () => catalog.incidents({ all: false, limit: OUTBOX_LIMIT }).filter(isUnseen),
    restores: async () => catalog.restores(),
  };
}

export function requireIncident(catalog: Catalog, id: string): Incident {
  const incident = catalog.incident(id);
  if (incident === undefined) throw noSuch('incident', id);
  return incident;
}

function isUnseen(incident: Incident): boolean {
  return incident.severity !== 'info' && incident.notifiedAt === undefined && incident.resolvedAt === undefined;
}

function pageLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new CoreError('invalid', `not a page size: ${limit}`, 'Ask for 1 to 500 items.');
  return Math.min(limit, LARGEST_PAGE);
}

function noSuch(what: string, reference: string): CoreError {
  return new CoreError(
    'not-found',
    `there is no ${what} ${reference}`,
    `Run \`clawback ${what === 'incident' ? 'incidents' : 'sessions'} --all\` to see them.`,
  );
}
