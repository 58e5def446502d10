import type { Detector, Outcome, SessionRef } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError } from './platform/errors.ts';
import type { Recorder } from './recorder.ts';
import type { RestoreRequest, Restorer } from './restore/restoring.ts';
import type { Catalog } from './store/store.ts';
import type { Incident, IncidentDraft, RestoreReceipt } from './types.ts';

export interface RestoreDeskDeps {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly restorer: Restorer;
  readonly detector: Detector;
  readonly recorder: Recorder;
}

/**
 * Restores and undoes one after the other (two at once would race for the same index), and tells detection about each, so
 * that what we did ourselves is neither a loss nor news.
 */
export class RestoreDesk {
  readonly #deps: RestoreDeskDeps;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: RestoreDeskDeps) {
    this.#deps = deps;
  }

  restore(request: RestoreRequest): Promise<RestoreReceipt> {
    return this.#inTurn(() => this.#restore(request));
  }

  undo(restoreId: string): Promise<{ ok: true; restoreId: string; path: string }> {
    return this.#inTurn(() => this.#undo(restoreId));
  }

  /** Resolves when nothing is being restored any more; never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    // Whoever asked gets the error; the next in the queue only waits.
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #restore(request: RestoreRequest): Promise<RestoreReceipt> {
    const { catalog, recorder, restorer } = this.#deps;
    const plan = await restorer.plan(request);
    if (plan.refusal !== undefined) throw new CoreError(plan.refusal.code, plan.refusal.message, plan.refusal.hint);
    const incident = request.incidentId === undefined ? undefined : catalog.incident(request.incidentId);
    const open = incident?.resolvedAt === undefined ? incident : undefined;
    this.#tell(open, 'started');
    try {
      const receipt = await restorer.apply(plan, request);
      this.#tell(open, 'verified');
      return receipt;
    } catch (error) {
      this.#tell(open, 'failed');
      throw error;
    } finally {
      recorder.wake();
    }
  }

  #tell(incident: Incident | undefined, phase: 'started' | 'verified' | 'failed'): void {
    if (incident === undefined) return;
    const { clock, detector, recorder } = this.#deps;
    const at = clock.now();
    const session = sessionOf(incident);
    const outcome = session === undefined ? nothing : detector.restored(session, phase, at);
    const resolved = phase === 'verified' ? [{ dedupeKey: incident.dedupeKey, as: 'restored' as const, at }] : [];
    recorder.commitOutcome(withResolved(outcome, resolved));
  }

  async #undo(restoreId: string): Promise<{ ok: true; restoreId: string; path: string }> {
    this.#tellWithdrawal(restoreId, 'started');
    try {
      const undone = await this.#deps.restorer.undo(restoreId);
      this.#tellWithdrawal(restoreId, 'done');
      return undone;
    } catch (error) {
      this.#tellWithdrawal(restoreId, 'failed');
      throw error;
    } finally {
      this.#deps.recorder.wake();
    }
  }

  #tellWithdrawal(restoreId: string, phase: 'started' | 'done' | 'failed'): void {
    const { catalog, clock, detector, recorder } = this.#deps;
    const draft = catalog.restoreDraft(restoreId);
    const sourceId = draft && catalog.session(draft.sessionRow)?.sourceId;
    // A restore to a file made no conversation in OpenClaw.
    if (draft?.sessionId === undefined || sourceId === undefined) return;
    const session = { sourceId, agent: draft.agent, nativeId: draft.sessionId };
    const incident = draft.incidentId === undefined ? undefined : catalog.incident(draft.incidentId);
    recorder.commitOutcome(detector.withdrawn(session, phase, clock.now(), incident && draftOf(incident)));
  }
}

const nothing: Outcome = { transitions: [], sessions: [], drafts: [], resolved: [] };

function sessionOf({ sourceId, agent, nativeId }: IncidentDraft): SessionRef | undefined {
  return agent === undefined || nativeId === undefined ? undefined : { sourceId, agent, nativeId };
}

/** An incident as it was when it was open. */
function draftOf(incident: Incident): IncidentDraft {
  const { resolution: _, ...draft } = incident;
  return draft;
}

function withResolved(outcome: Outcome, resolved: Outcome['resolved']): Outcome {
  const known = new Set(outcome.resolved.map((entry) => entry.dedupeKey));
  return { ...outcome, resolved: [...outcome.resolved, ...resolved.filter((entry) => !known.has(entry.dedupeKey))] };
}
