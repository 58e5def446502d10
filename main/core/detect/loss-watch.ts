import type { ClosedAs, IncidentDraft } from '../types.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { Evidence, RememberedSession } from './detection.ts';
import { parseSettlingCause, type SettlingKind } from './lifecycle.ts';
import { type Loss, lossKinds, type MassChange } from './mass-change.ts';
import { goneFrom } from './only-here.ts';
import type { TrackedSession } from './session-table.ts';
import { mayStillArrive } from './upgrade.ts';

interface Pending {
  readonly kind: SettlingKind;
  /** `undefined`: the settling began in an earlier run that did not say. */
  readonly generationId: number | undefined;
  readonly since: number;
  readonly sizeAfter: number | undefined;
}

/** Reading a large file again takes longer than it needs to settle; this long we wait for it. */
const longestCatchUpMs = 60_000;

/** Finds out whether a file that vanished, shrank or changed took messages with it that are nowhere else. */
export class LossWatch {
  readonly #desk: Desk;
  readonly #mass: MassChange;
  readonly #pending = new Map<string, Pending>();
  readonly #due: Agenda<string>;
  readonly #recount = new Set<string>();
  /** Lost in an earlier run, which told of it in an incident that may have been one for many. */
  readonly #toldBefore = new Set<string>();

  constructor(desk: Desk, mass: MassChange) {
    this.#desk = desk;
    this.#mass = mass;
    this.#due = new Agenda(desk.policy.settleMs);
  }

