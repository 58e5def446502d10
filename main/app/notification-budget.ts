import type { Incident } from '../core/types.ts';
import type { Settings } from '../ipc/contract.ts';

/**
 * Which incidents may interrupt the person, and how many at once. Pure; times are monotonic ms.
 *
 * One notification per dedupe key, however much the incident grows, until the person answered it. At most three in any five
 * seconds; what comes beyond that is gathered into one. A short wait before the first lets the incidents of one event arrive
 * together: 500 sessions deleted at once are one thing to a person.
 */
export interface NotificationBudget {
  /** Waiting or shown. */
  readonly told: ReadonlySet<string>;
  /** Shown, by this run or an earlier one. */
  readonly seen: ReadonlySet<string>;
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

export const emptyBudget: NotificationBudget = { told: new Set(), seen: new Set(), shownAt: [], waiting: [], waitingSince: 0 };

const gatherMs = 300;
const windowMs = 5_000;
const windowLimit = 3;

export type NotifyWish = Pick<Settings, 'notify' | 'notifyResets'>;

/** Under a policy that hides it an incident is still shown by the tray, so it counts as told. */
export function isAnnounced(incident: Incident, { notify, notifyResets }: NotifyWish): boolean {
  if (notify === 'off') return false;
  if (incident.severity === 'info') return notifyResets && isExpectedReset(incident);
  return notify === 'all' || incident.severity === 'loss';
}

/** Needs nobody, and is over as soon as it is known. */
export const isExpectedReset = ({ kind }: Pick<Incident, 'kind'>): boolean => kind === 'expected-reset';

export function arrive(budget: NotificationBudget, incidents: readonly Incident[], now: number): NotificationBudget {
  const told = new Set(budget.told);
  const seen = new Set(budget.seen);
  const newest = new Map(incidents.map((incident) => [incident.dedupeKey, incident]));
  const fresh = incidents.filter((incident) => {
    const { dedupeKey, notifiedAt, resolvedAt } = incident;
    if (resolvedAt !== undefined && !isExpectedReset(incident)) return false;
    if (notifiedAt !== undefined) seen.add(dedupeKey);
    const isNew = notifiedAt === undefined && !told.has(dedupeKey);
    told.add(dedupeKey);
    return isNew;
  });
  // What grows while it waits is told as it is when it is shown.
  const waiting = budget.waiting.map((incident) => newest.get(incident.dedupeKey) ?? incident);
  const waitingSince = waiting.length === 0 ? now : budget.waitingSince;
  return { ...budget, told, seen, waiting: [...waiting, ...fresh], waitingSince };
}

/** They were on the person's screen. */
export function saw(budget: NotificationBudget, incidents: readonly Incident[]): NotificationBudget {
  return { ...budget, seen: new Set([...budget.seen, ...incidents.map((incident) => incident.dedupeKey)]) };
}

/**
 * Grown since the person was told. They know of it, and the menu shows how far it is: acknowledged now, it is not told
 * again by the next run either.
 */
export function grown(budget: NotificationBudget, incidents: readonly Incident[]): readonly Incident[] {
  return incidents.filter(
    ({ dedupeKey, notifiedAt, resolvedAt }) => notifiedAt === undefined && resolvedAt === undefined && budget.seen.has(dedupeKey),
  );
}

/**
 * What resolved itself before anyone was told is no news any more. What the person put back or dismissed and what then
 * loses more is news again; what heals and breaks by itself is not, or it would be told in turns for ever.
 */
export function withdraw(budget: NotificationBudget, { dedupeKey, resolution }: Incident): NotificationBudget {
  const waiting = budget.waiting.filter((incident) => incident.dedupeKey !== dedupeKey);
  if (resolution !== 'dismissed' && resolution !== 'restored') return { ...budget, waiting };
  const without = (keys: ReadonlySet<string>) => new Set([...keys].filter((key) => key !== dedupeKey));
  return { ...budget, waiting, told: without(budget.told), seen: without(budget.seen) };
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
  const resets = waiting.filter(isExpectedReset);
  const pressing = waiting.filter((incident) => !isExpectedReset(incident));
  const show = [pressing, resets].flatMap(asOne);
  return { budget: { ...budget, waiting: [], shownAt: show.map(() => now) }, show };
}

/** What needs nobody is told apart from what does. */
function asOne(incidents: readonly Incident[]): readonly Announcement[] {
  const [first, ...others] = incidents;
  if (first === undefined) return [];
  return [others.length === 0 ? { is: 'single', incident: first } : { is: 'group', incidents }];
}
