import { randomBytes, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { CoreError } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import type { Incident, SessionSummary } from '../types.ts';
import { takenIn } from './import-check.ts';
import { type ImportItem, importConversations } from './import-target.ts';
import { utcOffsetMinutesAt } from './local-time.ts';
import { sessionsPlace } from './places.ts';
import { allowed, routeOf } from './planning.ts';
import type { ImportWay, RestoreTools } from './publishing.ts';
import { plannedContent, prepare } from './reading.ts';
import { isSafeSessionId, nameNewSession, type Refusal, refusal } from './restore-plan.ts';
import type { RecoveryPlan, RecoveryReceipt, RecoveryRequest, RestorerDeps } from './restoring.ts';
import { buildOptions, subjectOf } from './subject.ts';

export interface Recovery {
  plan(request: RecoveryRequest): Promise<RecoveryPlan>;
  apply(request: RecoveryRequest, onPlanned?: (sessionRows: readonly number[]) => void): Promise<RecoveryReceipt>;
}

/** What a conversation is to be called where it comes back. */
export interface RecoveredNames {
  readonly sessionId: string;
  readonly sessionKey: string;
  /** Empty: it gets its own key, and keeps the name that it has. */
  readonly label: string;
}

/** Everything that one incident lost, an agent at a time: all of its conversations with one import. */
export function createRecovery(deps: RestorerDeps, tools: RestoreTools): Recovery {
  const { catalog } = deps.journal;

  async function plan(request: RecoveryRequest): Promise<RecoveryPlan> {
    const incident = incidentOf(request);
    const lost = lostIn(incident);
    const way = await tools.wayNow(incident.sourceId);
    const refused = refusalOf(lost, await wayFor(request, incident.sourceId));
    return {
      conversations: lost.length,
      messages: lost.reduce((sum, { records }) => sum + records, 0),
      bytes: lost.reduce((sum, { bytes }) => sum + bytes, 0),
      agents: [...new Set(lost.map(({ agent }) => agent))],
      ...(way.is === 'closed' ? {} : { route: routeOf(way) }),
      ...(refused === undefined ? {} : { refusal: refused }),
    };
  }

  async function apply(request: RecoveryRequest, onPlanned?: (sessionRows: readonly number[]) => void): Promise<RecoveryReceipt> {
    const incident = incidentOf(request);
    const lost = lostIn(incident);
    const way = await wayFor(request, incident.sourceId);
    const refused = refusalOf(lost, way);
    if (refused !== undefined) throw new CoreError(refused.code, refused.message, refused.hint);
    if (way.is !== 'import') throw new CoreError('bug', 'a recovery by another way', 'Please report this.');
    onPlanned?.(lost.map(({ id }) => id));
    const restored: ImportItem[] = [];
    let isDown = false;
    for (const agent of new Set(lost.map((session) => session.agent))) {
      const ofAgent = lost.filter((session) => session.agent === agent);
      const done = await recoverAgent(incident, agent, ofAgent, way);
      restored.push(...done.items);
      isDown ||= done.isDown;
    }
    return {
      ok: true,
      restores: restored.map(({ draft: { id, sessionId, sessionKey } }) => ({ restoreId: id, sessionId, sessionKey })),
      messages: restored.reduce((sum, { draft }) => sum + draft.messages, 0),
      ...(isDown ? { gatewayIsDown: true as const } : {}),
    };
  }

  async function recoverAgent(incident: Incident, agent: string, lost: readonly SessionSummary[], way: ImportWay) {
    const [first] = lost;
    if (first === undefined) return { items: [], isDown: false };
    const place = sessionsPlace(deps, first, first.nativeId);
    if (place.check.is === 'unsafe')
      throw asError(refusal('unsafe-path', `This restore would write to a place that is not safe: ${place.check.reason}.`));
    const directory = place.check.path;
    const database = tools.databaseOf(incident.sourceId, { agent, path: place.path });
    const taken = takenIn(
      database,
      lost.map(({ nativeId }) => nativeId),
    );
    const items: ImportItem[] = [];
    for (const [session, names] of namesFor(lost, taken)) items.push(await itemOf(incident, session, names, directory, routeOf(way)));
    for (const { draft } of items) deps.journal.beginRestore(draft);
    deps.log.log('info', 'recovery-started', { incidentId: incident.id, agent, conversations: items.length });
    const { isDown } = await importConversations(tools, way, {
      sourceId: incident.sourceId,
      agent,
      directory,
      createDirectory: place.check.is === 'missing',
      items,
    });
    return { items, isDown };
  }

  async function itemOf(
    incident: Incident,
    session: SessionSummary,
    names: RecoveredNames,
    directory: string,
    route: NonNullable<RestoreDraft['route']>,
  ): Promise<ImportItem> {
    const { sessionId, sessionKey, label } = names;
    const subject = subjectOf(deps, { sessionRow: session.id, target: 'new-session' });
    const options = buildOptions(deps, subject, sessionId, route);
    const prepared = await prepare(catalog, subject, 'new-session', options);
    const draft = {
      id: uuidv7(),
      incidentId: incident.id,
      sessionRow: session.id,
      generationId: subject.generationId,
      upTo: subject.upTo,
      ...(subject.unpersisted === undefined ? {} : { unpersisted: subject.unpersisted }),
      target: 'new-session' as const,
      route,
      path: `${directory}/${sessionId}.jsonl`,
      agent: session.agent,
      sessionId,
      sessionKey,
      messages: prepared.messages,
      sha256: prepared.sha256,
      startedAt: deps.clock.now(),
    };
    const content = await plannedContent(catalog, subject, prepared.form, options);
    return { draft, label, content, updatedAt: session.lastAppendAt ?? session.firstSeenAt };
  }

  function namesFor(lost: readonly SessionSummary[], taken: ReturnType<typeof takenIn>): ReadonlyMap<SessionSummary, RecoveredNames> {
    const at = deps.clock.now();
    return recoveredNames(lost, taken, (session) =>
      nameNewSession(session.agent, {
        sessionId: randomUUID(),
        hex: randomBytes(4).toString('hex'),
        at,
        utcOffsetMinutes: utcOffsetMinutesAt(at),
        messages: session.records,
      }),
    );
  }

  function incidentOf({ incidentId }: RecoveryRequest): Incident {
    const incident = catalog.incident(incidentId);
    if (incident === undefined) throw new CoreError('not-found', `no incident ${incidentId}`, 'List them: clawback incidents --all');
    if (incident.kind === 'mass-change') return incident;
    throw new CoreError('invalid', 'this incident is about one conversation', 'Restore that one: clawback restore');
  }

  /** As detection has them: lost, and in no other incident's care that was dealt with. */
  function lostIn(incident: Incident): readonly SessionSummary[] {
    const listed = new Set(Array.isArray(incident.evidence.nativeIds) ? incident.evidence.nativeIds : []);
    const isAll = listed.size < Number(incident.evidence.sessions);
    const found: SessionSummary[] = [];
    for (let cursor: number | undefined, more = true; more; ) {
      const page = catalog.sessions({ states: ['lost'], limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.next;
      more = cursor !== undefined;
    }
    return found.filter(
      ({ sourceId, agent, nativeId, records }) =>
        sourceId === incident.sourceId &&
        (incident.agent === undefined || incident.agent === agent) &&
        (isAll || listed.has(nativeId)) &&
        records > 0,
    );
  }

  async function wayFor({ mayRestart }: RecoveryRequest, sourceId: number) {
    const way = await tools.wayNow(sourceId);
    return allowed(way, { target: 'new-session', ...(mayRestart === undefined ? {} : { mayRestart }) }) ?? way;
  }

  return { plan, apply };
}

/**
 * Pure. Its own key where nobody has taken it since, and for the one that was the last to have it; its own id where that has no
 * rows. A key that leads elsewhere by now would be pointed at the older conversation.
 */
export function recoveredNames(
  lost: readonly SessionSummary[],
  taken: { readonly keys: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  fresh: (session: SessionSummary) => RecoveredNames,
): ReadonlyMap<SessionSummary, RecoveredNames> {
  const keys = new Set(taken.keys);
  const ids = new Set(taken.ids);
  const names = new Map<SessionSummary, RecoveredNames>();
  for (const session of [...lost].sort((a, b) => (b.lastAppendAt ?? b.firstSeenAt) - (a.lastAppendAt ?? a.firstSeenAt))) {
    const other = fresh(session);
    const key = session.sessionKey?.toLowerCase();
    const isOwnKey = key?.startsWith(`agent:${session.agent.toLowerCase()}:`) === true && !keys.has(key);
    const isOwnId = session.nativeId === session.sessionId && isSafeSessionId(session.nativeId) && !ids.has(session.nativeId);
    const sessionId = isOwnId ? session.nativeId : other.sessionId;
    const given = isOwnKey ? { sessionId, sessionKey: key, label: '' } : { ...other, sessionId };
    keys.add(given.sessionKey);
    ids.add(sessionId);
    names.set(session, given);
  }
  return names;
}

function refusalOf(lost: readonly SessionSummary[], way: Awaited<ReturnType<RestoreTools['wayNow']>>): Refusal | undefined {
  if (way.is === 'closed') return way.refusal;
  if (lost.length === 0) return refusal('nothing-to-restore', 'Nothing of this incident is lost any more.');
  if (way.is === 'import') return undefined;
  return {
    ...refusal('nothing-to-restore', 'This OpenClaw keeps its conversations in files.'),
    hint: 'Restore them one by one: clawback sessions --all',
  };
}

function asError({ code, message, hint }: Refusal): CoreError {
  return new CoreError(code, message, hint);
}
