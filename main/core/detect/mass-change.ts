import type { IncidentDraft, IncidentKind, Resolution } from '../types.ts';
import { Agenda, type Deadlines } from './agenda.ts';
import type { Desk, OpenIncident } from './desk.ts';
import type { Evidence } from './detection.ts';
import { goneFrom } from './only-here.ts';
import type { TrackedSession } from './session-table.ts';
import { databaseInstead } from './upgrade.ts';

export const lossKinds = ['truncated', 'overwritten', 'deleted'] as const satisfies readonly IncidentKind[];

/** One conversation that lost messages, as it would be told by itself. */
export interface Loss {
  readonly tracked: TrackedSession;
  readonly draft: IncidentDraft;
}

/** So many can be offered one by one; a window that lists thousands helps nobody. */
const listedIds = 200;

const kindsOfBurst = ['transcripts', 'archives', 'database', 'upgrade'] as const;

interface Burst {
  readonly dedupeKey: string;
  readonly sourceId: number;
  readonly what: (typeof kindsOfBurst)[number];
  /** Of an upgrade: whose conversations, and how many of them there were. */
  readonly upgrade?: { readonly agent: string; readonly directory: string; readonly of: number };
  /** Of a database that was put aside. */
  readonly aside?: { readonly agent: string; readonly directory: string; readonly setAside: string };
  readonly firstAt: number;
  lastAt: number;
  sessions: number;
  messages: number;
  bytes: number;
  readonly counts: Record<string, number>;
  readonly nativeIds: string[];
  /** Session keys that are still lost. */
  readonly members: Set<string>;
}

/**
 * Tells one story when many conversations are hit at once: a clean-up that takes a thousand files must not ask for a
 * thousand decisions.
 */
