import { basename, dirname, join } from 'node:path';
import { CoreError } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { GenerationSummary, RestorePlan, SessionSummary } from '../types.ts';
import type { BuildOptions } from './conversation-builder.ts';
import { indexEditor } from './index-edit.ts';
import { utcOffsetMinutesAt } from './local-time.ts';
import { isDamage, type PlannedContent, type Prepared, plannedContent, prepare, workingFolder } from './reading.ts';
import {
  chooseGeneration,
  isSafeAgent,
  isSafeSessionId,
  nameNewSession,
  type Refusal,
  refusalFor,
  transcriptPath,
} from './restore-plan.ts';
import type { RestoreRequest, RestorerDeps } from './restoring.ts';
import { checkOutputDirectory, checkSessionsDirectory, type DirectoryCheck, isCleanAbsolute } from './safe-directory.ts';
import { hashFile, look, targetDisk } from './target-disk.ts';

export interface PlannerTools {
  /** Whether a finished restore still is what a second one would make. */
  readonly standing: (draft: RestoreDraft) => boolean;
  readonly gatewayRefusal: (sourceId: number) => Promise<Refusal | undefined>;
  readonly newNames: () => { readonly planId: string; readonly sessionId: string; readonly hex: string };
}

export type CheckedPlan =
  | { readonly is: 'already'; readonly plan: RestorePlan; readonly restoreId: string }
  | {
      readonly is: 'go';
      readonly sessionRow: number;
      readonly sourceId: number;
      readonly createDirectory: boolean;
      readonly content: PlannedContent;
    };

export interface Planner {
  /** Reads much, writes nothing. Throws CoreError `not-found`, `invalid`. */
  plan(request: RestoreRequest): Promise<RestorePlan>;
  /** Whether a plan can be carried out now. Throws CoreError with the code of what stands in the way. */
  check(plan: RestorePlan, request: RestoreRequest): Promise<CheckedPlan>;
}

interface Subject {
  readonly session: SessionSummary;
  readonly generations: readonly GenerationSummary[];
  readonly generation: GenerationSummary;
}

interface Place {
  readonly path: string;
  readonly check: DirectoryCheck;
  readonly indexProblem?: string;
  readonly pathTaken: boolean;
}

