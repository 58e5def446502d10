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

/** `lines` absent: whatever it holds now counts as whole, if nothing came after `newestAt`. Looks at a copy, so that nothing is left behind. */
export function standingIn(
  { path, copies }: DatabasePlace,
  conversation: { readonly sessionId: string; readonly sessionKey: string; readonly lines?: LineDigests; readonly newestAt?: number },
): Standing {
  if (look(path) === undefined) return 'absent';
  const { sessionId, sessionKey, lines, newestAt = Number.POSITIVE_INFINITY } = conversation;
  return readDatabase(path, false, copies, (db): Standing => {
    const agent = new AgentDatabase(db);
    const index = agent.index();
    const named = index.ok ? index.entries.get(sessionKey.toLowerCase())?.sessionId : undefined;
    const { rows, isNewer } = agent.rowsOf(sessionId, newestAt);
    if (named === undefined && rows === 0) return 'absent';
    if (named !== sessionId || rows === 0 || isNewer) return 'other';
    if (lines === undefined) return 'whole';
    const found = Array.from(agent.events(sessionId, 0), (row) => digestOf(eventLine(row)));
    return found.length === lines.length && found.every((digest, at) => digest === lines[at]) ? 'whole' : 'other';
  });
}

function digestOf(line: Uint8Array): string {
  const value = readJson(line);
  return createHash('sha256')
    .update(value === undefined ? line : JSON.stringify(value))
    .digest('base64');
}
