import { randomBytes, randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { RestorePhase, RestorePlan, RestoreReceipt } from '../types.ts';
import { settleFileTarget, undoFileTarget, writeFileTarget } from './file-target.ts';
import { indexEditor } from './index-edit.ts';
import {
  removeUndoMark,
  requireSessionDraft,
  sessionStands,
  settleNewSession,
  settleUndo,
  undoNewSession,
  writeNewSession,
} from './new-session-target.ts';
import { createPlanner, type Planner } from './planning.ts';
import { inspect, type RestoreTools, refused } from './publishing.ts';
import { gatewayRefusal } from './restore-plan.ts';
import type { RestoreRequest, Restorer, RestorerDeps } from './restoring.ts';
import { isStillItself } from './safe-directory.ts';
import { look, targetDisk } from './target-disk.ts';
import { withHint } from './target-faults.ts';

export function createRestorer(deps: RestorerDeps): Restorer {
  const failpoint = deps.failpoint ?? (() => undefined);
  const { journal, clock, log, gateway } = deps;
  const disk = targetDisk(failpoint);
  const tools: RestoreTools = {
    clock,
    log,
    disk,
    index: (directory) => indexEditor({ clock, disk, alive: gateway.alive.bind(gateway) }, directory),
    record(id, phase, error) {
      failpoint(`record-${phase}`);
      journal.advanceRestore(id, phase, clock.now(), error);
    },
    async refuseWhileGatewayRuns(sourceId) {
      const refusal = await gatewayRefusalNow(deps, sourceId);
      if (refusal !== undefined) throw new CoreError(refusal.code, refusal.message, refusal.hint);
    },
  };
  const planner = createPlanner(deps, {
    standing: (draft) => stands(tools, draft),
    gatewayRefusal: (sourceId) => gatewayRefusalNow(deps, sourceId),
    newNames: () => ({ planId: uuidv7(), sessionId: randomUUID(), hex: randomBytes(2).toString('hex') }),
  });
  const inTurn = taking(failpoint);
  return {
    plan: (request) => planner.plan(request),
    apply: (plan, request) => inTurn(() => apply(deps, tools, planner, plan, request)),
    undo: (restoreId) => inTurn(() => undo(deps, tools, restoreId)),
    recover: () => inTurn(() => recover(deps, tools)),
  };
}

async function apply(
  deps: RestorerDeps,
  tools: RestoreTools,
  planner: Planner,
  plan: RestorePlan,
  request: RestoreRequest,
): Promise<RestoreReceipt> {
  const job = await planner.check(plan, request);
  if (job.is === 'already') return receiptOf(job.plan, job.restoreId, true);
  const draft: RestoreDraft = {
    id: uuidv7(),
    ...(request.incidentId === undefined ? {} : { incidentId: request.incidentId }),
    sessionRow: job.sessionRow,
    generationId: plan.generationId,
    upTo: plan.upTo,
    target: plan.target,
    path: plan.path,
    agent: plan.agent,
    ...(plan.sessionId === undefined ? {} : { sessionId: plan.sessionId }),
    ...(plan.sessionKey === undefined ? {} : { sessionKey: plan.sessionKey }),
    messages: plan.messages,
    sha256: plan.sha256,
    startedAt: deps.clock.now(),
  };
  deps.failpoint?.('record-planned');
  deps.journal.beginRestore(draft);
  deps.log.log('info', 'restore-started', { restoreId: draft.id, target: draft.target, path: draft.path });
  if (plan.target === 'file') await writeFileTarget(tools, draft, job.content);
  else {
    const { sourceId, createDirectory } = job;
    await writeNewSession(tools, requireSessionDraft(draft), {
      sourceId,
      label: plan.label ?? '',
      content: job.content,
      createDirectory,
    });
  }
  deps.log.log('info', 'restore-verified', { restoreId: draft.id });
  return receiptOf(plan, draft.id, false);
}

async function undo(
  deps: RestorerDeps,
  tools: RestoreTools,
  restoreId: string,
): Promise<{ readonly ok: true; readonly restoreId: string; readonly path: string }> {
  const { catalog } = deps.journal;
  const summary = catalog.restore(restoreId);
  const draft = catalog.restoreDraft(restoreId);
  if (summary === undefined || draft === undefined) {
    throw new CoreError('not-found', `no restore ${restoreId}`, 'Look at the id again: it was shown when the restore was made.');
  }
  if (summary.phase !== 'verified') throw new CoreError('refused', whyNoUndo(summary.phase), 'There is nothing to take back.');
  if (!isStillItself(dirname(draft.path))) throw refused('unsafe-path', `The folder is gone or became a link: ${dirname(draft.path)}`);
  if (draft.target === 'file') undoFileTarget(tools, draft);
  else {
    const session = catalog.session(draft.sessionRow);
    if (session === undefined) throw new CoreError('not-found', 'the restored conversation is unknown', 'Delete the session in OpenClaw.');
    await undoNewSession(tools, requireSessionDraft(draft), session.sourceId);
  }
  deps.log.log('info', 'restore-undone', { restoreId });
  return { ok: true, restoreId, path: draft.path };
}

/** One restore that cannot be settled (a volume that is away, an index that does not parse) must not stop the others. */
async function recover(deps: RestorerDeps, tools: RestoreTools): Promise<void> {
  const { catalog } = deps.journal;
  for (const { id, phase } of catalog.restores()) {
    const draft = catalog.restoreDraft(id);
    if (draft === undefined || phase === 'failed') continue;
    if ((phase === 'verified' || phase === 'undone') && draft.target === 'file') continue;
    try {
      const settled = await settle(tools, draft, phase);
      if (settled !== undefined) deps.log.log('info', 'restore-settled', { restoreId: id, phase, settled });
    } catch (error) {
      if (!(error instanceof CoreError) && errnoOf(error) === undefined) throw error;
      deps.log.log('warn', 'restore-not-settled', { restoreId: id, phase, error: errnoOf(error) });
    }
  }
}

async function settle(tools: RestoreTools, draft: RestoreDraft, phase: Exclude<RestorePhase, 'failed'>): Promise<string | undefined> {
  const directory = dirname(draft.path);
  if (phase === 'verified' || phase === 'undone') {
    if (!isStillItself(directory)) return undefined;
    const session = requireSessionDraft(draft);
    if (phase === 'verified') return settleUndo(tools, session);
    removeUndoMark(tools, session);
    return undefined;
  }
  if (look(directory) === undefined && look(dirname(directory)) !== undefined) {
    // The folder itself is gone, and with it whatever the restore had left in it.
    tools.record(draft.id, 'failed', 'directory-gone');
    return 'failed';
  }
  if (!isStillItself(directory)) throw refused('unsafe-path', `The folder is gone or became a link: ${directory}`);
  return draft.target === 'file' ? settleFileTarget(tools, draft, phase) : settleNewSession(tools, requireSessionDraft(draft), phase);
}

function stands(tools: RestoreTools, draft: RestoreDraft): boolean {
  if (draft.target === 'new-session') return sessionStands(tools, requireSessionDraft(draft));
  return inspect(draft).is === 'intact';
}

async function gatewayRefusalNow(deps: RestorerDeps, sourceId: number): Promise<ReturnType<typeof gatewayRefusal>> {
  const root = deps.rootOf(sourceId);
  if (root === undefined) return undefined;
  const state = await deps.gateway.state(root);
  return gatewayRefusal(state, state === 'unknown' && (await deps.gateway.answers?.(root)) === true);
}

function receiptOf(plan: RestorePlan, restoreId: string, already: boolean): RestoreReceipt {
  return {
    ok: true,
    restoreId,
    path: plan.path,
    ...(plan.sessionId === undefined ? {} : { sessionId: plan.sessionId }),
    ...(plan.sessionKey === undefined ? {} : { sessionKey: plan.sessionKey }),
    messages: plan.messages,
    sha256: plan.sha256,
    already,
  };
}

function whyNoUndo(phase: RestorePhase): string {
  if (phase === 'undone') return 'this restore was already taken back';
  return phase === 'failed' ? 'this restore failed and left nothing' : 'this restore is not finished';
}

/** One at a time: two restores at once would not see each other's result. System errors become ones with a hint. */
function taking(failpoint: (name: string) => void): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(async () => {
      failpoint('begin');
      return await task();
    });
    last = turn.catch(() => undefined);
    return turn.catch((error: unknown) => {
      throw withHint(error);
    });
  };
}
