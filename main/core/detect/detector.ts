import type { ArchiveMark, Change, DirectoryRef } from '../capture/change.ts';
import type { KnownGeneration } from '../capture/tailing.ts';
import type { Artefact } from '../sources/source.ts';
import type { IncidentDraft, IncidentKind } from '../types.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import { Desk } from './desk.ts';
import type {
  DetectionPolicy,
  Detector,
  DirectoryView,
  Evidence,
  Observation,
  Outcome,
  RememberedIncident,
  RememberedSession,
  SessionRef,
} from './detection.ts';
import { IndexWatch } from './index-watch.ts';
import { LossWatch } from './loss-watch.ts';
import { lossKinds, MassChange } from './mass-change.ts';
import { Places } from './places.ts';
import { ResetWatch } from './reset-watch.ts';
import { RunBook } from './run-book.ts';
import { directoryKeyOf, SessionTable, type TrackedSession, unplaced } from './session-table.ts';
import { SightWatch } from './sight-watch.ts';
import { StuckWatch } from './stuck-watch.ts';
import { TurnWatch } from './turn-watch.ts';
import { carriedSession } from './unsaved-incident.ts';
import { WipeWatch } from './wipe-watch.ts';
import { WitnessWatch } from './witness-watch.ts';

export interface DetectorOptions {
  readonly policy: DetectionPolicy;
  /** As the buffer holds them at start. */
  readonly sessions: readonly RememberedSession[];
  /** Those that are open. */
  readonly incidents: readonly RememberedIncident[];
  readonly classify: (name: string) => Artefact;
}

/** Between two calls of a core that runs there are seconds; more means that machine or core slept and nobody looked. */
const leapMs = 30_000;
/** Incidents of a conversation that is put away with them. */
const putAwayKinds: readonly IncidentKind[] = [...lossKinds, 'reset-without-successor'];

export function createDetector(options: DetectorOptions): Detector {
  return new WatchingDetector(options);
}

class WatchingDetector implements Detector {
  readonly #policy: DetectionPolicy;
  readonly #table = new SessionTable();
  readonly #desk: Desk;
  readonly #turns: TurnWatch;
  readonly #resets: ResetWatch;
  readonly #index: IndexWatch;
  readonly #losses: LossWatch;
  readonly #mass: MassChange;
  readonly #wipes: WipeWatch;
  readonly #sight: SightWatch;
  readonly #witnessed: WitnessWatch;
  readonly #stuck: StuckWatch;
  readonly #isFirstRun: boolean;
  readonly #quiet: Agenda<string>;
  readonly #agendas: readonly Deadlines[];
  readonly #toLookAt: TrackedSession[] = [];
  /** Of an earlier run, and in no directory that was adopted. */
  readonly #unplaced = new Set<TrackedSession>();
  /** By source and agent: the first directory, which is the one that OpenClaw uses now. */
  readonly #homes = new Map<string, string>();
  #lastAt: number | undefined;

