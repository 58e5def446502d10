import type { Artefact, IndexEntry } from '../sources/source.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { DirectoryView, Evidence, SessionRef } from './detection.ts';
import { goneFrom } from './only-here.ts';
import { resetCause } from './reset-cause.ts';
import { directoryKeyOf, sessionKeyOf, type TrackedSession } from './session-table.ts';
import type { EndedTurn, TurnWatch } from './turn-watch.ts';
import { carriedBy } from './unsaved-incident.ts';

interface Watched {
  readonly tracked: TrackedSession;
  readonly resetAt: number;
  readonly archivePath: string | undefined;
  /** OpenClaw's id that the routing key names since the reset. */
  newSessionId: string | undefined;
  /** Name that the new transcript will have. */
  successor: SessionRef | undefined;
  first: { readonly ranOnce: boolean; readonly hasSessionFile: boolean } | undefined;
  entry: IndexEntry | undefined;
  turns: number;
  lastTurn: EndedTurn | undefined;
  ranSince: number | undefined;
  successorSeenAt: number | undefined;
  saidAcp: boolean;
}

/** The file of a completed turn may be written a moment after its lock is gone. */
const graceBeyondSettlingMs = 1_000;

/**
 * Follows a conversation from its reset to the transcript that continues it. OpenClaw writes that file when the first
 * reply completes, so a missing one means nothing; it is a loss only with evidence that a turn did complete.
 */
export class ResetWatch {
  readonly #desk: Desk;
  readonly #turns: TurnWatch;
  readonly #classify: (name: string) => Artefact;
  readonly #byDirectory = new Map<string, Map<string, Watched>>();
  readonly #stale = new Set<string>();
  readonly #due: Agenda<string>;
  #orphaned: SessionRef[] = [];

  constructor(desk: Desk, turns: TurnWatch, classify: (name: string) => Artefact) {
    this.#desk = desk;
    this.#turns = turns;
    this.#classify = classify;
    this.#due = new Agenda(desk.policy.settleMs + graceBeyondSettlingMs);
  }

  begin(tracked: TrackedSession, resetAt: number, archivePath: string | undefined): void {
    const directory = this.#byDirectory.get(tracked.directoryKey) ?? new Map<string, Watched>();
    this.#byDirectory.set(tracked.directoryKey, directory);
    directory.set(tracked.key, {
      tracked,
      resetAt,
      archivePath,
      newSessionId: undefined,
      successor: undefined,
      first: undefined,
      entry: undefined,
      turns: 0,
      lastTurn: undefined,
      ranSince: undefined,
      successorSeenAt: undefined,
      saidAcp: false,
    });
    this.#stale.add(tracked.directoryKey);
  }

  end(tracked: TrackedSession): void {
    this.#byDirectory.get(tracked.directoryKey)?.delete(tracked.key);
  }

  /** Something changed in a directory: its index, its locks or its files. */
  see(view: DirectoryView, endedTurns: readonly EndedTurn[], at: number): void {
    const directoryKey = directoryKeyOf(view.directory);
    const directory = this.#byDirectory.get(directoryKey);
    if (directory === undefined || directory.size === 0) return;
    this.#stale.add(directoryKey);
    for (const watched of directory.values()) {
      if (view.index?.ok === true) this.#follow(watched, view.index.entries, at);
      for (const turn of endedTurns) if (turn.nativeId === watched.successor?.nativeId) this.#count(watched, turn);
    }
  }

