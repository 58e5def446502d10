import type { DirectoryRef } from '../capture/change.ts';
import type { ArchiveReason, SessionState } from '../types.ts';
import type { RememberedSession, SessionRef } from './detection.ts';
import { withdrawnCause } from './lifecycle.ts';

/** A conversation while the core runs. `state` is changed by the desk alone. */
export interface TrackedSession {
  readonly key: string;
  /** Where its files are; `unplaced` for one of an earlier run until its directory is adopted. */
  directoryKey: string;
  readonly session: SessionRef;
  sessionId: string | undefined;
  state: SessionState | undefined;
  stateSince: number;
  /** State to return to when a restore fails or is taken back. */
  before: SessionState | undefined;
  routingKey: string | undefined;
  label: string | undefined;
  lastAppendAt: number;
  /** `updatedAt` of the index entry while it named this conversation. */
  indexedAt: number | undefined;
  /** Generation under the live name; `undefined` while there is no such file. */
  liveGeneration: number | undefined;
  /** A copy made by OpenClaw's own compaction or repair lies beside it. */
  hasBackup: boolean;
  /** Messages that are only here and that an incident, open or not, already speaks of. */
  reported: number;
  /** We took its file out again at somebody's wish: its going is no loss. Ends when bytes are added to it. */
  withdrawn: boolean;
}

export interface TrackedGeneration {
  readonly tracked: TrackedSession;
  archived: ArchiveReason | undefined;
  path: string;
}

export const unplaced = '';

/** By path: an agent can have a second directory, such as the one of the time before agents. */
export function directoryKeyOf({ sourceId, path }: DirectoryRef): string {
  return `${sourceId}\u0000${path}`;
}

export function sessionKeyOf({ sourceId, agent, nativeId }: SessionRef): string {
  return `${sourceId}\u0000${agent}\u0000${nativeId}`;
}

/** Every conversation that is known, by its reference and by its generations. */
export class SessionTable {
  readonly #sessions = new Map<string, TrackedSession>();
  readonly #generations = new Map<number, TrackedGeneration>();

  get(session: SessionRef): TrackedSession | undefined {
    return this.#sessions.get(sessionKeyOf(session));
  }

  byKey(key: string): TrackedSession | undefined {
    return this.#sessions.get(key);
  }

  all(): IterableIterator<TrackedSession> {
    return this.#sessions.values();
  }

  remember(remembered: RememberedSession): TrackedSession {
    const tracked = this.#add(remembered.session, remembered.sessionId);
    tracked.state = remembered.state;
    tracked.stateSince = remembered.stateSince;
    tracked.routingKey = remembered.routingKey;
    tracked.lastAppendAt = remembered.stateSince;
    tracked.reported = remembered.reported ?? 0;
    tracked.withdrawn = remembered.stateCause === withdrawnCause;
    return tracked;
  }

  ensure(session: SessionRef, sessionId: string | undefined): TrackedSession {
    return this.#sessions.get(sessionKeyOf(session)) ?? this.#add(session, sessionId);
  }

  generation(id: number): TrackedGeneration | undefined {
    return this.#generations.get(id);
  }

  addGeneration(id: number, generation: TrackedGeneration): void {
    this.#generations.set(id, generation);
    if (generation.archived === undefined) generation.tracked.liveGeneration = id;
    else if (generation.archived === 'backup') generation.tracked.hasBackup = true;
  }

  /** The generation left the live name; it may go on under an archive name. */
  retire(id: number, archived: ArchiveReason | undefined): void {
    const generation = this.#generations.get(id);
    if (generation === undefined) return;
    generation.archived = archived;
    if (generation.tracked.liveGeneration === id) generation.tracked.liveGeneration = undefined;
    if (archived === 'backup') generation.tracked.hasBackup = true;
    if (archived === undefined) this.#generations.delete(id);
  }

  #add(session: SessionRef, sessionId: string | undefined): TrackedSession {
    const tracked: TrackedSession = {
      key: sessionKeyOf(session),
      directoryKey: unplaced,
      session: { sourceId: session.sourceId, agent: session.agent, nativeId: session.nativeId },
      sessionId,
      state: undefined,
      stateSince: 0,
      before: undefined,
      routingKey: undefined,
      label: undefined,
      lastAppendAt: 0,
      indexedAt: undefined,
      liveGeneration: undefined,
      hasBackup: false,
      reported: 0,
      withdrawn: false,
    };
    this.#sessions.set(tracked.key, tracked);
    return tracked;
  }
}