  resume(tracked: TrackedSession, remembered: RememberedSession): void {
    if (tracked.state === 'lost') {
      this.#toldBefore.add(tracked.key);
      this.#recount.add(tracked.key);
    }
    if (tracked.state !== 'suspended') return;
    const cause = parseSettlingCause(remembered.stateCause);
    this.#pending.set(tracked.key, {
      kind: cause?.kind ?? 'gone',
      generationId: cause?.generationId,
      since: remembered.stateSince,
      sizeAfter: undefined,
    });
    this.#due.set(tracked.key, remembered.deadlineAt ?? remembered.stateSince + this.#desk.policy.settleMs);
  }

  closed(tracked: TrackedSession, generationId: number, as: Exclude<ClosedAs, 'archived'>, at: number, sizeAfter?: number): void {
    if (tracked.withdrawn) return;
    const kind = settlingKind(as);
    this.#desk.move(tracked, { fact: kind, generationId }, at);
    // The first change of a series dates the loss: a program that rewrites every second must not put it off for ever.
    if (this.#pending.has(tracked.key)) return;
    this.#pending.set(tracked.key, { kind, generationId, since: at, sizeAfter });
    this.#due.set(tracked.key, at + this.#desk.policy.settleMs);
  }

  /** New bytes or a new file: what was lost may be back. */
  touched(tracked: TrackedSession): void {
    if (tracked.state === 'lost' || tracked.reported > 0) this.#recount.add(tracked.key);
  }

  /** Its file went because we took it. `isInPlace`: from a chat that goes on under this name, and can be lost again. */
  forgive(tracked: TrackedSession, isInPlace: boolean): void {
    if (isInPlace) {
      tracked.reported = Number.MAX_SAFE_INTEGER;
      return;
    }
    tracked.withdrawn = true;
    this.#pending.delete(tracked.key);
    this.#due.delete(tracked.key);
  }

  isPending(tracked: TrackedSession): boolean {
    return this.#pending.has(tracked.key);
  }

  decide(now: number, evidence: Evidence): void {
    const losses: Loss[] = [];
    for (const key of this.#due.take(now)) {
      const tracked = this.#desk.table.byKey(key);
      const pending = this.#pending.get(key);
      if (tracked === undefined || pending === undefined) continue;
      if (this.#mustWait(tracked, pending, now, evidence)) {
        this.#due.set(key, now + this.#desk.policy.settleMs);
        continue;
      }
      this.#pending.delete(key);
      const loss = this.#judge(tracked, pending, now, evidence);
      if (loss !== undefined) losses.push(loss);
    }
    this.#mass.report(losses, now);
    for (const key of this.#recount) this.#count(key, now, evidence);
    this.#recount.clear();
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }

  #mustWait(tracked: TrackedSession, pending: Pending, now: number, evidence: Evidence): boolean {
    if (tracked.state === 'restoring') return true;
    const view = this.#desk.views.get(tracked.directoryKey);
    if (view === undefined) return false;
    // What cannot be seen is not gone.
    if (view.state === 'unreadable') return true;
    const isArriving = pending.kind === 'gone' && mayStillArrive(this.#desk, tracked, pending.since, now);
    if (isArriving && goneFrom(evidence, tracked.session).messages > tracked.reported) return true;
    const size = view.transcripts.get(tracked.session.nativeId);
    if (size === undefined || now - pending.since > longestCatchUpMs) return false;
    return (evidence.shape(tracked.session)?.size ?? 0) < size;
  }

  #judge(tracked: TrackedSession, pending: Pending, now: number, evidence: Evidence): Loss | undefined {
    const held = goneFrom(evidence, tracked.session);
    const messages = held.messages - tracked.reported;
    const there = tracked.liveGeneration !== undefined;
    this.#desk.move(tracked, { fact: 'deadline', lost: held.messages > 0, there }, now);
    tracked.reported = held.messages;
    if (held.messages === 0) this.#healed(tracked, now);
    if (messages <= 0) return undefined;
    const kind = incidentKind(pending.kind, there);
    const { sourceId, agent, nativeId } = tracked.session;
    const generationId = held.generationId ?? pending.generationId;
    const which = pending.generationId === undefined ? `t${pending.since}` : `g${pending.generationId}`;
    const draft: IncidentDraft = {
      kind,
      dedupeKey: `${kind}:${agent}:${nativeId}:s${sourceId}:${which}`,
      severity: 'loss',
      sourceId,
      agent,
      nativeId,
      ...(generationId === undefined ? {} : { generationId }),
      messages,
      bytes: held.bytes,
      evidence: {
        since: pending.since,
        lastOnDiskAt: Math.min(tracked.lastAppendAt, pending.since),
        fileThere: there,
        ...(this.#desk.views.get(tracked.directoryKey)?.directory.store === 'database' ? { store: 'database' } : {}),
        ...(pending.sizeAfter === undefined ? {} : { sizeAfter: pending.sizeAfter }),
        ...(held.messages === messages ? {} : { onlyHereInAll: held.messages }),
      },
    };
    return { tracked, draft };
  }

  #count(key: string, now: number, evidence: Evidence): void {
    const tracked = this.#desk.table.byKey(key);
    if (tracked === undefined || this.#pending.has(key)) return;
    const { messages } = goneFrom(evidence, tracked.session);
    // What came back counts as new when it is lost again.
    tracked.reported = this.#toldBefore.delete(key) ? messages : Math.min(tracked.reported, messages);
    if (messages > 0 || tracked.state !== 'lost') return;
    this.#healed(tracked, now);
    this.#desk.move(tracked, { fact: 'healed', there: tracked.liveGeneration !== undefined }, now);
  }

  #healed(tracked: TrackedSession, now: number): void {
    for (const { draft } of this.#desk.incidentsOf(tracked.session, lossKinds)) this.#desk.resolve(draft.dedupeKey, 'self-healed', now);
    this.#mass.leave(tracked.key, 'self-healed', now);
  }
}

function settlingKind(as: Exclude<ClosedAs, 'archived'>): SettlingKind {
  if (as === 'deleted') return 'gone';
  return as === 'truncated' ? 'truncated' : 'overwritten';
}

function incidentKind(kind: SettlingKind, there: boolean): (typeof lossKinds)[number] {
  // A file that vanished and was begun anew under the same name is, for a person, an overwritten one only when we saw it so.
  if (kind === 'gone') return 'deleted';
  if (kind === 'truncated' && there) return 'truncated';
  return there ? 'overwritten' : 'deleted';
}
