import type { IncidentDraft } from '../types.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { Evidence, SessionRef, WitnessedRow } from './detection.ts';
import { type PlacedRow, type Places, spokenAround } from './places.ts';
import { Proven } from './proven.ts';
import { reconcile, type Standing } from './reconcile.ts';
import type { ResetWatch } from './reset-watch.ts';
import { Ripeness } from './ripeness.ts';
import type { Noticed, RunBook } from './run-book.ts';
import { sessionKeyOf, type TrackedSession } from './session-table.ts';
import type { StuckWatch } from './stuck-watch.ts';
import type { TurnWatch } from './turn-watch.ts';
import { carriedSession, openUnsaved } from './unsaved-incident.ts';
import { UnsavedStory } from './unsaved-story.ts';
import { sift } from './witnessed-turns.ts';

/** Between two looks at a conversation that waits for its turn to end. */
const LOOK_AGAIN_MS = 3_000;
/** A line that is added now was said lately: 2026.3 holds lines back for one turn at most. */
const RECENT_MS = 30 * 60_000;
/** Nobody can tell where it belongs: by then it would have shown. */
const NOWHERE_MS = 10 * 60_000;
export interface WitnessWatchParts {
  readonly desk: Desk;
  readonly book: RunBook;
  readonly places: Places;
  readonly turns: TurnWatch;
  readonly resets: ResetWatch;
  readonly stuck: StuckWatch;
}

/**
 * Compares what witnesses saw with what transcripts hold, when a turn is over: what no transcript holds was never saved. It
 * asks the buffer only after something was recorded, or after a file of a conversation with such a loss has changed.
 */
export class WitnessWatch {
  readonly #desk: Desk;
  readonly #book: RunBook;
  readonly #places: Places;
  readonly #ripeness: Ripeness;
  readonly #story: UnsavedStory;
  readonly #stuck: StuckWatch;
  readonly #due = new Agenda<string>(LOOK_AGAIN_MS);
  readonly #proven = new Proven();
  readonly #changed = new Map<string, { readonly session: SessionRef; readonly how: 'grew' | 'other' }>();
  /** Conversations with words that no incident speaks of, by when the last of them were kept. */
  readonly #kept = new Map<string, number>();
  #recorded = true;

  constructor({ desk, book, places, turns, resets, stuck }: WitnessWatchParts) {
    this.#desk = desk;
    this.#book = book;
    this.#places = places;
    this.#ripeness = new Ripeness(desk.policy, book, places, turns, desk, stuck);
    this.#stuck = stuck;
    this.#story = new UnsavedStory(desk, book, places, resets);
  }

  /** The first look of all: what was said before is history. `undefined`: another run was here before. */
  importBefore(at: number): void {
    this.#story.historyBefore = at;
  }

  clockSetBack(at: number): void {
    const { historyBefore } = this.#story;
    if (historyBefore !== undefined) this.#story.historyBefore = Math.min(historyBefore, at);
  }

  recorded(): void {
    this.#recorded = true;
  }

  notice(events: readonly Noticed[], at: number): void {
    for (const event of events) this.#book.notice(event, at);
    // A run or a gateway that ended may make ripe what waits.
    if (events.length > 0) this.#recorded = true;
  }

