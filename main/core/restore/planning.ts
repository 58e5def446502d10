import { basename } from 'node:path';
import { CoreError } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { RestorePlan, RestoreRoute, RestoreTarget, SessionSummary } from '../types.ts';
import { utcOffsetMinutesAt } from './local-time.ts';
import { chatPlace, outputPlace, type Place, sessionsPlace } from './places.ts';
import type { PlannedWay, Way } from './publishing.ts';
import { isDamage, type PlannedContent, type Prepared, plannedContent, prepare } from './reading.ts';
import { type ChatFacts, chatRefusal, nameNewSession, type Refusal, refusal, refusalFor } from './restore-plan.ts';
import type { RestoreRequest, RestorerDeps } from './restoring.ts';
import { isCleanAbsolute } from './safe-directory.ts';
import { buildOptions, type Subject, subjectOf } from './subject.ts';
import { hashFile, look } from './target-disk.ts';

export interface PlannerTools {
  /** Whether a finished restore still is what a second one would make. */
  readonly standing: (draft: RestoreDraft, sourceId: number) => boolean;
  readonly way: (sourceId: number) => Promise<PlannedWay>;
  readonly newNames: () => { readonly planId: string; readonly sessionId: string; readonly hex: string };
}

export type CheckedPlan =
  | { readonly is: 'already'; readonly plan: RestorePlan; readonly restoreId: string }
  | {
      readonly is: 'go';
      readonly sessionRow: number;
      readonly sourceId: number;
      readonly unpersisted: string | undefined;
      readonly createDirectory: boolean;
      readonly content: PlannedContent;
    };

export interface Planner {
  /** Reads much, writes nothing. Throws CoreError `not-found`, `invalid`. */
  plan(request: RestoreRequest): Promise<RestorePlan>;
  /** Whether a plan can be carried out now. Throws CoreError with the code of what stands in the way. */
  check(plan: RestorePlan, request: RestoreRequest): Promise<CheckedPlan>;
}