  constructor({ policy, sessions, incidents, classify }: DetectorOptions) {
    this.#policy = policy;
    const remembered = sessions.map((session) => ({ session, tracked: this.#table.remember(session) }));
    this.#desk = new Desk(policy, this.#table, incidents);
    this.#turns = new TurnWatch(this.#desk);
    this.#resets = new ResetWatch(this.#desk, this.#turns, classify);
    this.#index = new IndexWatch(this.#desk, classify);
    this.#mass = new MassChange(this.#desk);
    this.#losses = new LossWatch(this.#desk, this.#mass);
    this.#wipes = new WipeWatch(this.#desk, this.#index, this.#turns, this.#losses);
    this.#sight = new SightWatch(this.#desk);
    const book = new RunBook(policy.lockHeldMs);
    const places = new Places(this.#desk, book, classify);
    this.#stuck = new StuckWatch(this.#desk, places);
    this.#witnessed = new WitnessWatch({ desk: this.#desk, book, places, turns: this.#turns, resets: this.#resets, stuck: this.#stuck });
    this.#isFirstRun = sessions.length === 0;
    const watches = [this.#losses, this.#mass, this.#resets, this.#index, this.#turns, this.#sight, this.#wipes, this.#witnessed];
    this.#agendas = watches.flatMap((watch) => watch.agendas);
    this.#quiet = new Agenda(policy.dormantAfterMs);
    for (const { session, tracked } of remembered) this.#resume(session, tracked);
  }

  adopt(directory: DirectoryRef, generations: readonly KnownGeneration[]): void {
    const directoryKey = directoryKeyOf(directory);
    const home = homeOf(directory);
    if (!this.#homes.has(home)) this.#homes.set(home, directoryKey);
    for (const { id, kind, nativeId, path, archived } of generations) {
      if (kind !== 'transcript' || nativeId === undefined) continue;
      const tracked = this.#table.ensure({ ...directory, nativeId }, undefined);
      this.#table.addGeneration(id, { tracked, archived: archived?.because, path });
      this.#place(tracked, directoryKey);
    }
  }

  observe({ at, changes, directories, noticed = [], recorded = false }: Observation): Outcome {
    this.#noteTime(at);
    if (this.#unplaced.size > 0) this.#placeRest();
    for (const change of changes) this.#apply(change, at);
    const touched = changes.length > 0 ? this.#directoriesOf(changes) : undefined;
    for (const view of directories) this.#see(view, touched, at);
    this.#witnessed.notice(noticed, at);
    this.#stuck.notice(noticed, at);
    if (recorded) this.#witnessed.recorded();
    return this.#desk.take();
  }

  decide(now: number, evidence: Evidence): Outcome {
    this.#noteTime(now);
    this.#losses.decide(now, evidence);
    this.#mass.decide(now, evidence);
    this.#resets.decide(now, evidence);
    this.#index.decide(now);
    this.#turns.decide(now);
    this.#witnessed.decide(now, evidence);
    this.#sight.decide(now);
    this.#wipes.decide(now, evidence);
    for (const key of this.#quiet.take(now)) this.#fallQuiet(key, now);
    return this.#desk.take();
  }

  restored(session: SessionRef, phase: 'started' | 'verified' | 'failed', at: number): Outcome {
    const tracked = this.#table.get(session);
    if (tracked !== undefined) {
      if (phase === 'failed')
        this.#desk.move(tracked, { fact: 'restore', phase, before: tracked.before ?? this.#stateByIncidents(session, tracked.key) }, at);
      else this.#desk.move(tracked, { fact: 'restore', phase }, at);
      if (phase === 'verified') {
        for (const { draft } of this.#desk.incidentsOf(session, putAwayKinds)) {
          this.#desk.resolve(draft.dedupeKey, 'restored', at);
        }
        this.#mass.leave(tracked.key, 'restored', at);
        this.#resets.end(tracked);
      }
    }
    if (phase === 'verified') this.#carriedBack(session, at);
    return this.#desk.take();
  }

  /** What was never written is part of what was put back. */
  #carriedBack({ sourceId, agent, nativeId }: SessionRef, at: number): void {
    for (const { draft } of [...this.#desk.openIncidents()]) {
      const carried = carriedSession(draft);
      if (carried?.sourceId !== sourceId || carried.agent !== agent || carried.nativeId !== nativeId) continue;
      this.#desk.resolve(draft.dedupeKey, 'restored', at);
    }
  }

  /** What a conversation was before a restore that an earlier run began. */
  #stateByIncidents(session: SessionRef, key: string): 'lost' | 'orphaned' | 'archived' {
    if (this.#desk.incidentsOf(session, lossKinds).length > 0 || this.#mass.has(key)) return 'lost';
    return this.#desk.incidentsOf(session, ['reset-without-successor']).length > 0 ? 'orphaned' : 'archived';
  }

  withdrawn(session: SessionRef, phase: 'started' | 'done' | 'failed', at: number, incident?: IncidentDraft, origin?: SessionRef): Outcome {
    if (phase === 'done' && incident !== undefined) this.#unrestored(incident, at, origin);
    const tracked = this.#table.get(session);
    if (tracked === undefined) return this.#desk.take();
    const isInPlace = origin !== undefined && this.#table.get(origin) === tracked;
    if (phase === 'failed' || (phase === 'done' && isInPlace)) {
      this.#desk.move(tracked, { fact: 'withdrawal', phase: 'failed', before: tracked.before ?? 'live' }, at);
    } else this.#desk.move(tracked, { fact: 'withdrawal', phase }, at);
    if (phase === 'done') this.#losses.forgive(tracked, isInPlace);
    return this.#desk.take();
  }

  dismissed(dedupeKey: string, at: number): Outcome {
    const draft = this.#desk.incident(dedupeKey)?.draft;
    this.#desk.resolve(dedupeKey, 'dismissed', at);
    const members = this.#mass.disband(dedupeKey).map((key) => this.#table.byKey(key));
    const own =
      draft?.agent === undefined || draft.nativeId === undefined || !putAwayKinds.includes(draft.kind)
        ? undefined
        : this.#table.get({ sourceId: draft.sourceId, agent: draft.agent, nativeId: draft.nativeId });
    for (const tracked of [...members, own]) {
      // One of two losses was dismissed: the other still needs the conversation to be called lost.
      if (tracked === undefined || this.#desk.incidentsOf(tracked.session, lossKinds).length > 0) continue;
      this.#desk.move(tracked, { fact: 'dismissed' }, at);
    }
    return this.#desk.take();
  }

  #unrestored(incident: IncidentDraft, at: number, origin: SessionRef | undefined): void {
    const { sourceId, agent, nativeId } = incident;
    const session = agent === undefined || nativeId === undefined ? origin : { sourceId, agent, nativeId };
    const tracked = session === undefined ? undefined : this.#table.get(session);
    if (incident.kind === 'mass-change') this.#mass.rejoin(incident, tracked, at);
    else this.#desk.raise({ ...incident, afterUndo: true }, at);
    if (tracked !== undefined) this.#desk.move(tracked, { fact: 'restore', phase: 'failed', before: tracked.before ?? 'lost' }, at);
  }

  get nextDeadlineAt(): number | undefined {
    let next: number | undefined;
    for (const { next: due } of [...this.#agendas, this.#quiet]) if (due !== undefined && (next === undefined || due < next)) next = due;
    return next;
  }

  #resume(remembered: RememberedSession, tracked: TrackedSession): void {
    this.#losses.resume(tracked, remembered);
    this.#unplaced.add(tracked);
    const open = this.#desk.incidentsOf(tracked.session, ['wipe-pending']).length > 0;
    if (tracked.state === 'live' || tracked.state === 'suspended' || open) this.#toLookAt.push(tracked);
  }

  #place(tracked: TrackedSession, directoryKey: string): void {
    tracked.directoryKey = directoryKey;
    if (!this.#unplaced.delete(tracked)) return;
    this.#index.resume(tracked);
    if (tracked.state === 'reset' || tracked.state === 'orphaned') this.#resets.begin(tracked, tracked.stateSince, undefined);
  }

  /** Those without a file on disk belong where their agent is at home now. */
  #placeRest(): void {
    for (const tracked of this.#unplaced) {
      const directoryKey = this.#homes.get(homeOf(tracked.session));
      if (directoryKey !== undefined) this.#place(tracked, directoryKey);
    }
  }

  #noteTime(at: number): void {
    const before = this.#lastAt;
    this.#lastAt = at;
    if (before === undefined) {
      if (this.#isFirstRun) this.#witnessed.importBefore(at);
      // The first look after a start may still be in the middle of its sweep: what is overdue waits once more.
      for (const agenda of this.#agendas) agenda.defer(at);
      for (const agenda of this.#agendas) agenda.clamp(at);
      for (const tracked of this.#toLookAt.splice(0)) {
        this.#wipes.touched(tracked, at);
        if (tracked.state === 'live') this.#quiet.set(tracked.key, at + this.#policy.dormantAfterMs);
      }
    } else if (at < before) {
      for (const agenda of this.#agendas) agenda.clamp(at);
      this.#quiet.clamp(at);
      this.#witnessed.clockSetBack(at);
    } else if (at - before > leapMs) {
      for (const agenda of this.#agendas) agenda.defer(at);
    }
  }

  #see(view: DirectoryView, touched: ReadonlySet<string> | undefined, at: number): void {
    const key = directoryKeyOf(view.directory);
    this.#desk.see(key, view, at);
    const index = this.#index.see(view, at);
    for (const tracked of index.referenced) this.#wipes.touched(tracked, at);
    const endedTurns = this.#turns.see(view, at);
    this.#sight.see(view, at);
    if (index.changed || endedTurns.length > 0 || touched?.has(key) === true) this.#resets.see(view, endedTurns, at);
  }

  #apply(change: Change, at: number): void {
    switch (change.change) {
      case 'opened':
        this.#opened(change.generation, at);
        return;
      case 'appended':
        this.#appended(change, at);
        return;
      case 'moved':
        if (change.archived !== undefined) this.#archived(change.generationId, change.path, change.archived, at);
        else this.#found(change.generationId, change.path, at);
        return;
      case 'rebound':
        this.#found(change.generationId, change.path, at);
        return;
      case 'closed': {
        const generation = this.#table.generation(change.generationId);
        if (generation === undefined || change.as === 'archived') return;
        this.#table.retire(change.generationId, undefined);
        this.#witnessed.touched(generation.tracked, 'other');
        this.#losses.closed(generation.tracked, change.generationId, change.as, at, change.sizeAfter);
        this.#wipes.touched(generation.tracked, at);
        return;
      }
      case 'archive-gone': {
        const generation = this.#table.generation(change.generationId);
        if (generation === undefined) return;
        this.#table.retire(change.generationId, undefined);
        this.#mass.archiveGone(generation.tracked, at);
        return;
      }
    }
  }

  #opened(generation: Extract<Change, { change: 'opened' }>['generation'], at: number): void {
    if (generation.kind !== 'transcript' || generation.nativeId === undefined) return;
    const { sourceId, agent } = generation.directory;
    const tracked = this.#table.ensure({ sourceId, agent, nativeId: generation.nativeId }, generation.sessionId);
    tracked.sessionId ??= generation.sessionId;
    if (tracked.directoryKey === unplaced || generation.archived === undefined) this.#place(tracked, directoryKeyOf(generation.directory));
    this.#table.addGeneration(generation.id, { tracked, archived: generation.archived?.because, path: generation.path });
    if (generation.archived !== undefined) {
      this.#index.learn(tracked);
      // Beside a living file it is only a copy that OpenClaw made.
      if (tracked.liveGeneration === undefined) this.#putAway(tracked, generation.path, generation.archived, at);
      this.#touched(tracked);
      return;
    }
    const changedAt = milliseconds(generation.mtimeNs);
    tracked.lastAppendAt = Math.min(at, Math.max(tracked.lastAppendAt, changedAt));
    if (tracked.state === undefined) this.#desk.move(tracked, { fact: 'discovered', quietForMs: at - changedAt }, at);
    else this.#desk.move(tracked, { fact: 'appended' }, at);
    if (tracked.state === 'live') this.#quiet.set(tracked.key, at + this.#policy.dormantAfterMs);
    this.#index.learn(tracked);
    this.#touched(tracked);
    this.#wipes.touched(tracked, at);
  }

  #appended(change: Extract<Change, { change: 'appended' }>, at: number): void {
    const generation = this.#table.generation(change.generationId);
    if (generation === undefined) return;
    const { tracked } = generation;
    this.#touched(tracked, 'grew');
    if (generation.archived !== undefined) return;
    this.#wake(tracked, milliseconds(change.checkpoint.mtimeNs), at);
    this.#turns.grew(tracked, at);
    this.#wipes.touched(tracked, at);
  }

  #wake(tracked: TrackedSession, changedAt: number, at: number): void {
    tracked.lastAppendAt = Math.min(at, Math.max(tracked.lastAppendAt, changedAt));
    // A first import reads old files for minutes: that is our reading and not the conversation going on.
    if (at - changedAt > this.#policy.dormantAfterMs) return;
    this.#desk.move(tracked, { fact: 'appended' }, at);
    if (tracked.state === 'live' && !this.#quiet.has(tracked.key)) this.#quiet.set(tracked.key, at + this.#policy.dormantAfterMs);
  }

  #archived(generationId: number, path: string, mark: ArchiveMark, at: number): void {
    const generation = this.#table.generation(generationId);
    if (generation === undefined) return;
    generation.path = path;
    this.#table.retire(generationId, mark.because);
    this.#putAway(generation.tracked, path, mark, at);
    this.#touched(generation.tracked);
    this.#wipes.touched(generation.tracked, at);
  }

  #putAway(tracked: TrackedSession, path: string, mark: ArchiveMark, at: number): void {
    const watched = this.#desk.wasWatched(tracked.directoryKey, mark.at);
    const moved = this.#desk.move(tracked, { fact: 'archived', because: mark.because, watched }, at);
    if (mark.because !== 'backup') this.#turns.putAway(tracked, at);
    if (moved && tracked.state === 'reset') this.#resets.begin(tracked, Math.min(at, mark.at ?? at), path);
  }

  #found(generationId: number, path: string, at: number): void {
    const generation = this.#table.generation(generationId);
    if (generation === undefined) return;
    generation.path = path;
    if (generation.archived === undefined && !this.#losses.isPending(generation.tracked)) {
      this.#desk.move(generation.tracked, { fact: 'found' }, at);
    }
    this.#touched(generation.tracked);
  }

  #touched(tracked: TrackedSession, how: 'grew' | 'other' = 'other'): void {
    this.#losses.touched(tracked);
    this.#witnessed.touched(tracked, how);
  }

  #fallQuiet(key: string, now: number): void {
    const tracked = this.#table.byKey(key);
    if (tracked === undefined || tracked.state !== 'live') return;
    const quietAt = Math.min(tracked.lastAppendAt, now) + this.#policy.dormantAfterMs;
    if (quietAt > now) this.#quiet.set(key, quietAt);
    else this.#desk.move(tracked, { fact: 'quiet' }, now);
  }

  #directoriesOf(changes: readonly Change[]): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const change of changes) {
      if (change.change === 'opened') keys.add(directoryKeyOf(change.generation.directory));
      else {
        const generation = this.#table.generation(change.generationId);
        if (generation !== undefined) keys.add(generation.tracked.directoryKey);
      }
    }
    return keys;
  }
}

function homeOf({ sourceId, agent }: Pick<SessionRef, 'sourceId' | 'agent'>): string {
  return `${sourceId}\u0000${agent}`;
}

function milliseconds(ns: bigint): number {
  return Number(ns / 1_000_000n);
}