  decide(now: number, evidence: Evidence): void {
    for (const directoryKey of this.#due.take(now)) this.#stale.add(directoryKey);
    for (const directoryKey of this.#stale) {
      for (const watched of [...(this.#byDirectory.get(directoryKey)?.values() ?? [])]) this.#judge(watched, now, evidence);
    }
    this.#stale.clear();
  }

  /**
   * Witnesses saw turns of a conversation that no file holds: when it is the successor of one that was reset, that reset is the
   * story. A lock that is still there, as a gateway leaves it that cannot write, does not speak against it.
   */
  orphaned(successor: SessionRef, turnEndedAt: number, now: number, evidence: Evidence): void {
    if (this.#desk.table.get(successor)?.liveGeneration !== undefined) return;
    for (const directory of this.#byDirectory.values()) {
      for (const watched of directory.values()) {
        const { tracked, entry } = watched;
        if (watched.successor === undefined || sessionKeyOf(watched.successor) !== sessionKeyOf(successor)) continue;
        if (entry?.isAcp !== true && tracked.state === 'reset') this.#orphan(watched, turnEndedAt, now, evidence);
      }
    }
  }

  /** Successors of conversations that were found orphaned since this was last asked. */
  takeOrphaned(): readonly SessionRef[] {
    const orphaned = this.#orphaned;
    this.#orphaned = [];
    return orphaned;
  }

  get agendas(): readonly Deadlines[] {
    return [this.#due];
  }

  #follow(watched: Watched, entries: ReadonlyMap<string, IndexEntry>, at: number): void {
    const { tracked } = watched;
    watched.entry = tracked.routingKey === undefined ? undefined : entries.get(tracked.routingKey);
    const { entry } = watched;
    if (entry === undefined || entry.sessionId === tracked.sessionId) return;
    if (entry.sessionId !== watched.newSessionId) {
      watched.newSessionId = entry.sessionId;
      watched.first = { ranOnce: entry.ranOnce, hasSessionFile: entry.hasSessionFile };
      watched.turns = 0;
      watched.lastTurn = undefined;
      watched.ranSince = undefined;
      watched.successorSeenAt = undefined;
    }
    watched.successor = { ...tracked.session, nativeId: nativeIdOf(entry, this.#classify) };
    if (entry.ranOnce) watched.ranSince ??= at;
    if (watched.ranSince !== undefined) this.#due.set(tracked.directoryKey, watched.ranSince + this.#graceMs);
  }

  #count(watched: Watched, turn: EndedTurn): void {
    watched.lastTurn = turn.orderly ? turn : undefined;
    if (!turn.orderly) return;
    watched.turns += 1;
    this.#due.set(watched.tracked.directoryKey, turn.endedAt + this.#graceMs);
  }

  #judge(watched: Watched, now: number, evidence: Evidence): void {
    const { successor, tracked } = watched;
    if (tracked.state !== 'reset' && tracked.state !== 'orphaned') return;
    if (watched.entry !== undefined && watched.entry.sessionId === tracked.sessionId && tracked.liveGeneration !== undefined) {
      this.#returned(watched, now);
      return;
    }
    if (successor === undefined || watched.entry?.sessionId !== watched.newSessionId) return;
    if (this.#desk.table.get(successor)?.liveGeneration !== undefined) {
      this.#succeeded(watched, successor, now, evidence);
      return;
    }
    const view = this.#desk.views.get(tracked.directoryKey);
    if (view === undefined || view.state !== 'ok' || view.transcripts.has(successor.nativeId)) return;
    if (tracked.state === 'orphaned' || this.#turns.isLocked(tracked.directoryKey, successor.nativeId)) return;
    const turnEndedAt = completedAt(watched);
    if (turnEndedAt === undefined) return;
    if (now < turnEndedAt + this.#graceMs) {
      this.#due.set(tracked.directoryKey, turnEndedAt + this.#graceMs);
      return;
    }
    if (watched.entry?.isAcp === true) this.#explainAcp(watched, now);
    else this.#orphan(watched, turnEndedAt, now, evidence);
  }

  /** Somebody undid the reset: the key names the old conversation again and its file is back. */
  #returned(watched: Watched, now: number): void {
    this.#heal(watched, now);
    this.#desk.move(watched.tracked, { fact: 'returned' }, now);
    this.end(watched.tracked);
  }

  #heal({ tracked }: Watched, now: number): void {
    for (const { draft } of this.#desk.incidentsOf(tracked.session, ['reset-without-successor'])) {
      // The file is there now; what was said before it came is not in it until it is seen there.
      if (carriedBy(draft) === 0) this.#desk.resolve(draft.dedupeKey, 'self-healed', now);
    }
  }

  #succeeded(watched: Watched, successor: SessionRef, now: number, evidence: Evidence): void {
    const { tracked } = watched;
    watched.successorSeenAt ??= now;
    // The first message tells whether a command began it; a file may be seen before that line is read.
    const settledAt = watched.successorSeenAt + this.#desk.policy.settleMs;
    if (evidence.messageCount(successor) === 0 && now < settledAt) {
      this.#due.set(tracked.directoryKey, settledAt);
      return;
    }
    this.#heal(watched, now);
    this.#desk.move(tracked, { fact: 'successor' }, now, successor);
    this.end(tracked);
    const lastMessageAt = evidence.lastMessageAt(tracked.session);
    const lastActivityAt = latestBefore(watched.resetAt, [lastMessageAt, tracked.indexedAt]);
    const policy = this.#desk.views.get(tracked.directoryKey)?.resetPolicy ?? { mode: 'daily', atHour: 4 };
    const cause = resetCause({
      resetAt: watched.resetAt,
      ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
      startedByCommand: evidence.startedByCommand(successor),
      resetByCall: watched.first?.hasSessionFile === false,
      policy,
    });
    const { sourceId, agent, nativeId } = tracked.session;
    const kind = cause === 'unexplained' ? 'unexplained-reset' : 'expected-reset';
    this.#desk.raise(
      {
        kind,
        dedupeKey: `${kind}:${agent}:${nativeId}:s${sourceId}:t${watched.resetAt}`,
        severity: 'info',
        ...tracked.session,
        messages: evidence.messageCount(tracked.session),
        bytes: 0,
        evidence: {
          cause,
          resetAt: watched.resetAt,
          ...(lastActivityAt === undefined ? {} : { lastActivityAt }),
          ...(cause === 'daily' ? { atHour: policy.atHour } : {}),
          ...(cause === 'idle' ? { idleMinutes: policy.idleMinutes } : {}),
          ...(watched.archivePath === undefined ? {} : { archivePath: watched.archivePath }),
          newSessionId: watched.newSessionId,
        },
        resolution: 'expected',
      },
      now,
    );
  }

  #orphan(watched: Watched, turnEndedAt: number, now: number, evidence: Evidence): void {
    const { tracked } = watched;
    const { sourceId, agent, nativeId } = tracked.session;
    const held = goneFrom(evidence, tracked.session);
    if (watched.successor !== undefined) this.#orphaned.push(watched.successor);
    this.#desk.move(tracked, { fact: 'turn-unwritten' }, now);
    this.#desk.raise(
      {
        kind: 'reset-without-successor',
        dedupeKey: `reset-without-successor:${agent}:${nativeId}:s${sourceId}`,
        // The lost messages were never written anywhere; the ones before the reset are counted only if they are gone too.
        severity: held.messages > 0 ? 'loss' : 'warning',
        ...tracked.session,
        ...(held.generationId === undefined ? {} : { generationId: held.generationId }),
        messages: held.messages,
        bytes: held.bytes,
        evidence: {
          resetAt: watched.resetAt,
          ...(watched.archivePath === undefined ? {} : { archivePath: watched.archivePath }),
          newSessionId: watched.newSessionId,
          ...(watched.successor === undefined ? {} : { successor: watched.successor.nativeId }),
          turnsSeen: watched.turns,
          lastTurnAt: turnEndedAt,
          seenBy: watched.lastTurn === undefined ? 'index' : 'lock',
        },
      },
      now,
    );
  }

