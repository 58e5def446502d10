import type { IncidentDraft } from '../types.ts';
import type { Desk, OpenIncident } from './desk.ts';
import type { Evidence, SessionRef, SpokenMessage, WitnessedRow } from './detection.ts';
import type { PlacedRow, Places } from './places.ts';
import type { ResetWatch } from './reset-watch.ts';
import type { RunBook } from './run-book.ts';
import { sessionKeyOf } from './session-table.ts';
import { isNotice } from './spoken-text.ts';
import { carriedBy, carrying, isSameDraft, openUnsaved, owns } from './unsaved-incident.ts';
import { isCutOff, isFailedReply, unheardPrompts } from './witnessed-turns.ts';
import { writeBlock } from './write-block.ts';

/** What was found out about one conversation in one look. */
export interface Finding {
  readonly session: SessionRef;
  /** Lost since the last look. */
  readonly added: readonly PlacedRow[];
  /** Ids that have another verdict now; some of them were thought lost before. */
  readonly gone: ReadonlySet<number>;
  readonly spoken: readonly SpokenMessage[];
  /** Kept, and no reason to alarm anybody. */
  readonly isQuiet: boolean;
}

/** What is heard of only then may be long over, and OpenClaw has cleaned up since. */
const HISTORY_MS = 24 * 3_600_000;
/** As far back as a look at one turn goes. */
const RECENT_MS = 30 * 60_000;
/** Of one incident: a timeline shows where they are missing. */
const MOST_UNHEARD = 200;
const STARTUP = /^A new session was started via \//;

/**
 * Tells what was never written: one incident for one loss, which grows while it lasts and ends when OpenClaw catches up. It
 * is rebuilt from the open incident and the buffer each time, so that a restart changes nothing.
 */
export class UnsavedStory {
  readonly #desk: Desk;
  readonly #book: RunBook;
  readonly #places: Places;
  readonly #resets: ResetWatch;
  readonly #unsettled = new Map<string, SessionRef>();
  /** What was said before the first look of all is no news. */
  historyBefore: number | undefined;

  constructor(desk: Desk, book: RunBook, places: Places, resets: ResetWatch) {
    this.#desk = desk;
    this.#book = book;
    this.#places = places;
    this.#resets = resets;
  }

