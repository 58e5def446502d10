import type { ArchiveMark, Change, DirectoryRef } from '../../../main/core/capture/change.ts';
import type { KnownGeneration } from '../../../main/core/capture/tailing.ts';
import {
  type DetectionPolicy,
  type Detector,
  type DirectoryView,
  defaultPolicy,
  type LockSighting,
  type Observation,
  type Outcome,
  type ResetPolicy,
  type SpokenMessage,
  type Transition,
  type WitnessedRow,
  type WriteProbe,
} from '../../../main/core/detect/detection.ts';
import { createDetector } from '../../../main/core/detect/detector.ts';
import type { Artefact, IndexEntry, IndexReading } from '../../../main/core/sources/source.ts';
import type { ArchiveReason, ClosedAs, SessionState } from '../../../main/core/types.ts';
import { type KeptIncident, KeptJournal } from './kept-journal.ts';
import { type File, ref, sceneEvidence, sizeOf, type Words } from './scene-evidence.ts';
import { WitnessedTable } from './witnessed-table.ts';

export { ref, witnessGeneration } from './scene-evidence.ts';

export const directory: DirectoryRef = { sourceId: 1, agent: 'main', path: '/state/agents/main/sessions' };

export function classify(name: string): Artefact {
  const match = /^(.+)\.jsonl$/.exec(name);
  const nativeId = match?.[1];
  if (nativeId === undefined) return { is: 'ignored' };
  return { is: 'transcript', name, nativeId, sessionId: nativeId.replace(/-topic-.*$/, '') };
}

export const startAt = new Date(2026, 10, 22, 10, 0, 0).getTime();

const identity = { dev: 1n, ino: 1n, birthtimeNs: 1n };
const fingerprint = { length: 0, sha256: new Uint8Array() };

/** A sessions directory, what the tailer would say of it, and what the journal would keep: all in virtual time. */
export class Scene {
  now = startAt;
  state: DirectoryView['state'] = 'ok';
  skipped: DirectoryView['skipped'] = [];
  gateway: DirectoryView['gateway'] = 'running';
  resetPolicy: ResetPolicy = { mode: 'daily', atHour: 4 };
  locks: LockSighting[] = [];
  readonly commandStarted = new Set<string>();
  readonly kept = new KeptJournal();
  readonly witnessed = new WitnessedTable();
  probe: WriteProbe | undefined;
  detector: Detector;
  readonly #policy: DetectionPolicy;
  readonly #files: File[] = [];
  #entries = new Map<string, IndexEntry>();
  #index: IndexReading | undefined;
  #changes: Change[] = [];
  #nextId = 1;
  #said = 0;
  #recorded = false;
  #noticed: NonNullable<Observation['noticed']>[number][] = [];
  readonly #spoken = new Map<string, Words>();

