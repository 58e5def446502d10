import { randomBytes, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { SerialQueue } from '../platform/serial-queue.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { RestorePhase, RestorePlan, RestoreReceipt, RestoreRoute } from '../types.ts';
import { settleFileTarget, undoFileTarget, writeFileTarget } from './file-target.ts';
import { settleGatewaySession, undoThroughGateway, writeThroughGateway } from './gateway-session.ts';
import { importConversations, importStands, settleImport, undoImport } from './import-target.ts';
import { indexEditor } from './index-edit.ts';
import {
  removeUndoMark,
  requireSessionDraft,
  type SessionDraft,
  sessionStands,
  settleNewSession,
  settleUndo,
  undoNewSession,
  writeNewSession,
} from './new-session-target.ts';
import { type CheckedPlan, createPlanner, type Planner, routeOf } from './planning.ts';
import { inspect, type RestoreTools, refused } from './publishing.ts';
import { createRecovery } from './recovery.ts';
import type { Refusal } from './restore-plan.ts';
import type { RestoreRequest, Restorer, RestorerDeps } from './restoring.ts';
import { isStillItself } from './safe-directory.ts';
import { settleSameSession, settleUndoneInPlace, undoSameSession, writeSameSession } from './same-session-target.ts';
import { look, targetDisk } from './target-disk.ts';
import { withHint } from './target-faults.ts';
import { askedOf, programOf, wayNow } from './ways.ts';

export function createRestorer(deps: RestorerDeps): Restorer {
  const failpoint = deps.failpoint ?? (() => undefined);
  const { journal, clock, log, gateway } = deps;
  const disk = targetDisk(failpoint);
  const locking = { clock, disk, alive: gateway.alive.bind(gateway) };
  const tools: RestoreTools = {
    clock,
    log,
    disk,
    locking,
    index: (directory) => indexEditor(locking, directory),
    record(id, phase, error) {
      failpoint(`record-${phase}`);
      journal.advanceRestore(id, phase, clock.now(), error);
    },
    place(id, place) {
      failpoint('record-place');
      journal.placeRestore(id, place);
    },
    async refuseWhileGatewayRuns(sourceId) {
      const way = await wayNow(deps, sourceId);
      if (way.is === 'index' || (way.is === 'import' && way.pause === undefined)) return;
      throw way.is === 'closed' ? asError(way.refusal) : refused('gateway-running', "OpenClaw's gateway is running.");
    },
    async wayTo(sourceId) {
      const way = await wayNow(deps, sourceId);
      if (way.is === 'closed') throw asError(way.refusal);
      return way;
    },
    wayNow: (sourceId) => wayNow(deps, sourceId),
    async askGateway(sourceId) {
      const root = deps.rootOf(sourceId);
      if (root === undefined || deps.admin === undefined || (await gateway.state(root)) !== 'running') {
        throw refused('gateway-stopped', "OpenClaw's gateway does not run, and only it can take this conversation out again.");
      }
      return askedOf(deps, deps.admin, root);
    },
    async pauseFor(sourceId) {
      const root = deps.rootOf(sourceId);
      const program = root === undefined ? undefined : programOf(deps, root);
      const state = root === undefined ? 'unknown' : await gateway.state(root);
      return { state, ...(root === undefined || program === undefined ? {} : { pause: { clock, log, gateway, program, root } }) };
    },
    restoredKeys() {
      const keys = new Map<string, Set<string>>();
      for (const { sessionKey, sessionId } of journal.catalog.restores()) {
        if (sessionKey === undefined || sessionId === undefined) continue;
        keys.set(sessionKey, (keys.get(sessionKey) ?? new Set()).add(sessionId));
      }
      return keys;
    },
    copies: deps.copies,
    databaseOf: (sourceId, { agent, path }) => ({
      path: deps.databaseOf?.(sourceId, agent) ?? join(dirname(dirname(path)), 'agent', 'openclaw-agent.sqlite'),
      copies: deps.copies,
    }),
    isBusy: (sourceId, agent, sessionKey) => deps.isBusy?.(sourceId, agent, sessionKey) === true,
  };
  const planner = createPlanner(deps, {
    standing: (draft, sourceId) => stands(tools, draft, sourceId),
    way: (sourceId) => wayNow(deps, sourceId),
    newNames: () => ({ planId: uuidv7(), sessionId: randomUUID(), hex: randomBytes(2).toString('hex') }),
  });
  const inTurn = taking(failpoint);
  const recovery = createRecovery(deps, tools);
  return {
    planRecovery: (request) => recovery.plan(request),
    recoverAll: (request, onPlanned) => inTurn(() => recovery.apply(request, onPlanned)),
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
  if (job.is === 'already') return receiptOf(placedIn(deps, tools, job.plan, job.restoreId), job.restoreId, true);
  const way = plan.target === 'file' ? undefined : await tools.wayTo(job.sourceId);
  const draft = draftOf(plan, request, job, { route: way && routeOf(way), startedAt: deps.clock.now() });
  deps.failpoint?.('record-planned');
  deps.journal.beginRestore(draft);
  deps.log.log('info', 'restore-started', { restoreId: draft.id, target: draft.target, path: draft.path });
  const { sourceId, content, createDirectory } = job;
  const label = plan.label ?? '';
  let done: Pick<RestorePlan, 'path' | 'sessionId'> = plan;
  let gatewayIsDown = false;
  if (way === undefined) await writeFileTarget(tools, draft, content);
  else if (plan.target === 'same-session') await writeSameSession(tools, requireSessionDraft(draft), { sourceId, content });
  else if (way.is === 'import') {
    const item = { draft: requireSessionDraft(draft), label, content, updatedAt: deps.clock.now() };
    const { agent, path } = draft;
    gatewayIsDown = (await importConversations(tools, way, { sourceId, agent, directory: dirname(path), createDirectory, items: [item] }))
      .isDown;
  } else if (way.is === 'index') await writeNewSession(tools, requireSessionDraft(draft), { sourceId, label, content, createDirectory });
  else {
    const keyed = { ...draft, sessionKey: plan.sessionKey ?? '' };
    done = await writeThroughGateway(tools, keyed, way.admin, { sourceId, label, content, createDirectory });
  }
  deps.log.log('info', 'restore-verified', { restoreId: draft.id });
  return {
    ...receiptOf(placedIn(deps, tools, { ...plan, ...done }, draft.id), draft.id, false),
    ...(gatewayIsDown ? { gatewayIsDown } : {}),
  };
}

/** What is on record before anything is done. The gateway names its sessions itself, so that one has no id yet. */
function draftOf(
  plan: RestorePlan,
  request: RestoreRequest,
  job: CheckedPlan & { readonly is: 'go' },
  facts: { readonly route: RestoreRoute | undefined; readonly startedAt: number },
): RestoreDraft {
  const isNamed = plan.sessionId !== undefined && !(facts.route === 'gateway' && plan.target === 'new-session');
  return {
    id: uuidv7(),
    ...(request.incidentId === undefined ? {} : { incidentId: request.incidentId }),
    sessionRow: job.sessionRow,
    generationId: plan.generationId,
    upTo: plan.upTo,
    ...(job.unpersisted === undefined ? {} : { unpersisted: job.unpersisted }),
    target: plan.target,
    ...(facts.route === undefined ? {} : { route: facts.route }),
    path: plan.path,
    agent: plan.agent,
    ...(isNamed ? { sessionId: plan.sessionId } : {}),
    ...(plan.sessionKey === undefined ? {} : { sessionKey: plan.sessionKey }),
    messages: plan.messages,
    sha256: plan.sha256,
    startedAt: facts.startedAt,
  };
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
    if (isImported(draft)) await undoImport(tools, requireSessionDraft(draft), session.sourceId, summary.finishedAt ?? deps.clock.now());
    else await undoSession(tools, requireSessionDraft(draft), session.sourceId);
  }
  deps.log.log('info', 'restore-undone', { restoreId });
  return { ok: true, restoreId, path: placedIn(deps, tools, draft, restoreId).path };
}

async function undoSession(tools: RestoreTools, draft: SessionDraft, sourceId: number): Promise<void> {
  if (draft.target === 'same-session') return await undoSameSession(tools, draft, sourceId);
  const way = await tools.wayTo(sourceId);
  if (way.is === 'gateway') await undoThroughGateway(tools, draft, way.admin);
  else await undoNewSession(tools, draft, sourceId);
}

/** One restore that cannot be settled (a volume that is away, an index that does not parse) must not stop the others. */
async function recover(deps: RestorerDeps, tools: RestoreTools): Promise<void> {
  const { catalog } = deps.journal;
  for (const { id, phase } of catalog.restores()) {
    const draft = catalog.restoreDraft(id);
    if (draft === undefined || phase === 'failed') continue;
    if ((phase === 'verified' || phase === 'undone') && draft.target === 'file') continue;
    try {
      const settled = await settle(tools, draft, phase, catalog.session(draft.sessionRow)?.sourceId ?? 0);
      if (settled !== undefined) deps.log.log('info', 'restore-settled', { restoreId: id, phase, settled });
    } catch (error) {
      if (!(error instanceof CoreError) && errnoOf(error) === undefined) throw error;
      deps.log.log('warn', 'restore-not-settled', { restoreId: id, phase, error: errnoOf(error) });
    }
  }
}

async function settle(
  tools: RestoreTools,
  draft: RestoreDraft,
  phase: Exclude<RestorePhase, 'failed'>,
  sourceId: number,
): Promise<string | undefined> {
  const directory = dirname(draft.path);
  if (phase === 'verified' || phase === 'undone') {
    if (!isStillItself(directory)) return undefined;
    const session = requireSessionDraft(draft);
    if (isImported(draft)) return undefined;
    if (phase === 'verified') return draft.target === 'same-session' ? settleUndoneInPlace(tools, session) : settleUndo(tools, session);
    removeUndoMark(tools, session);
    return undefined;
  }
  if (look(directory) === undefined && look(dirname(directory)) !== undefined) {
    // The folder itself is gone, and with it whatever the restore had left in it.
    tools.record(draft.id, 'failed', 'directory-gone');
    return 'failed';
  }
  if (!isStillItself(directory)) throw refused('unsafe-path', `The folder is gone or became a link: ${directory}`);
  if (draft.target === 'file') return settleFileTarget(tools, draft, phase);
  if (draft.target === 'same-session') return settleSameSession(tools, requireSessionDraft(draft), phase);
  if (isImported(draft)) return settleImport(tools, draft, phase, sourceId);
  if (draft.route === 'gateway') return settleGatewaySession(tools, draft, phase, sourceId);
  return settleNewSession(tools, requireSessionDraft(draft), phase);
}

/** What OpenClaw took in itself lies in its database; the file that it was taken from is gone. */
function placedIn<T extends { readonly path: string }>({ journal }: RestorerDeps, tools: RestoreTools, placed: T, restoreId: string): T {
  const draft = journal.catalog.restoreDraft(restoreId);
  const session = draft && journal.catalog.session(draft.sessionRow);
  if (draft === undefined || session === undefined || !isImported(draft)) return placed;
  return { ...placed, path: tools.databaseOf(session.sourceId, draft).path };
}

function isImported({ route }: RestoreDraft): boolean {
  return route === 'import' || route === 'import-restart';
}

function stands(tools: RestoreTools, draft: RestoreDraft, sourceId: number): boolean {
  if (isImported(draft)) return importStands(tools, requireSessionDraft(draft), sourceId);
  if (draft.target === 'file') return inspect(draft).is === 'intact';
  return sessionStands(tools, requireSessionDraft(draft));
}

function asError({ code, message, hint }: Refusal): CoreError {
  return new CoreError(code, message, hint);
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
  const queue = new SerialQueue();
  return async (task) => {
    try {
      return await queue.run(async () => {
        failpoint('begin');
        return await task();
      });
    } catch (error) {
      throw withHint(error);
    }
  };
}