  tell(finding: Finding, now: number, evidence: Evidence): void {
    const { session, added, gone } = finding;
    const known = evidence.unpersisted(session);
    const stored = known.filter(({ id }) => !gone.has(id));
    const rows = [...stored, ...added].sort((a, b) => a.at - b.at || a.id - b.id);
    const homes = openUnsaved(this.#desk, session);
    const alarming = stored.filter((row) => !isFailedReply(row));
    const home = added.length === 0 ? undefined : this.#home(finding, homes, alarming, now, evidence);
    const healed = known.filter((row) => gone.has(row.id) && !isFailedReply(row));
    for (const { draft } of homes) if (draft.dedupeKey !== home?.dedupeKey) this.#update(draft, rows, healed, now);
    if (home === undefined) return;
    const ofHome = rows.filter((row) => added.some(({ id }) => id === row.id) || owns(home, row));
    const least = stored.length < known.length ? 0 : carriedBy(home) + added.length;
    this.#raise(home, carrying(home, ofHome, this.#facts(finding, home, now), least), now);
    this.#mergeInto(home, session, now);
    this.#unsettled.set(sessionKeyOf(session), session);
  }

  /** After the commit the buffer says which generation holds what was told. */
  settle(now: number, evidence: Evidence): void {
    for (const session of [...this.#unsettled.values(), ...this.#resets.takeOrphaned()]) {
      const homes = openUnsaved(this.#desk, session);
      const rows = homes.length === 0 ? [] : evidence.unpersisted(session);
      const reset = homes.find(({ draft }) => draft.kind === 'reset-without-successor')?.draft;
      const told = homes.filter(({ draft }) => draft.kind !== 'reset-without-successor' && carriedBy(draft) > 0);
      if (reset !== undefined && told.length > 0) {
        // The loss was told before the reset that explains it was understood.
        const times = told.flatMap(({ draft }) => (typeof draft.evidence.firstAt === 'number' ? [draft.evidence.firstAt] : []));
        const since = { ...reset, evidence: { ...reset.evidence, firstAt: Math.min(...times) } };
        this.#raise(
          reset,
          carrying(
            since,
            rows.filter((row) => owns(since, row)),
            kept(told[0]?.draft),
          ),
          now,
        );
        this.#mergeInto(reset, session, now);
      }
      const { generationId } = evidence.onlyHere(session);
      for (const { draft } of openUnsaved(this.#desk, session)) {
        if (generationId === undefined || draft.generationId === generationId || carriedBy(draft) === 0) continue;
        this.#raise(draft, { ...draft, generationId }, now);
      }
    }
    this.#unsettled.clear();
  }

  /** `healed`: were lost, and are not any more. */
  #update(draft: IncidentDraft, rows: readonly WitnessedRow[], healed: readonly WitnessedRow[], now: number): void {
    if (carriedBy(draft) === 0) return;
    const ofHome = rows.filter((row) => owns(draft, row));
    // What is left of a loss when OpenClaw has caught up is kept, as it would have been by itself.
    const isOver = ofHome.every(isFailedReply) && healed.some((row) => owns(draft, row));
    if (ofHome.length > 0 && !isOver) this.#raise(draft, carrying(draft, ofHome, {}), now);
    // What we put there ourselves and took away again was on disk for a while, and OpenClaw has not written it.
    else if (draft.evidence.takenBack !== true) this.#desk.resolve(draft.dedupeKey, 'self-healed', now);
  }

  /** The incident that the new losses belong to; opens one when there is none. */
  #home(
    finding: Finding,
    homes: readonly OpenIncident[],
    stored: readonly WitnessedRow[],
    now: number,
    evidence: Evidence,
  ): IncidentDraft | undefined {
    const { session, added } = finding;
    const drafts = homes.map(({ draft }) => draft);
    const reset = drafts.find(({ kind }) => kind === 'reset-without-successor');
    const going = drafts.find(({ kind }) => kind === 'unpersisted' || kind === 'writes-blocked');
    const cut = isCutOff(added);
    const cutHome = cut ? drafts.find((draft) => draft.kind === 'interrupted-reply' && this.#isSameCut(draft, added)) : undefined;
    if (reset === undefined && going !== undefined)
      return this.#isNowBlocked(going, finding, stored) ? { ...going, kind: 'writes-blocked' } : going;
    const known = reset ?? cutHome;
    if (known !== undefined) return known;
    const because = this.#because(finding);
    if (finding.isQuiet || this.#isHistory(added) || (because === 'acp-runner' && stored.length > 0)) {
      this.#file(finding, because, now);
      return undefined;
    }
    if (because === undefined && !cut) {
      const lastAt = Math.max(...added.map(({ at }) => at));
      this.#resets.orphaned(session, lastAt, now, evidence);
      const opened = openUnsaved(this.#desk, session).find(({ draft }) => draft.kind === 'reset-without-successor');
      if (opened !== undefined) return opened.draft;
    }
    return this.#draft(finding, because, cut);
  }

  #draft({ session, added, spoken }: Finding, because: string | undefined, cut: boolean): IncidentDraft {
    const { sourceId, agent, nativeId } = session;
    const firstAt = Math.min(...added.map(({ at }) => at));
    const kind =
      because !== undefined
        ? 'unpersisted'
        : cut
          ? 'interrupted-reply'
          : this.#isBlocked(session, added, spoken)
            ? 'writes-blocked'
            : 'unpersisted';
    const which = because === 'acp-runner' ? 'acp' : `t${firstAt}`;
    return {
      kind,
      dedupeKey: `${kind}:${agent}:${nativeId}:s${sourceId}:${which}`,
      severity: because === undefined ? 'loss' : 'warning',
      ...session,
      messages: 0,
      bytes: 0,
      evidence: { firstAt, ...(because === undefined ? {} : { because }) },
    };
  }

  /** A single loss that goes on shows what it is. */
  #isNowBlocked(going: IncidentDraft, { session, added, spoken }: Finding, stored: readonly WitnessedRow[]): boolean {
    if (going.kind !== 'unpersisted' || going.evidence.because !== undefined) return false;
    const since = Math.min(...added.map(({ at }) => at)) - RECENT_MS;
    return this.#isBlocked(session, [...stored.filter(({ at }) => at >= since), ...added], spoken);
  }

  /** The file was there before, and nothing has come to it since. */
  #isBlocked(session: SessionRef, added: readonly WitnessedRow[], spoken: readonly SpokenMessage[]): boolean {
    const view = this.#places.view(session);
    const hasFile = this.#desk.table.get(session)?.liveGeneration !== undefined && view?.transcripts.has(session.nativeId) === true;
    const reason = writeBlock(view, session.nativeId);
    if (reason === 'no-directory') return true;
    const firstAt = Math.min(...added.map(({ at }) => at));
    const ended = added.filter(({ endsRun, phase }) => endsRun && phase === 'final').length;
    const moved = spoken.some(
      ({ session: { nativeId }, role, at }) => nativeId === session.nativeId && role === 'assistant' && at > firstAt,
    );
    return hasFile && !moved && ended > 0 && (reason !== 'unknown' || ended > 1);
  }

