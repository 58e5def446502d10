import type { SessionFilter } from '../../main/core/requests.ts';
import type { SessionState } from '../../main/core/types.ts';

/** What a person means, as the states that the core tells apart. What is lost is gone, and needs them too. */
const states = {
  listed: ['live', 'dormant', 'suspended', 'restoring', 'restored'],
  reset: ['reset', 'superseded'],
  gone: ['archived', 'lost'],
  needsYou: ['lost', 'orphaned'],
} as const satisfies Record<string, readonly SessionState[]>;

/** Days, with the present one. */
const activities = { today: 1, week: 7, month: 30 } as const;

export type StateChoice = keyof typeof states;
export type ActivityChoice = keyof typeof activities;

export const stateChoices = ['listed', 'reset', 'gone', 'needsYou'] as const satisfies readonly StateChoice[];
export const activityChoices = ['today', 'week', 'month'] as const satisfies readonly ActivityChoice[];

/** What the person narrowed the list to. */
export interface ListFilter {
  readonly agent?: string;
  readonly state?: StateChoice;
  readonly activity?: ActivityChoice;
  /** Also what nobody typed; it widens the list, and is no filter of its own. */
  readonly automatic: boolean;
}

export const activeFilters = ({ agent, state, activity }: ListFilter): number =>
  [agent, state, activity].filter((each) => each !== undefined).length;

/** The whole list again; what nobody typed stays as it was asked for. */
export const cleared = ({ automatic }: ListFilter): ListFilter => ({ automatic });

/** As the core is asked. It is the same until the next midnight. What exists only here is noise to nobody. */
export function listQuery({ agent, state, activity, automatic }: ListFilter, onlyHere: boolean, now: number): SessionFilter {
  return {
    ...(onlyHere ? { onlyHere } : {}),
    ...(onlyHere || automatic ? {} : { automatic }),
    ...(agent === undefined ? {} : { agent }),
    ...(state === undefined ? {} : { states: states[state] }),
    ...(activity === undefined ? {} : { since: beginOfDay(now, activities[activity] - 1) }),
  };
}

/** A day is not always 24 hours long. */
function beginOfDay(now: number, daysAgo: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() - daysAgo);
  return day.setHours(0, 0, 0, 0);
}
