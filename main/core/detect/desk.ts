import type { DirectoryRef } from '../capture/change.ts';
import type { IncidentDraft, IncidentKind, Resolution } from '../types.ts';
import type {
  DetectionPolicy,
  DirectoryView,
  Outcome,
  RememberedIncident,
  SessionFacts,
  SessionRef,
  Transition,
  WitnessVerdict,
} from './detection.ts';
import { advance, type SessionFact } from './lifecycle.ts';
import type { SessionTable, TrackedSession } from './session-table.ts';

export interface OpenIncident {
  draft: IncidentDraft;
  readonly openedAt: number;
}

const nothing: Outcome = { transitions: [], sessions: [], drafts: [], resolved: [] };

/** Where the watches of detection meet: what is known, what is open, and the outcome that is being put together. */
export class Desk {
  readonly policy: DetectionPolicy;
  readonly table: SessionTable;
  readonly #views = new Map<string, DirectoryView>();
  readonly #watchedSince = new Map<string, number>();
  readonly #open = new Map<string, OpenIncident>();
  #transitions: Transition[] = [];
  #sessions: SessionFacts[] = [];
  #drafts = new Map<string, IncidentDraft>();
  #verdicts: WitnessVerdict[] = [];
  #resolved: { dedupeKey: string; as: Resolution; at: number }[] = [];

  constructor(policy: DetectionPolicy, table: SessionTable, incidents: readonly RememberedIncident[]) {
    this.policy = policy;
    this.table = table;
    for (const { dedupeKey, draft, openedAt } of incidents) this.#open.set(dedupeKey, { draft, openedAt });
  }

  /** By directory key: the last view of each directory. */
  get views(): ReadonlyMap<string, DirectoryView> {
    return this.#views;
  }

  see(directoryKey: string, view: DirectoryView, at: number): void {
    this.#views.set(directoryKey, view);
    this.#watchedSince.set(directoryKey, Math.min(at, this.#watchedSince.get(directoryKey) ?? at));
  }

  /** It happened in a directory that this run was looking at: then it is news, however soon it was over. */
  wasWatched(directoryKey: string, at: number | undefined): boolean {
    const since = this.#watchedSince.get(directoryKey);
    return since !== undefined && at !== undefined && at >= since;
  }

  move(tracked: TrackedSession, fact: SessionFact, at: number, successor?: SessionRef): boolean {
    const move = advance(tracked.state, fact, this.policy);
    if (move === undefined) return false;
    this.#transitions.push({
      session: tracked.session,
      from: tracked.state,
      to: move.to,
      cause: move.cause,
      at,
      ...(move.deadlineInMs === undefined ? {} : { deadlineAt: at + move.deadlineInMs }),
      ...(successor === undefined ? {} : { successor }),
    });
    if (move.to === 'restoring') tracked.before = tracked.state;
    tracked.state = move.to;
    tracked.stateSince = at;
    return true;
  }

  learn(facts: SessionFacts): void {
    this.#sessions.push(facts);
  }

  /** On a witnessed message. */
  judge(verdict: WitnessVerdict): void {
    this.#verdicts.push(verdict);
  }

  /** Opens an incident or updates the open one. Quiet history (`resolution` set) is written and forgotten. */
  raise(draft: IncidentDraft, at: number): void {
    this.#drafts.set(draft.dedupeKey, draft);
    if (draft.resolution !== undefined) return;
    this.#open.set(draft.dedupeKey, { draft, openedAt: this.#open.get(draft.dedupeKey)?.openedAt ?? at });
  }

  resolve(dedupeKey: string, as: Resolution, at: number): void {
    if (!this.#open.delete(dedupeKey)) return;
    this.#resolved.push({ dedupeKey, as, at });
  }

  incident(dedupeKey: string): OpenIncident | undefined {
    return this.#open.get(dedupeKey);
  }

  openIncidents(): IterableIterator<OpenIncident> {
    return this.#open.values();
  }

  /** Open incidents of one conversation; there are few open ones altogether. */
  incidentsOf(session: SessionRef, kinds: readonly IncidentKind[]): readonly OpenIncident[] {
    if (this.#open.size === 0) return [];
    return [...this.#open.values()].filter(
      ({ draft }) =>
        kinds.includes(draft.kind) &&
        draft.sourceId === session.sourceId &&
        draft.agent === session.agent &&
        draft.nativeId === session.nativeId,
    );
  }

  /** The open incident of a directory as a whole. */
  incidentOf(kind: IncidentKind, { sourceId, path }: DirectoryRef): OpenIncident | undefined {
    if (this.#open.size === 0) return undefined;
    return [...this.#open.values()].find(
      ({ draft }) => draft.kind === kind && draft.sourceId === sourceId && draft.evidence.directory === path,
    );
  }

  /** The outcome so far; the next one starts empty. */
  take(): Outcome {
    if (this.#transitions.length + this.#sessions.length + this.#drafts.size + this.#resolved.length + this.#verdicts.length === 0)
      return nothing;
    const outcome: Outcome = {
      transitions: this.#transitions,
      sessions: this.#sessions,
      drafts: [...this.#drafts.values()],
      resolved: this.#resolved,
      ...(this.#verdicts.length === 0 ? {} : { verdicts: this.#verdicts }),
    };
    this.#transitions = [];
    this.#sessions = [];
    this.#drafts = new Map();
    this.#resolved = [];
    this.#verdicts = [];
    return outcome;
  }
}
