import { CoreError } from '../../core/platform/errors.ts';
import type { Catalog, SessionFilter } from '../../core/store/store.ts';
import type { SessionState, SessionSummary } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalog } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, printable, table } from '../output.ts';
import { sessionRow } from '../rows.ts';

const PAGE = 500;
/** What is over by OpenClaw's own doing is shown with `--all` only. */
const CURRENT: readonly SessionState[] = ['live', 'dormant', 'suspended', 'reset', 'orphaned', 'lost', 'restoring', 'restored'];

export interface SessionsOptions {
  readonly all?: boolean;
  readonly agent?: string;
  readonly onlyHere?: boolean;
  /** Epoch ms. */
  readonly since?: number;
}

/** Lists conversations. Throws CoreError `not-found` for an agent of which nothing is saved while there is something of others. */
export function sessions(context: Context, options: SessionsOptions): void {
  withCatalog(context, (catalog) => {
    const { all, agent, onlyHere, since } = options;
    if (agent !== undefined) checkAgent(catalog, agent);
    const found = [
      ...allSessions(catalog, {
        // What exists only here is listed whatever has become of it.
        ...(all || onlyHere ? {} : { states: CURRENT }),
        ...(agent === undefined ? {} : { agent }),
        ...(onlyHere ? { onlyHere } : {}),
        ...(since === undefined ? {} : { since }),
      }),
    ];
    const filtered = agent !== undefined || onlyHere === true || since !== undefined;
    context.out.result(found.map(sessionRow), () => sessionsText(found, filtered));
  });
}

function checkAgent(catalog: Catalog, agent: string): void {
  if (catalog.sessions({ agent, limit: 1 }).items.length > 0) return;
  const { agents } = catalog.sessionFacets({ agent });
  if (agents.length === 0) return;
  throw new CoreError(
    'not-found',
    `nothing is saved of an agent called ${printable(agent)}`,
    `These have conversations: ${agents.map(printable).join(', ')}.`,
  );
}

function* allSessions(catalog: Catalog, filter: SessionFilter): Generator<SessionSummary> {
  let cursor: number | undefined;
  do {
    const page = catalog.sessions({ ...filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

function sessionsText(found: readonly SessionSummary[], filtered: boolean): string {
  if (found.length === 0) return filtered ? 'No conversation matches.' : 'No conversations yet. `clawback watch` saves what OpenClaw has.';
  return table([
    ['', 'agent', 'messages', 'size', 'last', 'state', 'title'].map((heading) => paint('dim', heading)),
    ...found.map((session) => [
      String(session.id),
      printable(session.agent),
      String(session.records),
      words.format.bytes(session.bytes),
      session.lastAppendAt === undefined ? '' : words.format.ago(Date.now() - session.lastAppendAt),
      session.onlyHere > 0 ? `${session.state}, ${session.onlyHere} only here` : session.state,
      printable(session.title).slice(0, 60),
    ]),
  ]);
}
