import { basename, dirname, join } from 'node:path';
import type { AdminSession } from '../gateway/gateway.ts';
import { errnoOf } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import { confirmHistory } from './history-check.ts';
import { isReferenced } from './index-edit.ts';
import { entryOf, type IndexReference, transcriptNameOf } from './index-text.ts';
import { concludeUndo, names, requireSessionDraft, type SessionDraft, settleUndo } from './new-session-target.ts';
import {
  concludePublishing,
  inspect,
  isUnchangedSince,
  linkStaged,
  notReadBack,
  type RestoredFile,
  type RestoreTools,
  readIndex,
  refused,
  removeScratch,
  type Settled,
  stage,
  undoMarkPath,
  type WithAdmin,
} from './publishing.ts';
import type { PlannedContent } from './reading.ts';
import { isSafeSessionId, transcriptPath } from './restore-plan.ts';
import { look } from './target-disk.ts';

export interface GatewayJob {
  readonly sourceId: number;
  readonly label: string;
  readonly content: PlannedContent;
  readonly createDirectory: boolean;
}

/** The draft of a session that the gateway has not named yet. */
interface KeyedDraft extends RestoreDraft {
  readonly sessionKey: string;
}

const anyTime = async (): Promise<void> => undefined;

/**
 * A new session while the gateway runs. The gateway makes it and writes its own index; its transcript, whole and durable
 * before that, gets the name that belongs to it. A session stands without a transcript for milliseconds, as any new one does.
 */
export async function writeThroughGateway(
  tools: RestoreTools,
  draft: KeyedDraft,
  admin: WithAdmin,
  job: GatewayJob,
): Promise<SessionDraft> {
  const directory = dirname(draft.path);
  let known: RestoreDraft = draft;
  let asked = false;
  let made = false;
  let shownOtherwise = false;
  try {
    if (job.createDirectory && look(directory) === undefined) {
      tools.disk.makeDirectory('make-directory', directory);
      made = true;
      tools.disk.syncDirectory('make-directory-sync', dirname(directory));
    }
    const staged = await stage(tools, draft, job.content);
    asked = true;
    return await admin(async (session) => {
      const { sessionId } = await session.createSession({ key: draft.sessionKey, label: job.label });
      const placed = placedAt(draft, sessionId);
      await requireOwnIndex(tools, session, placed);
      tools.place(draft.id, { sessionId, path: placed.path });
      known = placed;
      if (look(`${placed.path}.lock`) !== undefined) throw refused('session-busy', 'Somebody uses the new session already.');
      linkStaged(tools, placed);
      concludePublishing(tools, placed);
      shownOtherwise = true;
      await confirm(tools, session, placed, staged);
      shownOtherwise = false;
      tools.record(draft.id, 'verified');
      return placed;
    });
  } catch (error) {
    if (!asked) {
      if (made) tools.disk.removeDirectory('make-directory-undo', directory);
      tools.record(draft.id, 'failed', errnoOf(error) ?? 'io');
      throw error;
    }
    // A gateway that went away in the middle has not shown anything else: what stands and is named is a finished restore.
    const mustGo = shownOtherwise && errnoOf(error) === 'io';
    if ((await settleGatewaySession(tools, known, 'written', job.sourceId, mustGo)) === 'verified') return requireSessionDraft(known);
    throw error;
  }
}

/** After a crash or a failure in the middle, whether the gateway runs by now or not: finishes the restore or takes it back. */
export async function settleGatewaySession(
  tools: RestoreTools,
  draft: RestoreDraft,
  phase: 'planned' | 'written' | 'linked',
  sourceId: number,
  mustGo = false,
): Promise<Settled> {
  removeScratch(tools, draft);
  // Before `written` was recorded the gateway was not asked for anything.
  if (phase === 'planned') return failed(tools, draft, 'interrupted');
  const directory = dirname(draft.path);
  const entry = entryOf(readIndex(tools, directory), draft.sessionKey ?? '');
  const file: RestoredFile = draft.sessionId === undefined ? { is: 'missing' } : inspect(draft);
  const isNamed = entry !== undefined && entry.sessionId === draft.sessionId;
  if (isNamed && (file.is === 'grown' || (file.is === 'intact' && !mustGo))) {
    tools.record(draft.id, 'verified');
    return 'verified';
  }
  if (file.is === 'grown' || file.is === 'other') return failed(tools, draft, 'target-changed');
  if (entry !== undefined && draft.sessionId !== undefined && !isNamed) return failed(tools, draft, 'target-changed');
  if (file.is === 'intact' && !(await tookFile(tools, draft, file, entry))) return failed(tools, draft, 'target-changed');
  if (entry !== undefined) {
    if (hasTranscript(directory, entry)) return failed(tools, draft, 'target-changed');
    await removeSession(tools, draft.id, sourceId, directory, entry);
  }
  tools.disk.syncDirectory('recover-sync', directory);
  return failed(tools, draft, 'interrupted');
}