export function createPlanner(deps: RestorerDeps, tools: PlannerTools): Planner {
  const { journal } = deps;
  const { catalog } = journal;

  async function plan(request: RestoreRequest): Promise<RestorePlan> {
    const subject = subjectOf(deps, request);
    const { session } = subject;
    const output = outputOf(request);
    const { planId, sessionId: freshId, hex } = tools.newNames();
    const done = standingFor(subject, request.target, output);
    const sessionId = done?.sessionId ?? (request.target === 'new-session' ? freshId : session.sessionId);
    const way = request.target === 'file' ? undefined : await tools.way(session.sourceId);
    const route = plannedRoute(way);
    const prepared = await tryPrepare(subject, request, sessionId, route);
    const { messages, unpersisted } = prepared;
    const known = {
      planId,
      target: request.target,
      generationId: subject.generationId,
      upTo: subject.upTo,
      agent: session.agent,
      messages,
      bytes: prepared.bytes,
      sha256: prepared.sha256,
      form: prepared.form,
      changes: prepared.changes,
      ...(unpersisted === 0 ? {} : { unpersisted }),
    };
    if (done !== undefined) return { ...known, ...pick(done), alreadyDone: done.id };
    const place = placeOf(session, request.target, sessionId, output);
    const { path } = place;
    if (output !== undefined && place.pathTaken && holds(path, prepared)) return { ...known, path, alreadyDone: planId };
    const refusal = refusalOf({ ...known, path }, subject, place, allowed(way, request), prepared.damage);
    return {
      ...known,
      path,
      ...namesOf(request.target, session, place, { sessionId, hex, messages }),
      ...(route === undefined ? {} : { route }),
      ...(refusal === undefined ? {} : { refusal }),
    };
  }

  async function check(asked: RestorePlan, request: RestoreRequest): Promise<CheckedPlan> {
    const subject = subjectOf(deps, request, asked);
    const { session } = subject;
    const output = outputOf(request);
    if (asked.target !== request.target || asked.agent !== session.agent) throw stale();
    if (subject.generationId !== asked.generationId || subject.upTo !== asked.upTo) throw stale();
    const done = standingFor(subject, request.target, output);
    if (done !== undefined) return { is: 'already', restoreId: done.id, plan: { ...asked, ...pick(done) } };
    const sessionId = request.target === 'file' ? session.sessionId : (asked.sessionId ?? '');
    const place = placeOf(session, request.target, sessionId, output);
    if (output !== undefined && place.pathTaken && holds(place.path, asked)) return { is: 'already', restoreId: asked.planId, plan: asked };
    const way = request.target === 'file' ? undefined : await tools.way(session.sourceId);
    const refusal = refusalOf(asked, subject, place, allowed(way, request), undefined);
    if (refusal !== undefined) throw new CoreError(refusal.code, refusal.message, refusal.hint);
    if (place.path !== asked.path || !isOwnKey(asked, place)) throw stale();
    return {
      is: 'go',
      sessionRow: session.id,
      sourceId: session.sourceId,
      unpersisted: subject.unpersisted,
      createDirectory: place.check.is === 'missing',
      content: await plannedContent(catalog, subject, asked.form, buildOptions(deps, subject, sessionId, plannedRoute(way))),
    };
  }

  function placeOf(session: SessionSummary, target: RestoreTarget, sessionId: string, output: string | undefined): Place {
    if (output !== undefined) return outputPlace(deps, session, output);
    return target === 'same-session' ? chatPlace(deps, session) : sessionsPlace(deps, session, sessionId);
  }

  function namesOf(
    target: RestoreTarget,
    session: SessionSummary,
    { chat }: Place,
    fresh: { readonly sessionId: string; readonly hex: string; readonly messages: number },
  ): Pick<RestorePlan, 'sessionId' | 'sessionKey' | 'label'> {
    if (target === 'file') return {};
    const at = deps.clock.now();
    if (target === 'new-session') return nameNewSession(session.agent, { ...fresh, at, utcOffsetMinutes: utcOffsetMinutesAt(at) });
    return { sessionId: fresh.sessionId, ...(chat?.entry === undefined ? {} : { sessionKey: chat.entry.key }) };
  }

  function standingFor(subject: Subject, target: RestoreTarget, output: string | undefined): RestoreDraft | undefined {
    for (const summary of catalog.restores()) {
      if (summary.phase !== 'verified' || summary.sessionRow !== subject.session.id || summary.target !== target) continue;
      const draft = catalog.restoreDraft(summary.id);
      if (draft?.generationId !== subject.generationId || draft.upTo !== subject.upTo) continue;
      // A loss that has grown since is not what was restored then.
      if (draft.unpersisted !== subject.unpersisted) continue;
      if (output !== undefined && draft.path !== outputPlace(deps, subject.session, output).path) continue;
      if (tools.standing(draft, subject.session.sourceId)) return draft;
    }
    return undefined;
  }

  async function tryPrepare(
    subject: Subject,
    request: RestoreRequest,
    sessionId: string,
    route: RestoreRoute | undefined,
  ): Promise<Prepared & { readonly damage?: string }> {
    try {
      return await prepare(catalog, subject, request.target, buildOptions(deps, subject, sessionId, route));
    } catch (error) {
      if (!isDamage(error) || !(error instanceof CoreError)) throw error;
      const messages = subject.base?.records ?? 0;
      return { form: 'verbatim', changes: [], messages, unpersisted: 0, bytes: subject.upTo, sha256: '', damage: error.message };
    }
  }

  function refusalOf(
    known: Pick<RestorePlan, 'target' | 'messages' | 'bytes' | 'path'>,
    subject: Subject,
    place: Place,
    way: PlannedWay | undefined,
    damage: string | undefined,
  ): Refusal | undefined {
    const { check, chat } = place;
    const room = check.is === 'unsafe' ? { writable: true, freeBytes: undefined } : check;
    return refusalFor({
      target: known.target,
      unsafe: check.is === 'unsafe' ? check.reason : undefined,
      messages: known.messages,
      bytes: known.bytes,
      damage,
      gatewayRefusal: way?.is === 'closed' ? way.refusal : undefined,
      indexProblem: place.indexProblem,
      chatRefusal: chat === undefined ? undefined : chatRefusal(chatFacts(subject, place.pathTaken, chat)),
      pathTaken: place.pathTaken,
      writable: room.writable,
      freeBytes: room.freeBytes,
    });
  }

  function chatFacts({ session, witnessed }: Subject, hasTranscript: boolean, chat: NonNullable<Place['chat']>): ChatFacts {
    const { entry, isLocked } = chat;
    const isBusy = entry !== undefined && deps.isBusy?.(session.sourceId, session.agent, entry.key) === true;
    const lastActivityAt = Math.max(entry?.updatedAt ?? 0, session.lastAppendAt ?? 0, witnessed.at(-1)?.at ?? 0);
    return { entry, hasTranscript, isBusy: isLocked || isBusy, lastActivityAt, now: deps.clock.now() };
  }

  return { plan, check };
}