  #because({ session, added, spoken }: Finding): 'acp-runner' | 'acp-init-failed' | undefined {
    const own = spoken.filter(({ session: { nativeId } }) => nativeId === session.nativeId);
    if (
      added.every(({ runId }) => runId === session.nativeId) &&
      own.length > 0 &&
      own.every(({ role, text }) => role === 'assistant' && isNotice(text))
    )
      return 'acp-init-failed';
    const isAcp = added.some(
      ({ witness, sessionKey }) =>
        witness === 'acp-store' || this.#places.entry(session.sourceId, session.agent, sessionKey)?.isAcp === true,
    );
    // Later versions do write it: there a missing message is a loss like any other.
    return isAcp && !own.some(({ role, text }) => role === 'user' && !STARTUP.test(text)) ? 'acp-runner' : undefined;
  }

  #isHistory(added: readonly PlacedRow[]): boolean {
    const before = this.historyBefore ?? Number.NEGATIVE_INFINITY;
    return added.every(
      (row) =>
        row.at < before ||
        (row.seenAt - row.at > HISTORY_MS && (row.witness === 'acp-store' || row.witness === 'trajectory' || this.#isCleanedUp(row))),
    );
  }

  /** OpenClaw lists it no longer: its file may have come and gone while nobody looked, as those of timed jobs do after a day. */
  #isCleanedUp({ sourceId, agent, nativeId, sessionKey }: PlacedRow): boolean {
    if (nativeId === undefined || sessionKey === undefined) return false;
    const isListRead = this.#places.view({ sourceId, agent, nativeId })?.index?.ok === true;
    return isListRead && this.#places.entry(sourceId, agent, sessionKey) === undefined;
  }

  /** Quiet history: it is kept and can be found, and nobody is alarmed. */
  #file(finding: Finding, because: string | undefined, now: number): void {
    const draft = this.#draft(finding, because, false);
    this.#desk.raise(
      {
        ...carrying({ ...draft, kind: 'unpersisted' }, finding.added, { quiet: true }),
        dedupeKey: `unpersisted:${draft.dedupeKey.slice(draft.kind.length + 1)}:found`,
        severity: 'info',
        resolution: 'expected',
      },
      now,
    );
  }

  #facts({ session, added, spoken }: Finding, home: IncidentDraft, now: number): Readonly<Record<string, unknown>> {
    const { sourceId, nativeId } = session;
    const firstAt = Math.min(...added.map(({ at }) => at));
    const lastAt = Math.max(...added.map(({ at }) => at));
    const before = home.evidence.userMessagesMissing;
    const fresh = unheardPrompts(added, spoken);
    const missing = fresh.length + (typeof before === 'number' ? before : 0);
    const unheard = [...(Array.isArray(home.evidence.unheard) ? home.evidence.unheard : []), ...fresh].slice(-MOST_UNHEARD);
    const told = Array.isArray(home.evidence.signs) ? home.evidence.signs.filter((sign) => typeof sign === 'string') : [];
    const signs = [...new Set([...told, ...this.#book.signs(sourceId, nativeId, firstAt, lastAt)])].sort();
    const cut = isCutOff(added);
    const end = cut ? this.#book.endedAfter(sourceId, lastAt, now) : undefined;
    const reason = writeBlock(this.#places.view(session), nativeId);
    const explains =
      home.evidence.because === undefined &&
      (reason !== 'unknown' || (home.kind === 'writes-blocked' && home.evidence.reason === undefined));
    return {
      ...(missing > 0 ? { userMessagesMissing: missing, unheard } : {}),
      ...(signs.length > 0 ? { signs } : {}),
      ...(cut ? { interrupted: true } : {}),
      ...(end === undefined ? {} : { gatewayEndedAt: end.at }),
      ...(end?.closeCode === undefined ? {} : { closeCode: end.closeCode }),
      ...(end?.clean === undefined ? {} : { clean: end.clean }),
      ...(explains && !cut ? { reason } : {}),
    };
  }

  #isSameCut({ evidence }: IncidentDraft, added: readonly PlacedRow[]): boolean {
    const { firstAt, lastAt, createdAt, deadSince, firstSeenAt } = evidence;
    const from = [firstAt, createdAt, firstSeenAt].find((time) => typeof time === 'number');
    const to = [lastAt, deadSince].find((time) => typeof time === 'number');
    if (typeof from !== 'number' || typeof to !== 'number') return true;
    // A lock is dated by the start of its turn, partial text by its last piece.
    return added.some(({ at }) => at >= from - 60_000 && at <= to + 60_000);
  }

  #raise(before: IncidentDraft, draft: IncidentDraft, now: number): void {
    const grown: IncidentDraft = carriedBy(draft) > 0 && draft.evidence.because === undefined ? { ...draft, severity: 'loss' } : draft;
    if (this.#desk.incident(draft.dedupeKey) === undefined || !isSameDraft(before, grown)) this.#desk.raise(grown, now);
  }

  /** Never two incidents for one loss. */
  #mergeInto(home: IncidentDraft, session: SessionRef, now: number): void {
    for (const { draft } of openUnsaved(this.#desk, session)) {
      const isOther = draft.dedupeKey !== home.dedupeKey;
      // A cut-off reply of another time that carries messages is a loss of its own.
      const isApart = draft.kind === 'interrupted-reply' && carriedBy(draft) > 0 && home.kind !== 'reset-without-successor';
      if (!isOther || isApart) continue;
      this.#desk.raise({ ...draft, evidence: { ...draft.evidence, groupedInto: home.dedupeKey } }, now);
      this.#desk.resolve(draft.dedupeKey, 'expected', now);
    }
  }
}

function kept(draft: IncidentDraft | undefined): Readonly<Record<string, unknown>> {
  const { userMessagesMissing, unheard, signs, reason } = draft?.evidence ?? {};
  return {
    ...(userMessagesMissing === undefined ? {} : { userMessagesMissing }),
    ...(unheard === undefined ? {} : { unheard }),
    ...(signs === undefined ? {} : { signs }),
    ...(reason === undefined ? {} : { reason }),
  };
}
