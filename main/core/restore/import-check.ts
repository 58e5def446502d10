import { createHash } from 'node:crypto';
import { AgentDatabase } from '../database/agent-database.ts';
import { readDatabase } from '../database/database-file.ts';
import { eventLine } from '../database/event-line.ts';
import { readJson } from '../sources/json-value.ts';
import { splitLines } from './reading.ts';
import { look, readRegular } from './target-disk.ts';

/** A database, and a folder of ours for the copy that is looked at. */
export interface DatabasePlace {
  readonly path: string;
  readonly copies: string;
}

/** What OpenClaw's database says of a conversation that was to be taken in. */
export type Standing =
  /** Not there. */
  | 'absent'
  /** Its key names it, and every line is a row, in order. */
  | 'whole'
  /** There, and not as it was placed: more was said in it, or its key names another conversation. */
  | 'other';

/** Of each line, what it says: OpenClaw may write the same JSON with other spaces. */
export type LineDigests = readonly string[];

export function digestsOfFile(path: string): LineDigests {
  return [...splitLines([readRegular(path) ?? new Uint8Array()])].map(({ bytes }) => digestOf(bytes));
}

export interface AwaitedConversation {
  readonly sessionId: string;
  readonly sessionKey: string;
  /** Absent: whatever it holds now counts as whole, if nothing came after `newestAt`. */
  readonly lines?: LineDigests;
  readonly newestAt?: number;
}

/** All in one look, at a copy, so that nothing is left behind. */
export function standingsIn(place: DatabasePlace, conversations: readonly AwaitedConversation[]): readonly Standing[] {
  const { path, copies } = place;
  if (look(path) === undefined) return conversations.map(() => 'absent');
  return readDatabase(path, false, copies, (db) => {
    const agent = new AgentDatabase(db);
    const index = agent.index();
    const entries = index.ok ? index.entries : new Map<string, never>();
    return conversations.map(({ sessionId, sessionKey, lines, newestAt = Number.POSITIVE_INFINITY }): Standing => {
      const named = entries.get(sessionKey.toLowerCase())?.sessionId;
      const { rows, isNewer } = agent.rowsOf(sessionId, newestAt);
      if (named !== sessionId && rows === 0) return 'absent';
      if (named !== sessionId || rows === 0 || isNewer) return 'other';
      if (lines === undefined) return 'whole';
      const found = Array.from(agent.events(sessionId, 0), (row) => digestOf(eventLine(row)));
      return found.length === lines.length && found.every((digest, at) => digest === lines[at]) ? 'whole' : 'other';
    });
  });
}

export function standingIn(place: DatabasePlace, conversation: AwaitedConversation): Standing {
  return standingsIn(place, [conversation])[0] ?? 'absent';
}

/** Keys that lead somewhere, and ids that have rows: what is taken there. */
export function takenIn(
  { path, copies }: DatabasePlace,
  sessionIds: readonly string[],
): { readonly keys: ReadonlySet<string>; readonly ids: ReadonlySet<string> } {
  if (look(path) === undefined) return { keys: new Set(), ids: new Set() };
  return readDatabase(path, false, copies, (db) => {
    const agent = new AgentDatabase(db);
    const index = agent.index();
    const entries = index.ok ? [...index.entries.values()] : [];
    const named = entries.map(({ sessionId }) => sessionId);
    return {
      keys: new Set(entries.map(({ key }) => key)),
      ids: new Set([...named, ...sessionIds.filter((sessionId) => agent.rowsOf(sessionId, 0).rows > 0)]),
    };
  });
}

function digestOf(line: Uint8Array): string {
  const value = readJson(line);
  return createHash('sha256')
    .update(value === undefined ? line : JSON.stringify(value))
    .digest('base64');
}