export function routeOf(way: Way): RestoreRoute {
  return way.is === 'import' && way.pause !== undefined ? 'import-restart' : way.is;
}

function plannedRoute(way: PlannedWay | undefined): RestoreRoute | undefined {
  return way === undefined || way.is === 'closed' ? undefined : routeOf(way);
}

/** What is in the way of this very request. */
export function allowed(
  way: PlannedWay | undefined,
  { target, mayRestart }: Pick<RestoreRequest, 'target' | 'mayRestart'>,
): PlannedWay | undefined {
  if (way?.is !== 'import') return way;
  if (target === 'same-session') {
    const message = 'OpenClaw keeps its conversations in a database, where each has what it has.';
    return { is: 'closed', refusal: refusal('session-has-transcript', message) };
  }
  if (way.pause === undefined || mayRestart === true) return way;
  const { code, message } = refusal('gateway-running', 'The gateway would have to be stopped for it, and started again.');
  return {
    is: 'closed',
    refusal: { code, message, hint: 'Allow it with --restart-gateway, or stop the gateway yourself (openclaw gateway stop).' },
  };
}

function outputOf(request: RestoreRequest): string | undefined {
  if (request.target !== 'file') return undefined;
  const { output } = request;
  if (output !== undefined && isCleanAbsolute(output) && basename(output) !== '') return output;
  throw new CoreError('invalid', 'a restore to a file needs the absolute path of the new file', 'Name one with --output.');
}

function holds(path: string, content: { readonly sha256: string; readonly bytes: number }): boolean {
  const stat = look(path);
  return stat?.isFile() === true && stat.size === content.bytes && hashFile(path)?.sha256 === content.sha256;
}

/** What a plan names must be what we would name: it comes back from outside. */
function isOwnKey(plan: RestorePlan, place: Place): boolean {
  if (plan.target === 'file') return true;
  if (plan.target === 'same-session') return plan.sessionKey !== undefined && plan.sessionKey === place.chat?.entry?.key;
  return plan.sessionKey?.startsWith(`agent:${plan.agent.toLowerCase()}:restored-`) === true;
}

function pick(draft: RestoreDraft): Pick<RestorePlan, 'path' | 'sha256' | 'messages' | 'sessionId' | 'sessionKey'> {
  const { path, sessionId, sessionKey, sha256, messages } = draft;
  return { path, sha256, messages, ...(sessionId === undefined ? {} : { sessionId }), ...(sessionKey === undefined ? {} : { sessionKey }) };
}

function stale(): CoreError {
  return new CoreError('refused', 'the plan no longer fits what is recorded', 'Look at the preview again and repeat the restore.');
}