export function createPlanner(deps: RestorerDeps, tools: PlannerTools): Planner {
  const { journal } = deps;
  const { catalog } = journal;

  async function plan(request: RestoreRequest): Promise<RestorePlan> {
    const subject = subjectOf(deps, request);
    const { session, generation } = subject;
    const output = outputOf(request);
    const { planId, sessionId: freshId, hex } = tools.newNames();
    const done = standingFor(subject, generation.bytes, request.target, output);
    const sessionId = done?.sessionId ?? freshId;
    const prepared = await tryPrepare(subject, request, sessionId);
    const known = {
      planId,
      target: request.target,
      generationId: generation.id,
      upTo: generation.bytes,
      agent: session.agent,
      messages: prepared.messages,
      bytes: prepared.bytes,
      sha256: prepared.sha256,
      form: prepared.form,
      changes: prepared.changes,
    };
    if (done !== undefined) {
      const { path, sessionKey, sha256, messages } = done;
      const ids = sessionKey === undefined ? {} : { sessionId, sessionKey };
      return { ...known, path, sha256, messages, ...ids, alreadyDone: done.id };
    }
    const place = output === undefined ? sessionsPlace(session, freshId) : outputPlace(session, output);
    if (output !== undefined && place.pathTaken && holds(place.path, prepared)) return { ...known, path: place.path, alreadyDone: planId };
    const names =
      output === undefined
        ? nameNewSession(session.agent, {
            sessionId,
            hex,
            at: deps.clock.now(),
            utcOffsetMinutes: utcOffsetMinutesAt(deps.clock.now()),
            messages: prepared.messages,
          })
        : {};
    const refusal = await refusalOf({ ...known, path: place.path }, session, place, prepared.damage);
    return { ...known, path: place.path, ...names, ...(refusal === undefined ? {} : { refusal }) };
  }

  async function check(asked: RestorePlan, request: RestoreRequest): Promise<CheckedPlan> {
    const subject = subjectOf(deps, { ...request, generation: ordinalOf(deps, asked, request) });
    const { session, generation } = subject;
    const output = outputOf(request);
    if (asked.target !== request.target || asked.agent !== session.agent || asked.upTo > generation.bytes) throw stale();
    const done = standingFor(subject, asked.upTo, request.target, output);
    if (done !== undefined) return { is: 'already', restoreId: done.id, plan: { ...asked, ...pick(done) } };
    const place = output === undefined ? sessionsPlace(session, asked.sessionId ?? '') : outputPlace(session, output);
    if (output !== undefined && place.pathTaken && holds(place.path, asked)) return { is: 'already', restoreId: asked.planId, plan: asked };
    const refusal = await refusalOf(asked, session, place, undefined);
    if (refusal !== undefined) throw new CoreError(refusal.code, refusal.message, refusal.hint);
    if (place.path !== asked.path || (output === undefined && !isOwnKey(asked))) throw stale();
    const content = await plannedContent(catalog, asked, buildOptions(subject, asked.sessionId ?? ''));
    return { is: 'go', sessionRow: session.id, sourceId: session.sourceId, createDirectory: place.check.is === 'missing', content };
  }

  function standingFor(
    subject: Subject,
    upTo: number,
    target: RestorePlan['target'],
    output: string | undefined,
  ): RestoreDraft | undefined {
    for (const summary of catalog.restores()) {
      if (summary.phase !== 'verified' || summary.sessionRow !== subject.session.id || summary.target !== target) continue;
      const draft = catalog.restoreDraft(summary.id);
      if (draft?.generationId !== subject.generation.id || draft.upTo !== upTo) continue;
      if (output !== undefined && draft.path !== outputPlace(subject.session, output).path) continue;
      if (tools.standing(draft)) return draft;
    }
    return undefined;
  }

  async function tryPrepare(
    subject: Subject,
    request: RestoreRequest,
    sessionId: string,
  ): Promise<Prepared & { readonly damage?: string }> {
    try {
      return await prepare(catalog, subject.generation, request.target, buildOptions(subject, sessionId));
    } catch (error) {
      if (!isDamage(error) || !(error instanceof CoreError)) throw error;
      const { records, bytes } = subject.generation;
      return { form: 'verbatim', changes: [], messages: records, bytes, sha256: '', damage: error.message };
    }
  }

  function buildOptions(subject: Subject, sessionId: string): BuildOptions {
    const root = deps.rootOf(subject.session.sourceId) ?? '/';
    return {
      sessionId,
      cwd: workingFolder(catalog, subject.generations) ?? join(root, 'workspace'),
      fallbackAt: subject.generation.openedAt,
    };
  }

  function sessionsPlace(session: SessionSummary, sessionId: string): Place {
    const directory = deps.directoryOf(session.sourceId, session.agent);
    const root = deps.rootOf(session.sourceId);
    const unsafe = (reason: string): Place => ({ path: '', check: { is: 'unsafe', reason }, pathTaken: false });
    if (directory === undefined || root === undefined) return unsafe('the folder of sessions of this agent is not known');
    if (!isSafeAgent(session.agent)) return unsafe('the name of the agent is none that OpenClaw gives');
    if (!isSafeSessionId(sessionId)) return unsafe('the id of the session is none that OpenClaw gives');
    const check = checkSessionsDirectory(directory, root);
    if (check.is === 'unsafe') return { path: transcriptPath(directory, sessionId), check, pathTaken: false };
    const path = transcriptPath(check.path, sessionId);
    const lockDeps = { clock: deps.clock, disk: targetDisk(), alive: deps.gateway.alive.bind(deps.gateway) };
    const index = check.is === 'missing' ? undefined : indexEditor(lockDeps, check.path).read();
    return {
      path,
      check,
      pathTaken: look(path) !== undefined || look(`${path}.lock`) !== undefined,
      ...(index === undefined || index.ok ? {} : { indexProblem: index.reason }),
    };
  }

  function outputPlace(session: SessionSummary, output: string): Place {
    const check = checkOutputDirectory(dirname(output));
    if (check.is === 'unsafe') return { path: output, check, pathTaken: false };
    const path = join(check.path, basename(output));
    const sessions = deps.directoryOf(session.sourceId, session.agent);
    if (check.path === sessions) {
      // A transcript that no index entry names is deleted by OpenClaw's disk budget, and one that does is the agent's.
      return { path, check: { is: 'unsafe', reason: "this is OpenClaw's own folder of sessions" }, pathTaken: false };
    }
    return { path, check, pathTaken: look(path) !== undefined };
  }

  async function refusalOf(
    known: Pick<RestorePlan, 'target' | 'messages' | 'bytes' | 'path'>,
    session: SessionSummary,
    place: Place,
    damage: string | undefined,
  ): Promise<Refusal | undefined> {
    const { check } = place;
    const room = check.is === 'unsafe' ? { writable: true, freeBytes: undefined } : check;
    return refusalFor({
      target: known.target,
      unsafe: check.is === 'unsafe' ? check.reason : undefined,
      messages: known.messages,
      bytes: known.bytes,
      damage,
      gatewayRefusal: known.target === 'file' ? undefined : await tools.gatewayRefusal(session.sourceId),
      indexProblem: place.indexProblem,
      pathTaken: place.pathTaken,
      writable: room.writable,
      freeBytes: room.freeBytes,
    });
  }

  return { plan, check };
}

