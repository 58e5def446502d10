import type { SessionFilter } from './store.ts';
import { firstSlotAt } from './time-slots.ts';

/** What follows the agent in a routing key: of `agent:main:cron:daily` it is `cron:daily`. A key without an agent is all of it. */
const REST_OF_KEY = `iif(s.routing_key LIKE 'agent:_%:_%', substr(s.routing_key, 7 + instr(substr(s.routing_key, 7), ':')), s.routing_key)`;

/**
 * Nobody typed it: a cron job (`agent:main:cron:JOB`, `…:run:RUN`; `cron:JOB`), a sub-agent (`agent:main:subagent:ID`) or a heartbeat
 * with a session of its own (`agent:main:main:heartbeat`, since 2026.6). These are the keys by which OpenClaw 2026.3.13 and 2026.6.11
 * themselves tell them; both compare in lower case, as LIKE does for ASCII. A heartbeat in the main session (all of them in 2026.3) stands
 * among what a person said, and a conversation without a known key may be anybody's: both are somebody's.
 */
export const IS_AUTOMATIC = `(${['cron:%', 'subagent:%', 'heartbeat', '%:heartbeat', '%:heartbeat:%']
  .map((form) => `${REST_OF_KEY} LIKE '${form}'`)
  .join(' OR ')}) IS TRUE`;

export type SqlParameters = Readonly<Record<string, string | number | null>>;

/** Of conversations called `s`. They are literal, so that the partial index serves the list of what is only here. */
export function conditionsOf(filter: SessionFilter): readonly string[] {
  const conditions: string[] = [];
  if (filter.onlyHere) conditions.push('s.only_here > 0');
  if (filter.nativeIds !== undefined) conditions.push('s.native_id IN (SELECT value FROM json_each(@nativeIds))');
  if (filter.agent !== undefined) conditions.push('s.agent = @agent');
  if (filter.states !== undefined) conditions.push('s.state IN (SELECT value FROM json_each(@states))');
  if (filter.since !== undefined) conditions.push('s.recency >= @since');
  if (filter.automatic === false) conditions.push(`NOT ${IS_AUTOMATIC}`);
  if (filter.text) {
    const fields = ['s.title', 's.label', 's.native_id', 's.session_id', 's.routing_key'];
    conditions.push(`(${fields.map((field) => `${field} LIKE @text ESCAPE '\\'`).join(' OR ')})`);
  }
  return conditions;
}

/** Of all conditions, whether they stand there or not. */
export function parametersOf(filter: SessionFilter): SqlParameters {
  return {
    agent: filter.agent ?? null,
    nativeIds: filter.nativeIds === undefined ? null : JSON.stringify(filter.nativeIds),
    states: filter.states === undefined ? null : JSON.stringify(filter.states),
    since: filter.since === undefined ? null : firstSlotAt(filter.since),
    text: filter.text ? `%${filter.text.trim().replace(/[\\%_]/g, '\\$&')}%` : null,
  };
}
