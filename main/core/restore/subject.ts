import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CoreError } from '../platform/errors.ts';
import type { Catalog } from '../store/store.ts';
import type { GenerationSummary, RestorePlan, RestoreRoute, SessionSummary } from '../types.ts';
import type { BuildOptions } from './conversation-builder.ts';
import { type Composition, workingFolder } from './reading.ts';
import { chooseGeneration } from './restore-plan.ts';
import type { RestoreRequest, RestorerDeps } from './restoring.ts';
import { readWitnessedLines } from './witnessed-line.ts';

/** The conversation that a request speaks of, and what it is put together from. */
export interface Subject extends Composition {
  readonly session: SessionSummary;
  readonly generations: readonly GenerationSummary[];
  /** The transcript, else the lines that stand for one. */
  readonly generationId: number;
  /** Bytes that are taken of a transcript. */
  readonly upTo: number;
  /** Hex, of what only witnesses saw; tells a conversation that has grown since it was restored. */
  readonly unpersisted: string | undefined;
}

/** @throws CoreError `not-found`, `invalid` */
export function subjectOf(deps: RestorerDeps, request: RestoreRequest, plan?: Pick<RestorePlan, 'generationId' | 'upTo'>): Subject {
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
  const chosen = choose(generations, request, plan?.generationId ?? lostIn);
  const isOneVersion = request.generation !== undefined && chosen.kind === 'transcript';
  const lines = isOneVersion ? [] : catalog.unpersistedLines(row);
  const base = chosen.kind === 'transcript' ? { ...chosen, bytes: upToOf(chosen, plan) } : undefined;
  return {
    session,
    generations,
    generationId: chosen.id,
    upTo: base?.bytes ?? 0,
    base,
    witnessed: readWitnessedLines(lines),
    unpersisted: lines.length === 0 ? undefined : fingerprint(lines),
  };
}

/** What is rebuilt starts as the conversation did: at its folder, or at that of the one that it continues. */
export function buildOptions(deps: RestorerDeps, subject: Subject, sessionId: string, route?: RestoreRoute): BuildOptions {
  const { catalog } = deps.journal;
  const { session, generations, witnessed, base } = subject;
  const root = deps.rootOf(session.sourceId) ?? '/';
  const folder = () => workingFolder(catalog, transcriptsOf(generations)) ?? folderBefore(catalog, session);
  const opened = generations.find(({ id }) => id === subject.generationId)?.openedAt ?? deps.clock.now();
  return {
    sessionId,
    cwd: folder() ?? join(root, 'workspace'),
    fallbackAt: base === undefined ? (witnessed[0]?.at ?? opened) : opened,
    ownHeader: route === 'import' || route === 'import-restart',
  };
}

function choose(generations: readonly GenerationSummary[], request: RestoreRequest, wanted: number | undefined): GenerationSummary {
  const transcripts = transcriptsOf(generations);
  const chosen =
    request.generation !== undefined
      ? chooseGeneration(generations, { ordinal: request.generation })
      : (chooseGeneration(transcripts, { generationId: wanted }) ?? generations.find(({ kind }) => kind === 'witness'));
  if (chosen !== undefined) return chosen;
  throw new CoreError('not-found', 'this conversation has no such version', 'Look at its versions: clawback show');
}

/** A plan is for so many bytes, also when more were captured since. */
function upToOf(chosen: GenerationSummary, plan: Pick<RestorePlan, 'generationId' | 'upTo'> | undefined): number {
  return plan?.generationId === chosen.id && plan.upTo <= chosen.bytes ? plan.upTo : chosen.bytes;
}

function folderBefore(catalog: Catalog, session: SessionSummary): string | undefined {
  return session.continues === undefined ? undefined : workingFolder(catalog, transcriptsOf(catalog.generations(session.continues)));
}

function transcriptsOf(generations: readonly GenerationSummary[]): readonly GenerationSummary[] {
  return generations.filter(({ kind }) => kind === 'transcript');
}

function fingerprint(lines: readonly { readonly bytes: Uint8Array }[]): string {
  const hash = createHash('sha256');
  for (const { bytes } of lines) hash.update(bytes).update('\n');
  return hash.digest('hex');
}
