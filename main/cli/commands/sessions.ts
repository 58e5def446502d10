import type { Catalog } from '../../core/store/store.ts';
import type { SessionState, SessionSummary } from '../../core/types.ts';
import { en as words } from '../../wording/en/index.ts';
import { withCatalog } from '../backend.ts';
import type { Context } from '../context.ts';
import { paint, printable, table } from '../output.ts';
import { sessionRow } from '../rows.ts';

const PAGE = 500;
/** What is over by OpenClaw's own doing is shown with `--all` only. */
const CURRENT: readonly SessionState[] = ['live', 'dormant', 'suspended', 'reset', 'orphaned', 'lost', 'restoring', 'restored'];

export function sessions(context: Context, all: boolean): void {
  withCatalog(context, (catalog) => {
    const found = [...allSessions(catalog, all ? undefined : CURRENT)];
    context.out.result(found.map(sessionRow), () => sessionsText(found));
  });
}

function* allSessions(catalog: Catalog, states: readonly SessionState[] | undefined): Generator<SessionSummary> {
  let cursor: number | undefined;
  do {
    const page = catalog.sessions({
      limit: PAGE,
      ...(states === undefined ? {} : { states }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

function sessionsText(found: readonly SessionSummary[]): string {
  if (found.length === 0) return 'No conversations yet. `clawback watch` saves what OpenClaw has.';
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
