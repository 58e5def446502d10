import { ActiveRuns } from './active-runs.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError, traceOf } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import type { Journal, WitnessSighting } from './store/store.ts';
import type { WitnessStatus } from './types.ts';
import type { KeyBook, Witness, WitnessBatch, WitnessEvent } from './witness/witness.ts';

/** The witnesses of one state directory. */
export interface WitnessParty {
  readonly sourceId: number;
  readonly witnesses: readonly Witness[];
  readonly keys: KeyBook;
  /** A message was seen that this transcript should hold: the file is worth a look, though nothing else says so. */
  readonly look?: (agent: string, nativeId: string) => void;
}

export interface WitnessDeskDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Pick<Journal, 'recordWitnessed'>;
  readonly parties: () => readonly WitnessParty[];
  /** What is passed over is neither stored nor told. */
  readonly isIgnored?: (sourceId: number, of: WhoseWord) => boolean;
}

/** Whose conversation a witness speaks of, as far as it knows. */
export interface WhoseWord {
  readonly agent: string;
  readonly nativeId?: string;
  readonly sessionId?: string;
  readonly sessionKey?: string;
}

export type NoticedEvent = WitnessEvent & { readonly sourceId: number };

/** What came of one asking. */
export interface Heard {
  readonly events: readonly NoticedEvent[];
  /** Messages became durable that wait for a verdict. */
  readonly recorded: boolean;
}

const NOTHING: Heard = { events: [], recorded: false };

interface Taken {
  readonly witness: Witness;
  readonly sighting: WitnessSighting;
  readonly events: readonly NoticedEvent[];
}

/** Asks every witness what it saw and makes that durable before anything is concluded from it. */
export class WitnessDesk {
  readonly #deps: WitnessDeskDeps;
  readonly #failing = new Set<Witness>();
  readonly #runs = new ActiveRuns();
  #hasDropped = false;
  #recordedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: WitnessDeskDeps) {
    this.#deps = deps;
  }

  /**
   * At most once in `spacingMs`: a reply that streams is written anew each time. Throws what keeps the buffer from being
   * written; the witnesses then offer the same again.
   */
  hear(spacingMs: number): Heard {
    const { clock, journal } = this.#deps;
    if (clock.monotonic() - this.#recordedAt < spacingMs) return NOTHING;
    const taken = this.#deps.parties().flatMap((party) => party.witnesses.flatMap((witness) => this.#take(party, witness) ?? []));
    const sightings = taken.map(({ sighting }) => sighting).filter(({ messages, cursor }) => messages.length > 0 || cursor !== undefined);
    if (sightings.length > 0) {
      journal.recordWitnessed(sightings, clock.now());
      this.#recordedAt = clock.monotonic();
    }
    for (const { witness } of taken) witness.committed();
    for (const party of this.#deps.parties()) {
      tellOthers(party, taken);
      lookAtFiles(party, taken);
    }
    const recorded = sightings.some(({ messages }) => messages.length > 0);
    const events = taken.flatMap((one) => one.events).filter((event) => this.#isTold(event));
    for (const event of events) this.#runs.notice(event, clock.monotonic());
    return recorded || events.length > 0 ? { events, recorded } : NOTHING;
  }

  /** Some witness saw a turn of this conversation begin not long ago and none saw it end. */
  isRunning(sourceId: number, sessionKey: string): boolean {
    return this.#runs.has(sourceId, sessionKey, this.#deps.clock.monotonic());
  }

  /** Whether what one of our own files tells of is passed over, in whichever state directory it happened. */
  isPassedOver(word: Omit<WhoseWord, 'agent' | 'nativeId'>): boolean {
    const agent = /^agent:([^:]+):/.exec(word.sessionKey ?? '')?.[1] ?? 'main';
    return this.#deps.parties().some(({ sourceId, keys }) => this.#deps.isIgnored?.(sourceId, place({ ...word, agent }, keys)) === true);
  }

  /** Something was heard and not stored since this was asked last. */
  takeDropped(): boolean {
    const hasDropped = this.#hasDropped;
    this.#hasDropped = false;
    return hasDropped;
  }

  statusOf(sourceId: number): readonly WitnessStatus[] {
    const party = this.#deps.parties().find((candidate) => candidate.sourceId === sourceId);
    return (party?.witnesses ?? []).flatMap((witness) => (witness.kind === 'log' ? [] : [witness.status]));
  }

  /** A witness that cannot read what it should must not keep the others, or the capture of files, from working. */
  #take({ sourceId, keys }: WitnessParty, witness: Witness): Taken | undefined {
    let batch: WitnessBatch;
    try {
      batch = witness.collect();
      this.#failing.delete(witness);
    } catch (error) {
      if (!this.#failing.has(witness)) {
        const reason = error instanceof CoreError ? error.code : traceOf(error);
        this.#deps.log.log('warn', 'witness-failed', { witness: witness.kind, reason });
      }
      this.#failing.add(witness);
      return undefined;
    }
    return {
      witness,
      sighting: {
        sourceId,
        witness: witness.kind,
        messages: batch.messages.map((message) => place(message, keys)).filter((message) => this.#isKept(sourceId, message)),
        ...(batch.cursor === undefined ? {} : { cursor: batch.cursor }),
      },
      events: batch.events.map((event) => ({ ...event, sourceId })),
    };
  }

  #isKept(sourceId: number, message: WhoseWord): boolean {
    if (this.#deps.isIgnored?.(sourceId, message) !== true) return true;
    this.#hasDropped = true;
    return false;
  }

  #isTold(event: NoticedEvent): boolean {
    return !('sessionKey' in event) || this.#deps.isIgnored?.(event.sourceId, event) !== true;
  }
}

/** One witness knows the run of a message, another its words. */
function tellOthers({ sourceId, witnesses }: WitnessParty, taken: readonly Taken[]): void {
  const events = taken.filter(({ sighting }) => sighting.sourceId === sourceId).flatMap((one) => one.events);
  if (events.length > 0) for (const witness of witnesses) witness.notice?.(events);
}

/** A verdict that comes before the next look at a file that lay still would call lost what is in it. */
function lookAtFiles({ sourceId, look }: WitnessParty, taken: readonly Taken[]): void {
  if (look === undefined) return;
  for (const { sighting } of taken) {
    if (sighting.sourceId !== sourceId) continue;
    for (const { agent, nativeId } of sighting.messages) if (nativeId !== undefined) look(agent, nativeId);
  }
}

/** Which transcript should hold a message: what the witness itself knows, else what its key names now. */
function place<M extends WhoseWord>(message: M, keys: KeyBook): M & { readonly nativeId?: string } {
  const { sessionId, sessionKey } = message;
  const byKey = sessionKey === undefined ? undefined : keys.byKey(sessionKey);
  if (sessionId !== undefined) {
    const keyed = byKey?.sessionId === sessionId ? byKey : keys.bySessionId(sessionId);
    return { ...message, nativeId: keyed?.nativeId ?? sessionId };
  }
  return byKey === undefined ? message : { ...message, agent: byKey.agent, sessionId: byKey.sessionId, nativeId: byKey.nativeId };
}
