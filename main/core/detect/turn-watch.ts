import type { DirectoryRef } from '../capture/change.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { DirectoryView, LockSighting, SessionRef } from './detection.ts';
import { directoryKeyOf, type TrackedSession, unplaced } from './session-table.ts';
import { carriedBy, openUnsaved } from './unsaved-incident.ts';

/** A turn that is over: its lock was on disk and is not any more. */
export interface EndedTurn {
  readonly directoryKey: string;
  readonly nativeId: string;
  readonly createdAt: number;
  readonly endedAt: number;
  /**
   * Its holder lived when the lock was last seen. A gateway that is told to stop in mid turn lets go too; that turn has not
   * moved the index past its lock, which is asked for beside this.
   */
  readonly orderly: boolean;
}

interface HeldLock {
  readonly session: SessionRef;
  sighting: LockSighting;
  readonly firstSeenAt: number;
  deadSince: number | undefined;
}

/** A lock torn by a crash has no readable content; OpenClaw itself leaves it alone for 30 s at least. */
const unreadableLockMs = 30_000;

/** Follows the locks that OpenClaw holds for the length of a turn. */
export class TurnWatch {
  readonly #desk: Desk;
  readonly #directories = new Map<string, Map<string, HeldLock>>();
  readonly #dead: Agenda<HeldLock>;
  readonly #held: Agenda<HeldLock>;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#dead = new Agenda(desk.policy.settleMs);
    this.#held = new Agenda(Math.max(desk.policy.lockHeldMs, unreadableLockMs));
  }

  see(view: DirectoryView, at: number): readonly EndedTurn[] {
    const directoryKey = directoryKeyOf(view.directory);
    if (view.state === 'unreadable') return [];
    if (!this.#directories.has(directoryKey)) this.#endBlocksOfBefore(view, directoryKey, at);
    const held = this.#directories.get(directoryKey) ?? new Map<string, HeldLock>();
    this.#directories.set(directoryKey, held);
    if (held.size === 0 && view.locks.length === 0) return [];
    const ended: EndedTurn[] = [];
    const present = new Map(view.locks.map((lock) => [lock.nativeId, lock]));
    for (const [nativeId, lock] of held) {
      const now = present.get(nativeId);
      if (now !== undefined && (now.createdAt === lock.sighting.createdAt || lock.sighting.createdAt === undefined)) continue;
      held.delete(nativeId);
      ended.push(this.#end(view, directoryKey, lock, at));
    }
    for (const sighting of view.locks) this.#sight(view, held, sighting, at);
    return ended;
  }

  /** A turn is running on the transcript now, as far as can be told. */
  isLocked(directoryKey: string, nativeId: string): boolean {
    const lock = this.#directories.get(directoryKey)?.get(nativeId);
    return lock !== undefined && lock.sighting.holderAlive !== false;
  }

  /** Who holds the turn's lock of a transcript. A conversation without any file is looked for where its agent's files are. */
  holder(directoryKey: string | undefined, directory: DirectoryRef | undefined, nativeId: string): 'alive' | 'dead' | 'none' {
    const key = directoryKey === undefined || directoryKey === unplaced ? directory && directoryKeyOf(directory) : directoryKey;
    const lock = key === undefined ? undefined : this.#directories.get(key)?.get(nativeId);
    if (lock === undefined) return 'none';
    return lock.sighting.holderAlive === false ? 'dead' : 'alive';
  }

  /** The transcript grew: a reply that was cut off is part of a conversation that went on. */
  grew(tracked: TrackedSession, at: number): void {
    this.#settle(tracked, 'self-healed', at);
  }

  /** The conversation was put away, and the interrupted turn with it. */
  putAway(tracked: TrackedSession, at: number): void {
    this.#settle(tracked, 'expected', at);
  }

  decide(now: number): void {
    for (const lock of this.#dead.take(now)) this.#judge(lock, now);
    for (const lock of this.#held.take(now)) this.#judge(lock, now);
  }

  get agendas(): readonly Deadlines[] {
    return [this.#dead, this.#held];
  }

  /** A lock that blocked an earlier run and went while nobody looked. */
  #endBlocksOfBefore(view: DirectoryView, directoryKey: string, at: number): void {
    const locked = new Set(view.locks.map(({ nativeId }) => nativeId));
    for (const { draft } of [...this.#desk.openIncidents()]) {
      const { agent, nativeId, sourceId } = draft;
      if (draft.kind !== 'writes-blocked' || carriedBy(draft) > 0 || agent === undefined || nativeId === undefined || locked.has(nativeId))
        continue;
      const home = this.#desk.table.get({ sourceId, agent, nativeId })?.directoryKey;
      const here = home === undefined ? agent === view.directory.agent && sourceId === view.directory.sourceId : home === directoryKey;
      if (here) this.#desk.resolve(draft.dedupeKey, 'self-healed', at);
    }
  }

  #sight(view: DirectoryView, held: Map<string, HeldLock>, sighting: LockSighting, at: number): void {
    const { nativeId } = sighting;
    const { sourceId, agent } = view.directory;
    const before = held.get(nativeId);
    const lock = before ?? { session: { sourceId, agent, nativeId }, sighting, firstSeenAt: at, deadSince: undefined };
    const wasReadable = before?.sighting.pid !== undefined;
    lock.sighting = sighting;
    held.set(nativeId, lock);
    if (sighting.holderAlive === false) {
      if (lock.deadSince !== undefined) return;
      lock.deadSince = at;
      this.#held.delete(lock);
      this.#dead.set(lock, at + this.#desk.policy.settleMs);
      return;
    }
    const revived = lock.deadSince !== undefined;
    lock.deadSince = undefined;
    this.#dead.delete(lock);
    if (before !== undefined && !revived && wasReadable === (sighting.pid !== undefined)) return;
    const { lockHeldMs } = this.#desk.policy;
    const unreadable = sighting.pid === undefined;
    this.#held.set(
      lock,
      unreadable ? lock.firstSeenAt + unreadableLockMs : Math.max(at, (sighting.createdAt ?? lock.firstSeenAt) + lockHeldMs + 1),
    );
  }

  #end(view: DirectoryView, directoryKey: string, lock: HeldLock, at: number): EndedTurn {
    const { session } = lock;
    this.#dead.delete(lock);
    this.#held.delete(lock);
    for (const { draft } of this.#desk.incidentsOf(session, ['writes-blocked'])) {
      // What was not written meanwhile is not written by that.
      if (carriedBy(draft) === 0) this.#desk.resolve(draft.dedupeKey, 'self-healed', at);
    }
    return {
      directoryKey,
      nativeId: session.nativeId,
      createdAt: lock.sighting.createdAt ?? lock.firstSeenAt,
      endedAt: at,
      orderly: lock.sighting.holderAlive ?? view.gateway === 'running',
    };
  }

  #judge(lock: HeldLock, now: number): void {
    const { session } = lock;
    const kind = lock.deadSince === undefined ? 'writes-blocked' : 'interrupted-reply';
    if (kind === 'writes-blocked' && lock.sighting.pid !== undefined && lock.sighting.holderAlive !== true) {
      this.#held.set(lock, now + unreadableLockMs);
      return;
    }
    const open = this.#desk.incidentsOf(session, [kind])[0]?.draft;
    // A loss that is told already is the same story.
    if (open === undefined && openUnsaved(this.#desk, session).some(({ draft }) => carriedBy(draft) > 0)) return;
    const { pid, createdAt } = lock.sighting;
    this.#desk.raise(
      {
        kind,
        dedupeKey: open?.dedupeKey ?? `${kind}:${session.agent}:${session.nativeId}:s${session.sourceId}:t${createdAt ?? lock.firstSeenAt}`,
        severity: open?.severity ?? 'warning',
        ...session,
        ...(open?.generationId === undefined ? {} : { generationId: open.generationId }),
        messages: open?.messages ?? 0,
        bytes: open?.bytes ?? 0,
        evidence: {
          ...open?.evidence,
          ...(pid === undefined ? { lockUnreadable: true } : { pid }),
          ...(createdAt === undefined ? {} : { createdAt }),
          firstSeenAt: lock.firstSeenAt,
          ...(lock.deadSince === undefined ? { heldMs: now - (createdAt ?? lock.firstSeenAt) } : { deadSince: lock.deadSince }),
        },
      },
      now,
    );
  }

  #settle(tracked: TrackedSession, as: 'self-healed' | 'expected', at: number): void {
    for (const { draft } of this.#desk.incidentsOf(tracked.session, ['interrupted-reply'])) {
      // The part of the reply that nobody wrote is still only here.
      if (carriedBy(draft) === 0) this.#desk.resolve(draft.dedupeKey, as, at);
    }
  }
}