export class MassChange {
  readonly #desk: Desk;
  readonly #bursts = new Map<string, Burst>();
  readonly #goneArchives = new Map<number, Map<string, { readonly at: number; readonly messages: number; readonly bytes: number }>>();
  readonly #looks: Agenda<string>;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#looks = new Agenda(desk.policy.settleMs);
    for (const incident of desk.openIncidents()) if (incident.draft.kind === 'mass-change') this.#resume(incident);
  }

  /** Opens incidents for losses that fell due together, or one for all of them. */
  report(all: readonly Loss[], now: number): void {
    const losses = all.filter((loss) => !this.#isAside(loss, now) && !this.#isLeftBehind(loss, now));
    for (const sourceId of new Set(losses.map(({ draft }) => draft.sourceId))) {
      const ofSource = losses.filter(({ draft }) => draft.sourceId === sourceId);
      const burst = this.#current(sourceId, 'transcripts', now);
      const recent = burst === undefined ? this.#recentSingles(sourceId, now) : [];
      if (burst === undefined && recent.length + ofSource.length < this.#desk.policy.massCount) {
        for (const { draft } of ofSource) this.#desk.raise(draft, now);
        continue;
      }
      const target = burst ?? this.#begin(sourceId, 'transcripts', now);
      for (const { draft } of recent) {
        this.#desk.raise({ ...draft, evidence: { ...draft.evidence, groupedInto: target.dedupeKey } }, now);
        this.#desk.resolve(draft.dedupeKey, 'expected', now);
        const tracked = this.#trackedOf(draft);
        if (tracked !== undefined) this.#join(target, tracked, draft.kind, draft.messages, draft.bytes, now);
      }
      for (const { tracked, draft } of ofSource) this.#join(target, tracked, draft.kind, draft.messages, draft.bytes, now);
      this.#desk.raise(this.#draft(target), now);
    }
  }

  /** Of a database that went as a whole, however many conversations were in it: one story. */
  #isAside({ tracked, draft }: Loss, now: number): boolean {
    const view = this.#desk.views.get(tracked.directoryKey);
    if (view?.setAside === undefined || tracked.liveGeneration !== undefined) return false;
    const { agent, path } = view.directory;
    const aside = { agent, directory: path, setAside: view.setAside };
    const burst =
      [...this.#bursts.values()].find(
        (one) => one.aside?.setAside === aside.setAside && this.#desk.incident(one.dedupeKey) !== undefined,
      ) ?? this.#begin(draft.sourceId, 'database', now, { aside });
    this.#join(burst, tracked, draft.kind, draft.messages, draft.bytes, now);
    this.#desk.raise(this.#draft(burst), now);
    return true;
  }

  /** Its file went when OpenClaw moved to a database, in which it never arrived: one story for an agent, also of a single one. */
  #isLeftBehind({ tracked, draft }: Loss, now: number): boolean {
    if (draft.kind !== 'deleted' || this.#desk.views.get(tracked.directoryKey)?.index !== undefined) return false;
    const view = databaseInstead(this.#desk, tracked);
    if (view === undefined || view.transcripts.has(tracked.session.nativeId)) return false;
    const { agent, path } = view.directory;
    const known = [...this.#bursts.values()].find(
      (one) =>
        one.what === 'upgrade' &&
        one.upgrade?.directory === path &&
        now - one.lastAt <= this.#desk.policy.massWindowMs &&
        this.#desk.incident(one.dedupeKey) !== undefined,
    );
    const stood = [...this.#desk.table.all()].filter(({ session }) => session.sourceId === draft.sourceId && session.agent === agent);
    const of = stood.filter((one) => view.transcripts.has(one.session.nativeId) || databaseInstead(this.#desk, one) === view).length;
    const burst = known ?? this.#begin(draft.sourceId, 'upgrade', now, { upgrade: { agent, directory: path, of } });
    this.#join(burst, tracked, draft.kind, draft.messages, draft.bytes, now);
    this.#desk.raise(this.#draft(burst), now);
    return true;
  }

  /** An archive is no longer on disk: retention, a clean-up, or a move that will be understood in a moment. */
  archiveGone(tracked: TrackedSession, at: number): void {
    this.#looks.set(tracked.key, at + this.#desk.policy.settleMs);
  }

  decide(now: number, evidence: Evidence): void {
    const touched = new Set<number>();
    for (const key of this.#looks.take(now)) {
      const tracked = this.#desk.table.byKey(key);
      if (tracked === undefined) continue;
      const { messages, bytes } = goneFrom(evidence, tracked.session);
      const fresh = messages - tracked.reported;
      tracked.reported = messages;
      if (fresh <= 0) continue;
      const { sourceId } = tracked.session;
      const gone = this.#goneArchives.get(sourceId) ?? new Map();
      gone.set(key, { at: now, messages: fresh, bytes });
      this.#goneArchives.set(sourceId, gone);
      touched.add(sourceId);
    }
    for (const sourceId of touched) this.#judgeArchives(sourceId, now);
  }

  /** A member is whole again, was restored or was dismissed; the last one takes the incident with it. */
  leave(sessionKey: string, as: Resolution, at: number): void {
    for (const burst of this.#bursts.values()) {
      if (!burst.members.delete(sessionKey) || burst.members.size > 0) continue;
      this.#bursts.delete(burst.dedupeKey);
      this.#desk.resolve(burst.dedupeKey, as, at);
    }
  }

  /** The restore of one of its conversations was taken back. */
  rejoin(draft: IncidentDraft, tracked: TrackedSession | undefined, at: number): void {
    if (!this.#bursts.has(draft.dedupeKey)) this.#resume({ draft, openedAt: at });
    if (tracked !== undefined) this.#bursts.get(draft.dedupeKey)?.members.add(tracked.key);
    if (this.#desk.incident(draft.dedupeKey) === undefined) this.#desk.raise({ ...draft, afterUndo: true }, at);
  }

  /** One of its conversations is still lost. */
  has(sessionKey: string): boolean {
    return [...this.#bursts.values()].some(({ what, members }) => what !== 'archives' && members.has(sessionKey));
  }

  /** Members of an incident that was dismissed as a whole. */
  disband(dedupeKey: string): readonly string[] {
    const members = [...(this.#bursts.get(dedupeKey)?.members ?? [])];
    this.#bursts.delete(dedupeKey);
    return members;
  }

  get agendas(): readonly Deadlines[] {
    return [this.#looks];
  }

  #judgeArchives(sourceId: number, now: number): void {
    const gone = this.#goneArchives.get(sourceId);
    if (gone === undefined) return;
    for (const [key, { at }] of gone) if (now - at > this.#desk.policy.massWindowMs) gone.delete(key);
    const burst = this.#current(sourceId, 'archives', now);
    if (burst === undefined && gone.size < this.#desk.policy.massCount) return;
    const target = burst ?? this.#begin(sourceId, 'archives', now);
    for (const [key, { messages, bytes }] of gone) {
      const tracked = this.#desk.table.byKey(key);
      if (tracked !== undefined) this.#join(target, tracked, 'archive', messages, bytes, now);
    }
    gone.clear();
    this.#desk.raise(this.#draft(target), now);
  }

  #current(sourceId: number, what: Burst['what'], now: number): Burst | undefined {
    return [...this.#bursts.values()].find(
      (burst) =>
        burst.sourceId === sourceId &&
        burst.what === what &&
        now - burst.lastAt <= this.#desk.policy.massWindowMs &&
        this.#desk.incident(burst.dedupeKey) !== undefined,
    );
  }

  #recentSingles(sourceId: number, now: number): readonly OpenIncident[] {
    const kinds: readonly IncidentKind[] = lossKinds;
    return [...this.#desk.openIncidents()].filter(
      ({ draft, openedAt }) =>
        draft.sourceId === sourceId && kinds.includes(draft.kind) && now - openedAt <= this.#desk.policy.massWindowMs,
    );
  }

  #begin(sourceId: number, what: Burst['what'], now: number, about: Pick<Burst, 'aside' | 'upgrade'> = {}): Burst {
    const burst: Burst = {
      dedupeKey: `mass-change:${what}:s${sourceId}:t${now}${about.aside === undefined ? '' : `:${about.aside.setAside}`}`,
      sourceId,
      what,
      ...about,
      firstAt: now,
      lastAt: now,
      sessions: 0,
      messages: 0,
      bytes: 0,
      counts: {},
      nativeIds: [],
      members: new Set(),
    };
    this.#bursts.set(burst.dedupeKey, burst);
    return burst;
  }

  #join(burst: Burst, tracked: TrackedSession, how: string, messages: number, bytes: number, now: number): void {
    if (!burst.members.has(tracked.key)) {
      burst.sessions += 1;
      if (burst.nativeIds.length < listedIds) burst.nativeIds.push(tracked.session.nativeId);
    }
    burst.members.add(tracked.key);
    burst.counts[how] = (burst.counts[how] ?? 0) + 1;
    burst.messages += messages;
    burst.bytes += bytes;
    burst.lastAt = now;
  }

  #draft(burst: Burst): IncidentDraft {
    return {
      kind: 'mass-change',
      dedupeKey: burst.dedupeKey,
      severity: burst.what === 'archives' ? 'warning' : 'loss',
      sourceId: burst.sourceId,
      ...agentOf(burst),
      messages: burst.messages,
      bytes: burst.bytes,
      evidence: {
        what: burst.what,
        sessions: burst.sessions,
        counts: { ...burst.counts },
        nativeIds: [...burst.nativeIds],
        firstAt: burst.firstAt,
        lastAt: burst.lastAt,
        ...(burst.upgrade === undefined ? {} : { directory: burst.upgrade.directory, of: burst.upgrade.of }),
        ...(burst.aside === undefined ? {} : { directory: burst.aside.directory, setAside: burst.aside.setAside }),
      },
    };
  }

  #trackedOf(draft: IncidentDraft): TrackedSession | undefined {
    if (draft.agent === undefined || draft.nativeId === undefined) return undefined;
    return this.#desk.table.get({ sourceId: draft.sourceId, agent: draft.agent, nativeId: draft.nativeId });
  }

  /** Who belongs to an incident of an earlier run: conversations of its time that are lost and have none of their own. */
  #resume({ draft, openedAt }: OpenIncident): void {
    const { evidence } = draft;
    const firstAt = typeof evidence.firstAt === 'number' ? evidence.firstAt : openedAt;
    const lastAt = typeof evidence.lastAt === 'number' ? evidence.lastAt : openedAt;
    const what = kindsOfBurst.find((kind) => kind === evidence.what) ?? 'transcripts';
    const { directory, setAside } = evidence;
    const isAside = what === 'database' && typeof directory === 'string' && typeof setAside === 'string';
    const nativeIds = Array.isArray(evidence.nativeIds) ? evidence.nativeIds.filter((id) => typeof id === 'string') : [];
    const burst: Burst = {
      dedupeKey: draft.dedupeKey,
      sourceId: draft.sourceId,
      what,
      firstAt,
      lastAt,
      sessions: typeof evidence.sessions === 'number' ? evidence.sessions : nativeIds.length,
      messages: draft.messages,
      bytes: draft.bytes,
      counts: {},
      nativeIds,
      members: new Set(),
      ...(what === 'upgrade' && typeof directory === 'string'
        ? { upgrade: { agent: draft.agent ?? '', directory, of: Number(evidence.of) } }
        : {}),
      ...(isAside ? { aside: { agent: draft.agent ?? '', directory, setAside } } : {}),
    };
    if (what !== 'archives') {
      for (const tracked of this.#desk.table.all()) {
        const isLost = tracked.state === 'lost' || tracked.state === 'restoring';
        if (tracked.session.sourceId !== draft.sourceId || !isLost) continue;
        if (draft.agent !== undefined && tracked.session.agent !== draft.agent) continue;
        if (this.#desk.incidentsOf(tracked.session, lossKinds).length === 0) burst.members.add(tracked.key);
      }
    }
    this.#bursts.set(burst.dedupeKey, burst);
  }
}

function agentOf({ aside, upgrade }: Burst): { readonly agent?: string } {
  const agent = aside?.agent ?? upgrade?.agent;
  return agent === undefined ? {} : { agent };
}