  /** A file of a conversation changed: what was thought lost may be there. */
  touched({ key, session }: TrackedSession, how: 'grew' | 'other'): void {
    if (how === 'other' || !this.#changed.has(key)) this.#changed.set(key, { session, how });
  }

  decide(now: number, evidence: Evidence): void {
    this.#story.settle(now, evidence);
    const looked = this.#lookAt(now, evidence);
    this.#lookAgain(now, evidence, looked);
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }

  /** Returns the conversations (sessions) that were told of. */
  #lookAt(now: number, evidence: Evidence): ReadonlySet<string> {
    const due = new Set(this.#due.take(now));
    const looked = new Set<string>();
    if (!this.#recorded && due.size === 0) return looked;
    this.#recorded = false;
    const rows = evidence.pendingWitnessed().map((row) => this.#learn(row));
    this.#ripeness.note(rows, now);
    this.#stuck.see(rows, now);
    for (const [conversation, group] of groupedBy(rows)) {
      if (!due.has(conversation)) {
        if (!this.#due.has(conversation)) this.#due.set(conversation, now + this.#desk.policy.unpersistedMs);
        continue;
      }
      const left = this.#judge(group, now, evidence, looked);
      if (left > 0) this.#due.set(conversation, this.#ripeness.nextAt(group, now) ?? now + LOOK_AGAIN_MS);
      // There may be more than one answer holds.
      else this.#recorded = true;
    }
    return looked;
  }

  #learn(row: WitnessedRow): PlacedRow {
    const { sourceId, agent, runId, sessionKey } = row;
    if (runId !== undefined && sessionKey !== undefined) this.#book.learn({ sourceId, runId, agent, sessionKey });
    return this.#places.place(row);
  }

  /** Returns how many rows still wait. */
  #judge(group: readonly PlacedRow[], now: number, evidence: Evidence, looked: Set<string>): number {
    const ripe = new Set(group.filter((row) => this.#ripeness.isRipe(row, group, now, evidence)).map(({ id }) => id));
    if (ripe.size === 0) return group.length;
    // What was lost long before says nothing of what is judged now.
    const since = Math.min(...group.map(({ at }) => at)) - RECENT_MS;
    const known = sessionsOf(group).flatMap((session) => evidence.unpersisted(session).filter(({ at }) => at >= since));
    const before = this.#proven.near(group, now);
    const spoken = this.#spokenAround([...group, ...known], evidence);
    const standings = reconcile([...before, ...known, ...group], spoken);
    const taken = new Set<number>();
    for (const row of [...known, ...group]) {
      const standing = standings.get(row.id) ?? 'open';
      if (standing === 'open' || (!ripe.has(row.id) && (row.phase === 'partial' || standing === 'covered') && !row.isUnpersisted)) continue;
      this.#desk.judge({ id: row.id, is: standing });
      taken.add(row.id);
    }
    for (const row of group) if (standings.get(row.id) === 'persisted' && taken.has(row.id)) this.#proven.add(row, now);
    const open = group.filter((row) => ripe.has(row.id) && !taken.has(row.id));
    const { lost, held, kept, nothing } = this.#sort(open, group, standings, now);
    for (const { id } of nothing) {
      this.#desk.judge({ id, is: 'void' });
      taken.add(id);
    }
    for (const row of [...lost, ...kept]) {
      const { id, sessionKey } = row;
      this.#desk.judge({ id, is: 'unpersisted', session: sessionOf(row), ...(sessionKey === undefined ? {} : { sessionKey }) });
      taken.add(id);
    }
    for (const row of kept) this.#kept.set(keyOfRow(row), now);
    const bySession = new Map<string, PlacedRow[]>();
    for (const row of lost) bySession.set(keyOfRow(row), [...(bySession.get(keyOfRow(row)) ?? []), row]);
    for (const row of known) if (!bySession.has(keyOfRow(row))) bySession.set(keyOfRow(row), []);
    for (const [key, added] of bySession) {
      const session = added[0] === undefined ? known.map(sessionOf).find((one) => sessionKeyOf(one) === key) : sessionOf(added[0]);
      if (session === undefined) continue;
      looked.add(key);
      this.#story.tell(
        { session, added, gone: taken, spoken, isQuiet: added.every(({ id }) => held.has(id)) && added.length > 0 },
        now,
        evidence,
      );
    }
    this.#ripeness.forget(taken);
    return group.filter(({ id }) => !taken.has(id)).length;
  }

  #spokenAround(rows: readonly WitnessedRow[], evidence: Evidence) {
    return spokenAround(evidence, rows, ({ sourceId, runId }) => this.#book.startOf(sourceId, runId));
  }

  /**
   * `held`: lost, and no reason to alarm anybody. `kept`: of no incident at all, so that they hide none. What is in none of
   * these waits.
   */
  #sort(
    open: readonly PlacedRow[],
    group: readonly PlacedRow[],
    standings: ReadonlyMap<number, Standing>,
    now: number,
  ): { lost: readonly PlacedRow[]; held: ReadonlySet<number>; kept: readonly PlacedRow[]; nothing: readonly PlacedRow[] } {
    const { lost, failed, beside, nothing } = sift(open, group, (row) => this.#isAside(row));
    const elsewhere = lost.filter((row) => this.#isElsewhere(row));
    const told = lost.filter((row) => !elsewhere.includes(row) && this.#hasPlace(row));
    const isGoingOn = sessionsOf(group).some((session) => openUnsaved(this.#desk, session).length > 0);
    const late = lost.filter((row) => !told.includes(row) && !elsewhere.includes(row) && this.#ripeness.age(row, now) > NOWHERE_MS);
    const isLoss = told.length > 0 || (isGoingOn && lost.length === elsewhere.length);
    const waits =
      lost.length > told.length + late.length + elsewhere.length ||
      group.some(({ id }) => standings.get(id) === 'open' && !open.some((row) => row.id === id));
    const isTold = isLoss || late.length > 0;
    const followers = isTold ? [...beside, ...failed] : [];
    const alone = isTold || waits ? [] : [...beside, ...failed];
    const kept = alone.filter((row) => failed.includes(row) && !this.#isElsewhere(row) && this.#hasPlace(row));
    return {
      lost: [...told, ...late, ...followers].sort((a, b) => a.at - b.at || a.id - b.id),
      held: new Set(isLoss ? [] : [...late, ...followers].map(({ id }) => id)),
      kept,
      nothing: [...nothing, ...elsewhere, ...alone.filter((row) => !kept.includes(row))],
    };
  }

  /** Said by OpenClaw, not by a model. What streamed of a run that failed, and all that a trajectory tells, a model said. */
  #isAside({ witness, sourceId, agent, sessionKey, runId, role, phase }: PlacedRow): boolean {
    if (role !== 'assistant' || runId === undefined || witness === 'trajectory') return false;
    if (phase !== 'error') return this.#book.isAnswerToCommand(sourceId, runId);
    // The recorder tells the replies of an ACP runner as they go out, errors too.
    return witness === 'recorder-plugin' && this.#places.entry(sourceId, agent, sessionKey)?.isAcp === true;
  }

  /** OpenClaw keeps a list of its conversations where it writes them: without one nobody can tell what should be where. */
  #hasPlace(row: PlacedRow): boolean {
    if (row.nativeId !== undefined && this.#places.keepsElsewhere(row)) return true;
    if (row.nativeId === undefined) return false;
    const view = this.#places.view(sessionOf(row));
    // A folder that was removed in mid turn is made again with no list in it: where a file of this was, is where it belongs.
    const isKnown = this.#desk.table.get(sessionOf(row))?.state !== undefined;
    return view !== undefined && (view.state !== 'ok' || view.index !== undefined || isKnown);
  }

  /** What streamed when that died is in no database either. */
  #isElsewhere(row: PlacedRow): boolean {
    return row.phase !== 'partial' && this.#places.keepsElsewhere(row);
  }

  /** Conversations with an open loss, when a file of theirs or of their neighbours changed. */
  #lookAgain(now: number, evidence: Evidence, looked: ReadonlySet<string>): void {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    const isLater = changed.every(({ how }) => how === 'grew');
    for (const [key, at] of this.#kept) if (now - at > RECENT_MS || now < at) this.#kept.delete(key);
    const kept = changed.flatMap(({ session }) => (this.#kept.has(sessionKeyOf(session)) ? [session] : []));
    for (const session of onlyOnce([...this.#lossesNear(changed.map((change) => change.session)), ...kept])) {
      if (looked.has(sessionKeyOf(session))) continue;
      const rows = evidence.unpersisted(session).filter(({ at }) => !isLater || at >= now - RECENT_MS);
      if (rows.length === 0) continue;
      const spoken = this.#spokenAround(rows, evidence);
      const gone = new Set<number>();
      const standings = reconcile([...this.#proven.near(rows, now), ...rows], spoken);
      for (const { id } of rows) {
        const standing = standings.get(id) ?? 'open';
        if (standing === 'open') continue;
        this.#desk.judge({ id, is: standing });
        gone.add(id);
      }
      if (gone.size > 0) this.#story.tell({ session, added: [], gone, spoken, isQuiet: false }, now, evidence);
    }
  }

  #lossesNear(changed: readonly SessionRef[]): readonly SessionRef[] {
    const near = new Map<string, SessionRef>();
    for (const { draft } of this.#desk.openIncidents()) {
      const session = carriedSession(draft);
      if (session === undefined || near.has(sessionKeyOf(session)) || !isCarrying(draft)) continue;
      if (changed.some(({ sourceId, agent }) => sourceId === session.sourceId && agent === session.agent))
        near.set(sessionKeyOf(session), session);
    }
    return [...near.values()];
  }
}

function onlyOnce(sessions: readonly SessionRef[]): Iterable<SessionRef> {
  return new Map(sessions.map((session) => [sessionKeyOf(session), session])).values();
}

function isCarrying({ evidence }: IncidentDraft): boolean {
  return typeof evidence.unpersisted === 'number' && evidence.unpersisted > 0;
}

function groupedBy(rows: readonly PlacedRow[]): ReadonlyMap<string, readonly PlacedRow[]> {
  const groups = new Map<string, PlacedRow[]>();
  for (const row of rows) {
    const group = groups.get(row.conversation);
    if (group === undefined) groups.set(row.conversation, [row]);
    else group.push(row);
  }
  return groups;
}

function sessionsOf(rows: readonly PlacedRow[]): readonly SessionRef[] {
  const sessions = new Map<string, SessionRef>();
  for (const row of rows) if (row.nativeId !== undefined) sessions.set(keyOfRow(row), sessionOf(row));
  return [...sessions.values()];
}

/** A message that belongs nowhere gets a conversation of its own, named after what is known of it. */
function sessionOf({ sourceId, agent, nativeId, runId, sessionKey, id }: WitnessedRow): SessionRef {
  const made = runId ?? (sessionKey === undefined ? `message-${id}` : sessionKey.replaceAll(/[^a-z0-9._-]+/gi, '-'));
  return { sourceId, agent, nativeId: nativeId ?? `unplaced-${made}` };
}

function keyOfRow(row: WitnessedRow): string {
  return sessionKeyOf(sessionOf(row));
}
