import type { Incident } from '../core/types.ts';
import type { NotifyPolicy } from '../ipc/contract.ts';

/**
 * Which incidents may interrupt the person, and how many at once. Pure; times are monotonic ms.
 *
 * One notification per dedupe key, for as long as this runs. At most three in any five seconds; what comes beyond that is
 * gathered into one. A short wait before the first lets the incidents of one event arrive together: 500 sessions deleted at
 * once are one thing to a person.
 */
export interface NotificationBudget {
  readonly told: ReadonlySet<string>;
  readonly shownAt: readonly number[];
  readonly waiting: readonly Incident[];
  readonly waitingSince: number;
}

export type Announcement =
  | { readonly is: 'single'; readonly incident: Incident }
  | { readonly is: 'group'; readonly incidents: readonly Incident[] };

export interface BudgetDecision {
  readonly budget: NotificationBudget;
  readonly show: readonly Announcement[];
  /** When to ask again. */
  readonly againAt?: number;
}

export const emptyBudget: NotificationBudget = { told: new Set(), shownAt: [], waiting: [], waitingSince: 0 };

const gatherMs = 300;
const windowMs = 5_000;
const windowLimit = 3;

/** Under a policy that hides it an incident is still shown by the tray, so it counts as told. */
export function isAnnounced(incident: Incident, policy: NotifyPolicy): boolean {
  if (policy === 'off' || incident.severity === 'info') return false;
  return policy === 'all' || incident.severity === 'loss';
}

export function arrive(budget: NotificationBudget, incidents: readonly Incident[], now: number): NotificationBudget {
  const told = new Set(budget.told);
  const fresh = incidents.filter((incident) => {
    if (told.has(incident.dedupeKey) || incident.notifiedAt !== undefined || incident.resolvedAt !== undefined) return false;
    told.add(incident.dedupeKey);
    return true;
  });
  if (fresh.length === 0) return budget;
  const waitingSince = budget.waiting.length === 0 ? now : budget.waitingSince;
  return { ...budget, told, waiting: [...budget.waiting, ...fresh], waitingSince };
}

/** What resolved itself before anyone was told is no news any more. */
export function withdraw(budget: NotificationBudget, dedupeKey: string): NotificationBudget {
  return { ...budget, waiting: budget.waiting.filter((incident) => incident.dedupeKey !== dedupeKey) };
}

export function decide(budget: NotificationBudget, now: number): BudgetDecision {
  const { waiting } = budget;
  if (waiting.length === 0) return { budget, show: [] };
  const gathered = budget.waitingSince + gatherMs;
  if (now < gathered) return { budget, show: [], againAt: gathered };
  const shownAt = budget.shownAt.filter((at) => now - at < windowMs);
  const newest = shownAt.at(-1);
  if (waiting.length <= windowLimit - shownAt.length) {
    const show = waiting.map((incident): Announcement => ({ is: 'single', incident }));
    return { budget: { ...budget, waiting: [], shownAt: [...shownAt, ...show.map(() => now)] }, show };
  }
  if (newest !== undefined) return { budget: { ...budget, shownAt }, show: [], againAt: newest + windowMs };
  return { budget: { ...budget, waiting: [], shownAt: [now] }, show: [{ is: 'group', incidents: waiting }] };
}
