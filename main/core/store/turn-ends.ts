import type { Crash } from '../timeline-marks.ts';
import type { IncidentDraft } from '../types.ts';
import { type IncidentRow, SELECT_INCIDENT, toDraft } from './incident-rows.ts';
import type { Sqlite } from './sqlite.ts';

/** A crash, and the time up to which messages came before it. */
export interface PlacedCrash extends Crash {
  readonly after: number;
}

/** Replies whose prompt nobody saw: it came after the first time, and at the second at the latest. */
export type Unheard = readonly [after: number, upTo: number];

/** What incidents of a conversation know of the ends of its turns. */
export interface TurnEnds {
  readonly crashes: readonly PlacedCrash[];
  readonly unheard: readonly Unheard[];
}

/** Partial text is dated by its last piece, which may be heard a moment after the end. */
const END_SLACK_MS = 5_000;

/** Pure. Incidents of one conversation, also those that are long over. */
export function turnEndsOf(incidents: readonly Pick<IncidentDraft, 'kind' | 'evidence'>[]): TurnEnds {
  const crashes = incidents.flatMap((incident) => crashOf(incident) ?? []);
  // One end, told by a lock and by a witness: the one that knows the time comes first.
  crashes.sort((a, b) => Number(a.noticed ?? false) - Number(b.noticed ?? false) || a.after - b.after);
  return { crashes, unheard: oneByOne(incidents.flatMap(({ evidence }) => unheardIn(evidence.unheard))) };
}

/** What was heard in different looks at a conversation: a prompt comes after the reply before it. */
function oneByOne(told: readonly Unheard[]): readonly Unheard[] {
  const sorted = told.toSorted(([, a], [, b]) => a - b);
  return sorted.map(([after, upTo], i) => [Math.max(after, sorted[i - 1]?.[1] ?? 0), upTo]);
}

/** The one that stands between messages of these times. */
export function crashBetween(crashes: readonly PlacedCrash[], from: number, to: number): Crash | undefined {
  const found = crashes.find(({ after }) => from <= after && after < to);
  if (found === undefined) return undefined;
  const { after: _place, ...crash } = found;
  return crashes.some((other) => other.abrupt === true && from <= other.after && other.after < to) ? { ...crash, abrupt: true } : crash;
}

function crashOf({ kind, evidence }: Pick<IncidentDraft, 'kind' | 'evidence'>): PlacedCrash | undefined {
  const { gatewayEndedAt: endedAt, deadSince, lastAt, closeCode, clean, interrupted } = evidence;
  const hasDeadLock = kind === 'interrupted-reply' && typeof deadSince === 'number';
  const abrupt = hasDeadLock || clean === false || closeCode === 1006 ? { abrupt: true as const } : {};
  if (typeof endedAt === 'number' && interrupted === true) {
    const isLater = typeof lastAt === 'number' && lastAt > endedAt && lastAt <= endedAt + END_SLACK_MS;
    return { at: endedAt, after: isLater ? lastAt : endedAt, ...abrupt };
  }
  return hasDeadLock ? { at: deadSince, after: deadSince, noticed: true, ...abrupt } : undefined;
}

function unheardIn(told: unknown): readonly Unheard[] {
  if (!Array.isArray(told)) return [];
  return told.flatMap((pair: unknown): readonly Unheard[] => {
    if (!Array.isArray(pair)) return [];
    const [after, upTo]: readonly unknown[] = pair;
    return typeof after === 'number' && typeof upTo === 'number' ? [[after, upTo]] : [];
  });
}

const MOST_INCIDENTS = 500;

export class TurnEndQueries {
  readonly #incidents;

  constructor(db: Sqlite) {
    this.#incidents = db.prepare<[number], IncidentRow>(
      `${SELECT_INCIDENT} WHERE s.id = ? AND i.kind IN ('interrupted-reply','unpersisted','writes-blocked','reset-without-successor')
        ORDER BY i.opened_at DESC LIMIT ${MOST_INCIDENTS}`,
    );
  }

  of(sessionRow: number): TurnEnds {
    return turnEndsOf(this.#incidents.all(sessionRow).map(toDraft));
  }
}