/** Takes the session out by way of the gateway, which keeps the transcript as `.deleted.<time>`. */
export async function undoThroughGateway(tools: RestoreTools, draft: SessionDraft, admin: WithAdmin): Promise<void> {
  if ((await settleUndo(tools, draft)) === 'undone') return;
  const directory = dirname(draft.path);
  const file = inspect(draft);
  if (file.is === 'grown' || file.is === 'other' || look(`${draft.path}.lock`) !== undefined) throw changed();
  const mark = undoMarkPath(draft);
  if (file.is === 'intact') tools.disk.link('undo-mark', draft.path, mark);
  let asked = false;
  try {
    await admin(async (session) => {
      const index = readIndex(tools, directory);
      const entry = entryOf(index, draft.sessionKey);
      const others = { ...index, entries: index.entries.filter((other) => other.key !== entry?.key) };
      const own = entry === undefined || (entry.sessionId === draft.sessionId && file.is === 'intact');
      const row = await session.session(draft.sessionKey);
      if (!own || isReferenced(others, draft.sessionId) || row?.hasActiveRun || !isUnchangedSince(draft, file)) throw changed();
      if (look(`${draft.path}.lock`) !== undefined) throw changed();
      asked = true;
      if (entry !== undefined) await session.deleteSession(entry.key);
    });
    // What is left of it by now belongs to nobody: the gateway moves the transcript away together with its entry.
    if (inspect(draft).is === 'intact' && !isReferenced(readIndex(tools, directory), draft.sessionId)) {
      tools.disk.unlink('undo-file', draft.path);
    }
    concludeUndo(tools, draft);
  } catch (error) {
    if (asked && (await settleUndo(tools, draft)) === 'undone') return;
    if (!asked) tools.disk.unlink('undo-unmark', mark);
    throw error;
  }
}

async function confirm(tools: RestoreTools, session: AdminSession, placed: SessionDraft, staged: RestoredFile): Promise<void> {
  if (!isUnchangedSince(placed, staged) || !names(readIndex(tools, dirname(placed.path)), placed)) throw notReadBack();
  await confirmHistory(session, placed);
}

function placedAt(draft: KeyedDraft, sessionId: string): SessionDraft {
  if (!isSafeSessionId(sessionId)) throw refused('gateway-refused', 'The gateway gave the session an id that is none.');
  return { ...draft, sessionId, path: transcriptPath(dirname(draft.path), sessionId) };
}

/** A gateway of another state directory, or one that keeps its sessions in a database, would never find the transcript. */
async function requireOwnIndex(tools: RestoreTools, session: AdminSession, placed: SessionDraft): Promise<void> {
  if (names(readIndex(tools, dirname(placed.path)), placed)) return;
  // Nothing on this disk tells of it: whoever takes the restore back later could not find it.
  await session.deleteSession(placed.sessionKey);
  throw refused('gateway-refused', 'The gateway that answers keeps its sessions in another place.');
}

/** Under the lock of the index, so that nobody names it meanwhile. */
function tookFile(tools: RestoreTools, draft: RestoreDraft, file: RestoredFile, entry: IndexReference | undefined): Promise<boolean> {
  return tools.index(dirname(draft.path)).edit(draft.id, anyTime, ({ index }) => {
    const others = { ...index, entries: index.entries.filter(({ key }) => key !== entry?.key) };
    const inUse = isReferenced(others, draft.sessionId ?? '') || look(`${draft.path}.lock`) !== undefined;
    if (inUse || !isUnchangedSince(draft, file)) return false;
    tools.disk.unlink('recover-file', draft.path);
    return true;
  });
}

async function removeSession(tools: RestoreTools, id: string, sourceId: number, directory: string, entry: IndexReference): Promise<void> {
  const way = await tools.wayTo(sourceId);
  if (way.is === 'gateway') {
    await way.admin((session) => session.deleteSession(entry.key));
    return;
  }
  await tools.index(directory).edit(id, anyTime, (locked) => {
    const now = entryOf(locked.index, entry.key);
    if (now?.sessionId === entry.sessionId && !hasTranscript(directory, entry)) locked.remove(entry.key);
  });
}

function hasTranscript(directory: string, entry: IndexReference): boolean {
  const name = transcriptNameOf(entry);
  return name !== undefined && look(join(directory, basename(name))) !== undefined;
}

function failed(tools: RestoreTools, draft: RestoreDraft, why: string): Settled {
  tools.record(draft.id, 'failed', why);
  return 'failed';
}

function changed() {
  return refused('target-changed', 'The restored conversation is no longer as it was restored.');
}
