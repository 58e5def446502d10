import type { Desk } from './desk.ts';
import type { DirectoryView } from './detection.ts';
import type { TrackedSession } from './session-table.ts';

/**
 * OpenClaw 2026.7.2 and later take the files of an agent into its database at their first start, and put them away. Rows come before the
 * files go; we may see them in the other order, and read the rows for longer than a loss takes to settle.
 */
const arrivalMs = 15_000;

/** The database that has taken the place of the folder which a conversation was in; `undefined`: it is in that folder, or in none. */
export function databaseInstead(desk: Desk, tracked: TrackedSession): DirectoryView | undefined {
  const { sourceId, agent } = tracked.session;
  if (desk.views.get(tracked.directoryKey)?.directory.store === 'database') return undefined;
  return [...desk.views.values()].find(
    ({ directory, state }) =>
      directory.store === 'database' && directory.sourceId === sourceId && directory.agent === agent && state === 'ok',
  );
}

/** A conversation whose file went may be on its way into the database. */
export function mayStillArrive(desk: Desk, tracked: TrackedSession, since: number, now: number): boolean {
  return now - since < arrivalMs && databaseInstead(desk, tracked) !== undefined;
}
