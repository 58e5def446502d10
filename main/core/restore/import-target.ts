import { dirname, join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { isObject, readJson } from '../sources/json-value.ts';
import type { RestoreDraft } from '../store/store.ts';
import { askToStart, startGateway, stopGateway } from './gateway-pause.ts';
import { type DatabasePlace, digestsOfFile, type LineDigests, type Standing, standingIn, standingsIn } from './import-check.ts';
import { readImportReport, whyNotImported, whyNotReady } from './import-report.ts';
import { indexTmpName } from './index-edit.ts';
import { requireSessionDraft, type SessionDraft } from './new-session-target.ts';
import { type ImportWay, inspect, publish, type RestoreTools, refused, removeScratch, type Settled } from './publishing.ts';
import type { PlannedContent } from './reading.ts';
import { look, readRegular } from './target-disk.ts';

/** One conversation that OpenClaw is to take in. */
export interface ImportItem {
  readonly draft: SessionDraft;
  readonly label: string;
  readonly content: PlannedContent;
  /** Of the newest thing said in it; OpenClaw sorts its list by this. */
  readonly updatedAt: number;
}

export interface ImportJob {
  readonly sourceId: number;
  readonly agent: string;
  /** The agent's folder of sessions: where the importer looks. */
  readonly directory: string;
  readonly createDirectory: boolean;
  readonly items: readonly ImportItem[];
}

/** Of a large import; a small one takes 11 s. */
const DOCTOR_TIMEOUT_MS = 15 * 60_000;

/**
 * Lets OpenClaw's own importer take conversations in, under keys that are new or that nobody has (2026.9.md, section 8: a key that
 * is in use would be pointed at the older conversation). The transcripts come first, which a running gateway passes over, and are
 * tried; the index that names them comes when the gateway stands still, for the seconds that the import takes: with an index
 * beside its database no gateway starts. Resolves with whether the gateway that was stopped runs again; when it rejects,
 * nothing of ours is left, or what is left is on record.
 */
export async function importConversations(tools: RestoreTools, way: ImportWay, job: ImportJob): Promise<{ readonly isDown: boolean }> {
  const { items, directory } = job;
  const store = join(directory, 'sessions.json');
  const drafts = items.map(({ draft }) => draft);
  const lines = new Map<string, LineDigests>();
  let paused = false;
  let database: DatabasePlace | undefined;
  let failure: unknown;
  try {
    if (job.createDirectory && look(directory) === undefined) tools.disk.makeDirectory('make-directory', directory);
    if (look(store) !== undefined) throw refused('import-refused', 'OpenClaw has an index of its own to import there.');
    for (const { draft, content } of items) {
      await publish(tools, draft, content);
      lines.set(draft.id, digestsOfFile(draft.path));
    }
    const expected = { agent: job.agent, storePath: store, sessionIds: drafts.map(({ sessionId }) => sessionId), events: countOf(lines) };
    const dry = await way.program.run(doctor('dry-run', job.agent), DOCTOR_TIMEOUT_MS);
    const notReady = whyNotReady(dry, expected);
    if (notReady !== undefined) throw refusedBy(tools, 'dry-run', notReady, dry.code);
    const path = readImportReport(dry.stdout)?.targets[0]?.sqlitePath;
    if (path !== undefined) database = { path, copies: tools.copies };
    if (way.pause !== undefined) {
      await refuseWhileBusy(way);
      paused = true;
      await stopGateway(way.pause);
    }
    await tools.refuseWhileGatewayRuns(job.sourceId);
    placeIndex(tools, store, items);
    const end = await way.program.run(doctor('import', job.agent), DOCTOR_TIMEOUT_MS);
    const problem = whyNotImported(end, expected, dry);
    if (problem !== undefined) throw refusedBy(tools, 'import', problem, end.code);
  } catch (error) {
    failure = error;
  }
  let standings: readonly Standing[] = [];
  let isDown = false;
  try {
    standings = clear(tools, drafts, database, lines);
  } finally {
    // Before anything is on record as done: whoever finds it undone after a crash starts the gateway.
    if (paused && way.pause !== undefined) isDown = !(await startGateway(way.pause));
  }
  const rest = drafts.filter((_, at) => standings[at] === 'other');
  if (rest.length > 0) await withdraw(tools, job.sourceId, rest);
  for (const [at, draft] of drafts.entries()) conclude(tools, draft, standings[at], failure);
  if (standings.every((standing) => standing === 'whole')) return { isDown };
  throw failure ?? refused('import-refused', 'OpenClaw did not take the conversation in as it was written.');
}

/** After a crash: an import is one transaction, so that a conversation is in the database or it is not. */
export async function settleImport(
  tools: RestoreTools,
  recorded: RestoreDraft,
  phase: 'planned' | 'written' | 'linked',
  sourceId: number,
): Promise<Settled> {
  const draft = requireSessionDraft(recorded);
  removeScratch(tools, draft);
  if (phase !== 'linked' && look(draft.path) === undefined) return failed(tools, draft, 'interrupted');
  const { state, pause } = await tools.pauseFor(sourceId);
  // The importer has the gateway's lock, and may have outlived us; it takes its index away itself.
  if (state !== 'stopped' && look(join(dirname(draft.path), 'sessions.json')) !== undefined) {
    throw refused('gateway-running', 'OpenClaw is at it still.');
  }
  const [standing] = clear(tools, [draft], tools.databaseOf(sourceId, draft), new Map());
  if (draft.route === 'import-restart' && state === 'stopped' && pause !== undefined) await askToStart(pause);
  return conclude(tools, draft, standing, undefined);
}

/** OpenClaw keeps an archive of what it deletes. */
export async function undoImport(tools: RestoreTools, draft: SessionDraft, sourceId: number, finishedAt: number): Promise<void> {
  const ask = await tools.askGateway(sourceId);
  const standing = standingIn(tools.databaseOf(sourceId, draft), { ...draft, newestAt: finishedAt });
  if (standing === 'other') throw refused('target-changed', 'The restored conversation is no longer as it was restored.');
  if (standing === 'whole') {
    await ask(async (session) => {
      const row = await session.session(draft.sessionKey);
      if (row?.hasActiveRun || (row !== undefined && row.sessionId !== draft.sessionId)) {
        throw refused('target-changed', 'The restored conversation is no longer as it was restored.');
      }
      await session.deleteSession(draft.sessionKey);
    });
  }
  tools.record(draft.id, 'undone');
}

export function importStands(tools: RestoreTools, draft: SessionDraft, sourceId: number): boolean {
  try {
    return standingIn(tools.databaseOf(sourceId, draft), draft) !== 'absent';
  } catch (error) {
    // OpenClaw is writing at this moment: what was verified then has not gone away unseen.
    if (errnoOf(error) !== 'EAGAIN') throw error;
    return true;
  }
}

/** Takes away what lies in the folder still, and looks what is in the database. */
function clear(
  tools: RestoreTools,
  drafts: readonly SessionDraft[],
  database: DatabasePlace | undefined,
  lines: ReadonlyMap<string, LineDigests>,
): readonly Standing[] {
  for (const directory of new Set(drafts.map(({ path }) => dirname(path)))) removeIndex(tools, directory);
  for (const draft of drafts) {
    removeScratch(tools, draft);
    if (inspect(draft).is === 'intact') tools.disk.unlink('take-back', draft.path);
  }
  if (database === undefined) return drafts.map(() => 'absent');
  return standingsIn(
    database,
    drafts.map((draft) => conversationOf(draft, lines)),
  );
}

function conclude(tools: RestoreTools, draft: SessionDraft, standing: Standing | undefined, failure: unknown): Settled {
  if (standing !== 'whole') return failed(tools, draft, standing === 'other' ? LEFT_INSIDE : (errnoOf(failure) ?? 'interrupted'));
  tools.record(draft.id, 'verified');
  return 'verified';
}

function conversationOf({ id, sessionId, sessionKey }: SessionDraft, lines: ReadonlyMap<string, LineDigests>) {
  const digests = lines.get(id);
  return { sessionId, sessionKey, ...(digests === undefined ? {} : { lines: digests }) };
}

/** Of a failed restore: something of it is in OpenClaw's database. */
const LEFT_INSIDE = 'left-in-database';

/** In one step: half an index would be nobody's, and would keep the gateway from starting all the same. */
function placeIndex({ disk }: RestoreTools, store: string, items: readonly ImportItem[]): void {
  const [first] = items;
  if (first === undefined) return;
  const tmp = join(dirname(store), indexTmpName(first.draft.id));
  disk.create('index', tmp, [indexOf(items)]);
  try {
    disk.link('place-index', tmp, store);
  } finally {
    disk.unlink('index-tmp-unlink', tmp);
  }
}

/** Ours alone: an index that names anything else is not ours to remove. */
function removeIndex(tools: RestoreTools, directory: string): void {
  const store = join(directory, 'sessions.json');
  const index = readJson(readRegular(store) ?? new Uint8Array());
  if (!isObject(index)) return;
  const entries = Object.entries(index);
  const ours = tools.restoredKeys();
  const isOurs = entries.every(([key, entry]) => isObject(entry) && ours.get(key)?.has(String(entry.sessionId)) === true);
  if (!isOurs || entries.length === 0) return;
  tools.disk.unlink('remove-index', store);
  tools.disk.syncDirectory('remove-index-sync', directory);
}

/** What came in otherwise than it was written: gone again, when the gateway is there to do it. */
async function withdraw(tools: RestoreTools, sourceId: number, rest: readonly SessionDraft[]): Promise<void> {
  try {
    const ask = await tools.askGateway(sourceId);
    for (const { sessionKey } of rest) await ask((session) => session.deleteSession(sessionKey));
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    tools.log.log('warn', 'import-left-inside', { restores: rest.map(({ id }) => id), code: error.code });
  }
}

/** A turn that runs would be cut off with the gateway. */
async function refuseWhileBusy(way: ImportWay): Promise<void> {
  if (way.ask === undefined) return;
  const busy = await way.ask((session) => session.busySessions());
  if (busy > 0) throw refused('session-busy', 'OpenClaw is answering somebody, and would be cut off.');
}

function doctor(mode: 'dry-run' | 'import', agent: string): readonly string[] {
  return ['doctor', '--session-sqlite', mode, '--session-sqlite-agent', agent, '--json'];
}

/** Not more than it must say: what OpenClaw does not find it makes itself. */
function indexOf(items: readonly ImportItem[]): Uint8Array {
  const entries = items.map(({ draft, label, updatedAt }) => [
    draft.sessionKey,
    { sessionId: draft.sessionId, updatedAt, ...(label === '' ? {} : { label }) },
  ]);
  return Buffer.from(`${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
}

function countOf(lines: ReadonlyMap<string, LineDigests>): number {
  return [...lines.values()].reduce((sum, digests) => sum + digests.length, 0);
}

function refusedBy(tools: RestoreTools, step: string, why: string, code: number | undefined): CoreError {
  tools.log.log('warn', 'import-refused', { step, why, code });
  return refused('import-refused', `OpenClaw's importer did not take the conversation in (${step}: ${why}).`);
}

function failed(tools: RestoreTools, draft: SessionDraft, why: string): Settled {
  tools.record(draft.id, 'failed', why);
  return 'failed';
}