  constructor(policy: Partial<DetectionPolicy> = {}) {
    this.#policy = { ...defaultPolicy, ...policy };
    this.detector = createDetector({ policy: this.#policy, sessions: [], incidents: [], classify });
  }

  /** Messages at the end of a transcript, which begins here when there is none. Returns their names. */
  say(nativeId: string, count: number, options: { header?: boolean; mtimeAt?: number; roles?: 'user' } = {}): readonly string[] {
    const file = this.live(nativeId) ?? this.#open(nativeId, { header: options.header ?? true, mtimeAt: options.mtimeAt ?? this.now });
    file.mtimeAt = options.mtimeAt ?? this.now;
    const said = Array.from({ length: count }, () => `${options.roles === 'user' ? 'u' : 'a'}${this.#said++}`);
    this.#append(file, said);
    return said;
  }

  /** A message of somebody at the end of a transcript. */
  write(nativeId: string, role: SpokenMessage['role'], text: string, options: { header?: boolean; at?: number } = {}): void {
    const file = this.live(nativeId) ?? this.#open(nativeId, { header: options.header ?? true, mtimeAt: this.now });
    file.mtimeAt = this.now;
    const name = `${role[0]}${this.#said++}`;
    this.#spoken.set(name, { role, text, at: options.at ?? this.now });
    this.#append(file, [name]);
  }

  /** A witness told the core of a message. */
  witness(ref: string, message: Partial<WitnessedRow> & Pick<WitnessedRow, 'witness' | 'role' | 'text'>): void {
    this.witnessed.record(ref, {
      sourceId: 1,
      agent: 'main',
      phase: 'final',
      endsRun: message.role === 'assistant',
      at: this.now,
      seenAt: this.now,
      ...message,
    });
    this.#recorded = true;
  }

  notice(event: NonNullable<Observation['noticed']>[number]): void {
    this.#noticed.push(event);
  }

  archive(nativeId: string, because: ArchiveReason, at = this.now): void {
    const file = this.mustLive(nativeId);
    file.live = false;
    file.archived = because;
    const archived: ArchiveMark = { because, at };
    this.#changes.push({ change: 'moved', generationId: file.id, path: archivePath(nativeId, because, at), archived, at: this.now });
  }

  /** A transcript that lies under an archive name when it is first seen. */
  foundArchived(nativeId: string, because: ArchiveReason, count: number, messages?: readonly string[], at?: number): void {
    const archived: ArchiveMark = { because, ...(at === undefined ? {} : { at }) };
    const file = this.#open(nativeId, { header: true, mtimeAt: this.now, archived });
    this.#append(file, [...(messages ?? Array.from({ length: count }, () => `a${this.#said++}`))]);
  }

  remove(nativeId: string): void {
    this.#close(this.mustLive(nativeId), 'deleted');
  }

  truncate(nativeId: string, keep: number): void {
    const file = this.mustLive(nativeId);
    const kept = file.messages.slice(0, keep);
    this.#close(file, 'truncated');
    this.#append(this.#open(nativeId, { header: keep > 0, mtimeAt: this.now }), kept);
  }

  /** Other bytes at the same path; `messages` default to those that were there. */
  rewrite(nativeId: string, messages?: readonly string[], as: 'rewritten' | 'replaced' = 'replaced', header = true): void {
    const file = this.mustLive(nativeId);
    this.#close(file, as);
    this.#append(this.#open(nativeId, { header, mtimeAt: this.now }), [...(messages ?? file.messages)]);
  }

  begin(nativeId: string, messages: readonly string[], header = true): void {
    this.#append(this.#open(nativeId, { header, mtimeAt: this.now }), [...messages]);
  }

  archiveGone(nativeId: string): void {
    const file = this.#files.find((candidate) => candidate.nativeId === nativeId && candidate.archived !== undefined && candidate.onDisk);
    if (file === undefined) throw new Error(`no archive of ${nativeId}`);
    file.onDisk = false;
    this.#changes.push({ change: 'archive-gone', generationId: file.id, at: this.now });
  }

  /** Writes `sessions.json`: the entry of a key, or with `undefined` its removal. */
  index(key: string, entry: Partial<IndexEntry> | undefined): void {
    const entries = new Map(this.#entries);
    if (entry === undefined) entries.delete(key);
    else {
      const sessionId = entry.sessionId ?? entries.get(key)?.sessionId ?? key;
      entries.set(key, { key, updatedAt: this.now, ranOnce: true, hasSessionFile: true, isAcp: false, ...entry, sessionId });
    }
    this.#entries = entries;
    this.#index = { ok: true, entries };
  }

  indexReading(reading: IndexReading | undefined): void {
    this.#index = reading;
  }

  indexBack(): void {
    this.#index = { ok: true, entries: new Map(this.#entries) };
  }

  /** A whole first turn or a later one: lock, lines, index, release. */
  turn(key: string, nativeId: string, messages = 2): void {
    this.locks = [{ nativeId, pid: 7, createdAt: this.now, holderAlive: true }];
    this.index(key, { sessionId: nativeId });
    this.tick();
    if (messages > 0) this.say(nativeId, messages);
    this.tick();
    this.locks = [];
    this.index(key, { sessionId: nativeId });
    this.tick();
  }

  tick(ms = 250): Outcome {
    this.now += ms;
    const observed = this.observe();
    const decided = this.decide();
    return {
      transitions: [...observed.transitions, ...decided.transitions],
      sessions: [...observed.sessions, ...decided.sessions],
      drafts: [...observed.drafts, ...decided.drafts],
      resolved: [...observed.resolved, ...decided.resolved],
    };
  }

  /** Many ticks, as a core that runs makes them. */
  run(ms: number, stepMs = 500): void {
    for (let passed = 0; passed < ms; passed += stepMs) this.tick(Math.min(stepMs, ms - passed));
  }

  observe(): Outcome {
    const changes = this.#changes;
    this.#changes = [];
    const noticed = this.#noticed;
    const recorded = this.#recorded;
    this.#noticed = [];
    this.#recorded = false;
    return this.#journal(this.detector.observe({ at: this.now, changes, directories: [this.view()], noticed, recorded }));
  }

  decide(): Outcome {
    return this.#journal(this.detector.decide(this.now, this.evidence));
  }

  dismiss(kind: string): void {
    this.#journal(this.detector.dismissed(this.only(kind).draft.dedupeKey, this.now));
  }

  restored(nativeId: string, phase: 'started' | 'verified' | 'failed'): void {
    this.#journal(this.detector.restored(ref(nativeId), phase, this.now));
  }

  /** The core ends and begins again with what the journal kept. */
  restart(downMs = 1_000): void {
    this.now += downMs;
    this.detector = createDetector({
      policy: this.#policy,
      classify,
      sessions: this.kept.rememberedSessions(),
      incidents: this.kept.rememberedIncidents(),
    });
    this.detector.adopt(directory, this.#known());
  }

  get incidents(): ReadonlyMap<string, KeptIncident> {
    return this.kept.incidents;
  }

  get transitions(): readonly Transition[] {
    return this.kept.transitions;
  }

  get openKinds(): readonly string[] {
    return this.kept.rememberedIncidents().map(({ draft }) => draft.kind);
  }

  ofKind(kind: string): readonly KeptIncident[] {
    return [...this.incidents.values()].filter(({ draft }) => draft.kind === kind);
  }

  only(kind: string): KeptIncident {
    const [incident, ...more] = this.ofKind(kind);
    if (incident === undefined || more.length > 0) throw new Error(`${kind}: ${more.length + (incident === undefined ? 0 : 1)} incidents`);
    return incident;
  }

  stateOf(nativeId: string): SessionState | undefined {
    return this.kept.states.get(nativeId)?.state;
  }

  live(nativeId: string): File | undefined {
    return this.#files.find((file) => file.nativeId === nativeId && file.live && file.onDisk);
  }

  mustLive(nativeId: string): File {
    const file = this.live(nativeId);
    if (file === undefined) throw new Error(`no transcript ${nativeId}`);
    return file;
  }

  view(): DirectoryView {
    const transcripts = new Map(
      this.#files.filter((file) => file.live && file.onDisk).map((file) => [file.nativeId, sizeOf(file)] as const),
    );
    return {
      directory,
      state: this.state,
      transcripts: this.state === 'ok' ? transcripts : new Map(),
      ...(this.#index === undefined ? {} : { index: this.#index }),
      locks: this.locks,
      skipped: this.skipped,
      resetPolicy: this.resetPolicy,
      gateway: this.gateway,
      ...(this.probe === undefined ? {} : { probe: () => this.probe ?? { directory: 'writable', transcript: 'writable' } }),
    };
  }

  readonly evidence = sceneEvidence({
    files: this.#files,
    spoken: this.#spoken,
    commandStarted: this.commandStarted,
    kept: this.kept,
    witnessed: this.witnessed,
  });

  #open(nativeId: string, options: { header: boolean; mtimeAt: number; archived?: ArchiveMark }): File {
    const { header, mtimeAt, archived } = options;
    const file: File = {
      id: this.#nextId++,
      nativeId,
      messages: [],
      header,
      onDisk: true,
      live: archived === undefined,
      archived: archived?.because,
      mtimeAt,
    };
    this.#files.push(file);
    this.#changes.push({
      change: 'opened',
      generation: {
        id: file.id,
        directory,
        kind: 'transcript',
        name: `${nativeId}.jsonl`,
        nativeId,
        sessionId: nativeId,
        path: archived === undefined ? `${directory.path}/${nativeId}.jsonl` : archivePath(nativeId, archived.because, this.now),
        identity,
        mtimeNs: BigInt(mtimeAt) * 1_000_000n,
        at: this.now,
        ...(archived === undefined ? {} : { archived }),
      },
    });
    return file;
  }

  #append(file: File, messages: readonly string[]): void {
    const start = sizeOf(file);
    file.messages.push(...messages);
    const size = sizeOf(file);
    if (size === 0) return;
    this.#changes.push({
      change: 'appended',
      generationId: file.id,
      start,
      bytes: new Uint8Array(size - start),
      checkpoint: this.#checkpoint(file),
      at: this.now,
    });
  }

  #checkpoint(file: File): KnownGeneration['checkpoint'] {
    return {
      generationId: file.id,
      offset: sizeOf(file),
      head: fingerprint,
      tail: fingerprint,
      identity,
      mtimeNs: BigInt(file.mtimeAt) * 1_000_000n,
    };
  }

  #close(file: File, as: ClosedAs): void {
    file.onDisk = false;
    file.live = false;
    this.#changes.push({ change: 'closed', generationId: file.id, as, at: this.now });
  }

  #known(): readonly KnownGeneration[] {
    return this.#files
      .filter((file) => file.onDisk)
      .map((file) => ({
        id: file.id,
        kind: 'transcript',
        name: `${file.nativeId}.jsonl`,
        nativeId: file.nativeId,
        path:
          file.archived === undefined
            ? `${directory.path}/${file.nativeId}.jsonl`
            : archivePath(file.nativeId, file.archived, file.mtimeAt),
        checkpoint: this.#checkpoint(file),
        ...(file.archived === undefined ? {} : { archived: { because: file.archived } }),
      }));
  }

  #journal(outcome: Outcome): Outcome {
    this.kept.keep(outcome, this.now);
    this.witnessed.apply(outcome.verdicts ?? []);
    return outcome;
  }
}

function archivePath(nativeId: string, because: ArchiveReason, at: number): string {
  return `${directory.path}/${nativeId}.jsonl.${because}.${new Date(at).toISOString().replaceAll(':', '-')}`;
}