  #explainAcp(watched: Watched, now: number): void {
    if (watched.saidAcp) return;
    watched.saidAcp = true;
    const { sourceId, agent, nativeId } = watched.tracked.session;
    this.#desk.raise(
      {
        kind: 'expected-reset',
        dedupeKey: `expected-reset:${agent}:${nativeId}:s${sourceId}:t${watched.resetAt}`,
        severity: 'info',
        ...watched.tracked.session,
        messages: 0,
        bytes: 0,
        evidence: {
          cause: 'command',
          resetAt: watched.resetAt,
          newSessionId: watched.newSessionId,
          // 2026.3 writes no transcript for a conversation that an ACP runner leads.
          acp: true,
        },
        resolution: 'expected',
      },
      now,
    );
  }

  get #graceMs(): number {
    return this.#desk.policy.settleMs + graceBeyondSettlingMs;
  }
}

/** When a turn on the new id completed, as far as there is evidence of one. */
function completedAt({ entry, lastTurn, ranSince }: Watched): number | undefined {
  if (entry === undefined || entry.abortedLastRun === true) return undefined;
  if (lastTurn !== undefined && entry.updatedAt !== undefined && entry.updatedAt > lastTurn.createdAt) return lastTurn.endedAt;
  return ranSince;
}

/** The transcript that an index entry means: its file's stem, else the id itself. */
export function nativeIdOf(entry: IndexEntry, classify: (name: string) => Artefact): string {
  if (entry.fileName === undefined) return entry.sessionId;
  const artefact = classify(entry.fileName);
  return artefact.is === 'transcript' ? artefact.nativeId : entry.sessionId;
}

function latestBefore(limit: number, times: readonly (number | undefined)[]): number | undefined {
  const before = times.filter((time) => time !== undefined && time <= limit) as readonly number[];
  return before.length === 0 ? undefined : Math.max(...before);
}
