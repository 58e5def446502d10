import { basename } from 'node:path';
import type { Detector, Outcome, SessionRef } from './detect/detection.ts';
import type { Clock } from './platform/clock.ts';
import { CoreError } from './platform/errors.ts';
import type { Recorder } from './recorder.ts';
import { PreviewedPlans } from './restore/previewed-plans.ts';
import type { PlannedRestore, RecoveryPlan, RecoveryReceipt, RecoveryRequest, RestoreRequest, Restorer } from './restore/restoring.ts';
import type { Catalog } from './store/store.ts';
import type {
  Incident,
  IncidentDraft,
  RestorePhase,
  RestorePlan,
  RestoreReceipt,
  RestoreSummary,
  RestoreTarget,
  SessionSummary,
} from './types.ts';

export interface RestoreDeskDeps {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly restorer: Restorer;
  readonly detector: Detector;
  readonly recorder: Recorder;
}

const PAGE = 200;

/**
 * Restores and undoes one after the other (two at once would race for the same index), and tells detection about each, so
 * that what we did ourselves is neither a loss nor news.
 */
export class RestoreDesk {
  readonly #deps: RestoreDeskDeps;
  readonly #previewed: PreviewedPlans;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: RestoreDeskDeps) {
    this.#deps = deps;
    this.#previewed = new PreviewedPlans(deps.clock);
  }

  /** Finishes or takes back what a crash interrupted, and lets no conversation wait for a restore that nobody carries on. */
  async recover(): Promise<void> {
    const { catalog, restorer } = this.#deps;
    const interrupted = new Set(catalog.restores().flatMap(({ id, phase }) => (isFinished(phase) ? [] : [id])));
    await restorer.recover();
    const restores = catalog.restores();
    for (const session of this.#restoring()) {
      const last = restores.filter((restore) => this.#concerns(restore, session)).sort((a, b) => b.startedAt - a.startedAt)[0];
      const withdrawn =
        last?.target === 'same-session' && last.phase === 'undone'
          ? last
          : restores.find(
              ({ target, sessionId, sessionRow }) =>
                target === 'new-session' && sessionId === session.nativeId && sessionRow !== session.id,
            );
      if (withdrawn !== undefined) {
        this.#tellWithdrawal(withdrawn.id, withdrawn.phase === 'undone' ? 'done' : 'failed');
        continue;
      }
      const incident = last?.incidentId === undefined ? undefined : catalog.incident(last.incidentId);
      this.#tellOf(incident?.resolvedAt === undefined ? incident : undefined, session, last?.phase === 'verified' ? 'verified' : 'failed');
    }
    for (const restore of restores) {
      // A chat goes on: what it loses long after a restore into it had failed is news.
      if (restore.target !== 'same-session' || interrupted.has(restore.id)) this.#forgive(restore);
    }
  }

  /** All of them, before any of them is told of: one recovery can be of thousands. */
  #restoring(): readonly SessionSummary[] {
    const found: SessionSummary[] = [];
    let cursor: number | undefined;
    do {
      const page = this.#deps.catalog.sessions({ states: ['restoring'], limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  /** Also one of what was said after the reset that replaced the conversation: its incident is about that one. */
  #concerns({ sessionRow, incidentId }: RestoreSummary, session: SessionSummary): boolean {
    if (sessionRow === session.id) return true;
    const incident = incidentId === undefined ? undefined : this.#deps.catalog.incident(incidentId);
    return incident?.sourceId === session.sourceId && incident.agent === session.agent && incident.nativeId === session.nativeId;
  }

  async plan(request: RestoreRequest): Promise<RestorePlan> {
    const plan = await this.#deps.restorer.plan(request);
    this.#previewed.keep(plan, request);
    return plan;
  }

  restore(asked: RestoreRequest | PlannedRestore): Promise<RestoreReceipt> {
    return this.#inTurn(() => this.#restore(asked));
  }

  planRecovery(request: RecoveryRequest): Promise<RecoveryPlan> {
    return this.#deps.restorer.planRecovery(request);
  }

  recoverAll(request: RecoveryRequest): Promise<RecoveryReceipt> {
    return this.#inTurn(() => this.#recoverAll(request));
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

  async #restore(asked: RestoreRequest | PlannedRestore): Promise<RestoreReceipt> {
    const { catalog, recorder, restorer } = this.#deps;
    const { plan, request } =
      'planId' in asked ? this.#previewed.require(asked.planId) : { plan: await restorer.plan(asked), request: asked };
    if (plan.refusal !== undefined) throw new CoreError(plan.refusal.code, plan.refusal.message, plan.refusal.hint);
    const incident = request.incidentId === undefined ? undefined : catalog.incident(request.incidentId);
    const open = incident?.resolvedAt === undefined ? incident : undefined;
    const session = open && this.#sessionOf(open, request);
    let receipt: RestoreReceipt;
    try {
      this.#tell(open, session, 'started');
      receipt = await restorer.apply(plan, request);
    } catch (error) {
      this.#tell(open, session, 'failed');
      // The newest first: a chat that is restored in place has the same key every time.
      const failed = catalog.restores().find(({ sessionKey, target }) => sessionKey === plan.sessionKey && target === plan.target);
      if (failed !== undefined) this.#forgive(failed);
      throw error;
    } finally {
      recorder.wake();
    }
    this.#tell(open, session, 'verified');
    return receipt;
  }

  async #recoverAll(request: RecoveryRequest): Promise<RecoveryReceipt> {
    const { catalog, recorder, restorer } = this.#deps;
    let sessions: readonly SessionSummary[] = [];
    try {
      // While their files lie there for the importer they are neither back nor lost again.
      const receipt = await restorer.recoverAll(request, (rows) => {
        sessions = rows.flatMap((row) => catalog.session(row) ?? []);
        this.#tellOfAll(sessions, 'started');
      });
      this.#tellOfAll(sessions, 'verified');
      return receipt;
    } catch (error) {
      this.#tellOfAll(sessions, 'failed');
      throw error;
    } finally {
      recorder.wake();
    }
  }

  /** With one commit: there may be thousands. Their incident ends with the last of them, which detection knows. */
  #tellOfAll(sessions: readonly SessionRef[], phase: 'started' | 'verified' | 'failed'): void {
    const { clock, detector, recorder } = this.#deps;
    const outcomes = sessions.map((session) => detector.restored(session, phase, clock.now()));
    if (outcomes.length === 0) return;
    recorder.commitOutcome({
      transitions: outcomes.flatMap(({ transitions }) => transitions),
      sessions: outcomes.flatMap((outcome) => outcome.sessions),
      drafts: outcomes.flatMap(({ drafts }) => drafts),
      resolved: outcomes.flatMap(({ resolved }) => resolved),
      verdicts: outcomes.flatMap(({ verdicts = [] }) => verdicts),
    });
  }

  #tell(incident: Incident | undefined, session: SessionRef | undefined, phase: 'started' | 'verified' | 'failed'): void {
    if (incident !== undefined) this.#tellOf(incident, session, phase);
  }

  #tellOf(incident: Incident | undefined, session: SessionRef | undefined, phase: 'started' | 'verified' | 'failed'): void {
    const { clock, detector, recorder } = this.#deps;
    const at = clock.now();
    const outcome = session === undefined ? nothing : detector.restored(session, phase, at);
    // One that speaks of many conversations ends with the last of them, which detection knows.
    const answered = phase === 'verified' && incident !== undefined && incident.kind !== 'mass-change';
    recorder.commitOutcome(withResolved(outcome, answered ? [{ dedupeKey: incident.dedupeKey, as: 'restored' as const, at }] : []));
  }

  #sessionOf(incident: Incident, { sessionRow }: RestoreRequest): SessionRef | undefined {
    const { sourceId, agent, nativeId } = incident;
    if (agent !== undefined && nativeId !== undefined) return { sourceId, agent, nativeId };
    return sessionRow === undefined ? undefined : this.#deps.catalog.session(sessionRow);
  }

  async #undo(restoreId: string): Promise<{ ok: true; restoreId: string; path: string }> {
    let undone: Awaited<ReturnType<Restorer['undo']>>;
    try {
      this.#tellWithdrawal(restoreId, 'started');
      undone = await this.#deps.restorer.undo(restoreId);
    } catch (error) {
      this.#tellWithdrawal(restoreId, 'failed');
      throw error;
    } finally {
      this.#deps.recorder.wake();
    }
    this.#tellWithdrawal(restoreId, 'done');
    return undone;
  }

  /** A file that a failed restore had published and took back may have been captured in between: that is no loss. */
  #forgive({ phase, error, path, sessionId, sessionRow }: RestoreSummary): void {
    const { catalog } = this.#deps;
    // In this one case the file stays, because somebody has used it.
    if (phase !== 'failed' || error === 'target-changed' || sessionId === undefined) return;
    const origin = catalog.session(sessionRow);
    const nativeId = basename(path, '.jsonl');
    const captured = catalog
      .findSessions(sessionId)
      .find((session) => session.sourceId === origin?.sourceId && session.agent === origin.agent && session.nativeId === nativeId);
    if (captured === undefined || captured.state === 'archived') return;
    const { clock, detector, recorder } = this.#deps;
    for (const step of ['started', 'done'] as const)
      recorder.commitOutcome(detector.withdrawn(captured, step, clock.now(), undefined, origin));
    this.#deps.recorder.wake();
  }

  #tellWithdrawal(restoreId: string, phase: 'started' | 'done' | 'failed'): void {
    const { catalog, clock, detector, recorder } = this.#deps;
    const draft = catalog.restoreDraft(restoreId);
    const origin = draft && catalog.session(draft.sessionRow);
    // A restore to a file made no conversation in OpenClaw.
    if (draft?.sessionId === undefined || origin === undefined) return;
    const session = { sourceId: origin.sourceId, agent: draft.agent, nativeId: basename(draft.path, '.jsonl') };
    const incident = draft.incidentId === undefined ? undefined : catalog.incident(draft.incidentId);
    recorder.commitOutcome(detector.withdrawn(session, phase, clock.now(), incident && draftOf(incident, draft.target), origin));
  }
}

function isFinished(phase: RestorePhase): boolean {
  return phase === 'verified' || phase === 'failed' || phase === 'undone';
}

const nothing: Outcome = { transitions: [], sessions: [], drafts: [], resolved: [] };

/** An incident as it was when it was open. That a file of ours stood in its place for a while does not make it heal. */
function draftOf(incident: Incident, target: RestoreTarget): IncidentDraft {
  const { resolution: _, ...draft } = incident;
  return target === 'same-session' ? { ...draft, evidence: { ...draft.evidence, takenBack: true } } : draft;
}

function withResolved(outcome: Outcome, resolved: Outcome['resolved']): Outcome {
  const known = new Set(outcome.resolved.map((entry) => entry.dedupeKey));
  return { ...outcome, resolved: [...outcome.resolved, ...resolved.filter((entry) => !known.has(entry.dedupeKey))] };
}