function subjectOf(deps: RestorerDeps, request: RestoreRequest): Subject {
  const { catalog } = deps.journal;
  const incident = request.incidentId === undefined ? undefined : catalog.incident(request.incidentId);
  if (request.incidentId !== undefined && incident === undefined) {
    throw new CoreError('not-found', `no incident ${request.incidentId}`, 'List them: clawback incidents --all');
  }
  const row = request.sessionRow ?? incident?.sessionRow;
  if (row === undefined) {
    throw new CoreError('invalid', 'this names no single conversation', 'Restore conversations one by one: clawback sessions --all');
  }
  const session = catalog.session(row);
  if (session === undefined) throw new CoreError('not-found', `no conversation ${row}`, 'List them: clawback sessions --all');
  const generations = catalog.generations(row);
  const lostIn =
    incident !== undefined && (incident.sessionRow === undefined || incident.sessionRow === row) ? incident.generationId : undefined;
  const generation = chooseGeneration(generations, { ordinal: request.generation, generationId: lostIn });
  if (generation === undefined) {
    throw new CoreError('not-found', 'this conversation has no such version', 'Look at its versions: clawback show');
  }
  return { session, generations, generation };
}

/** The plan is for one generation; which one is best may have changed since. */
function ordinalOf(deps: RestorerDeps, plan: RestorePlan, request: RestoreRequest): number {
  const { session } = subjectOf(deps, request);
  const generation = deps.journal.catalog.generations(session.id).find((candidate) => candidate.id === plan.generationId);
  if (generation === undefined) throw stale();
  return generation.ordinal;
}

function outputOf(request: RestoreRequest): string | undefined {
  if (request.target === 'new-session') return undefined;
  const { output } = request;
  if (output !== undefined && isCleanAbsolute(output) && basename(output) !== '') return output;
  throw new CoreError('invalid', 'a restore to a file needs the absolute path of the new file', 'Name one with --output.');
}

function holds(path: string, content: { readonly sha256: string; readonly bytes: number }): boolean {
  const stat = look(path);
  return stat?.isFile() === true && stat.size === content.bytes && hashFile(path)?.sha256 === content.sha256;
}

function isOwnKey(plan: RestorePlan): boolean {
  return plan.sessionKey?.startsWith(`agent:${plan.agent.toLowerCase()}:restored-`) === true;
}

function pick(draft: RestoreDraft): Partial<RestorePlan> {
  const { path, sessionId, sessionKey, sha256, messages } = draft;
  return { path, sha256, messages, ...(sessionId === undefined ? {} : { sessionId }), ...(sessionKey === undefined ? {} : { sessionKey }) };
}

function stale(): CoreError {
  return new CoreError('refused', 'the plan no longer fits what is recorded', 'Look at the preview again and repeat the restore.');
}
