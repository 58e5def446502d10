import { dirname } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { RestoreDraft } from '../store/store.ts';
import { isReferenced } from './index-edit.ts';
import { entryOf, type IndexText } from './index-text.ts';
import {
  inspect,
  isUnchangedSince,
  notReadBack,
  publish,
  type RestoreTools,
  refused,
  removeScratch,
  type Settled,
  undoMarkPath,
} from './publishing.ts';
import type { PlannedContent } from './reading.ts';
import { look } from './target-disk.ts';

/** A draft with what a new session must have. */
export interface SessionDraft extends RestoreDraft {
  readonly sessionId: string;
  readonly sessionKey: string;
}

export function requireSessionDraft(draft: RestoreDraft): SessionDraft {
  const { sessionId, sessionKey } = draft;
  if (sessionId !== undefined && sessionKey !== undefined) return { ...draft, sessionId, sessionKey };
  throw new CoreError('bug', `restore ${draft.id} has no session`, 'Please report this.');
}

const anyTime = async (): Promise<void> => undefined;

/**
 * A new session beside the old ones: first the transcript, whole and durable, then its key in the index, under
 * OpenClaw's own lock. In this order OpenClaw never sees a key without a file.
 */
export async function writeNewSession(
  tools: RestoreTools,
  draft: SessionDraft,
  job: { readonly sourceId: number; readonly label: string; readonly content: PlannedContent; readonly createDirectory: boolean },
): Promise<void> {
  const directory = dirname(draft.path);
  const index = tools.index(directory);
  let touched = false;
  let made = false;
  let published = false;
  try {
    if (job.createDirectory && look(directory) === undefined) {
      tools.disk.makeDirectory('make-directory', directory);
      made = true;
      tools.disk.syncDirectory('make-directory-sync', dirname(directory));
    }
    const proven = await publish(tools, draft, job.content);
    published = true;
    await index.edit(
      draft.id,
      () => tools.refuseWhileGatewayRuns(job.sourceId),
      (locked) => {
        touched = true;
        // An old `updatedAt` would make OpenClaw reset the session at its first message: it is stale since 4 o'clock.
        locked.add(draft.sessionKey, { sessionId: draft.sessionId, updatedAt: tools.clock.now(), label: job.label });
      },
    );
    const standing = index.read();
    if (!isUnchangedSince(draft, proven) || !standing.ok || !names(standing, draft)) throw notReadBack();
    tools.record(draft.id, 'verified');
  } catch (error) {
    if (touched) {
      // The index may or may not hold the key by now: only a fresh look can tell.
      if ((await settleNewSession(tools, draft, 'linked')) === 'verified') return;
    } else {
      if (published) tools.disk.unlink('take-back', draft.path);
      if (made) tools.disk.removeDirectory('make-directory-undo', directory);
      tools.record(draft.id, 'failed', reasonOf(error));
    }
    throw error;
  }
}

/** After a crash or a failure in the middle: finishes the restore when the index already names it, else takes it back. */
export async function settleNewSession(
  tools: RestoreTools,
  draft: SessionDraft,
  phase: 'planned' | 'written' | 'linked',
): Promise<Settled> {
  removeScratch(tools, draft);
  const file = inspect(draft);
  // Before `written` was recorded nothing can have been linked.
  const result = phase === 'planned' || file.is === 'missing' ? undefined : await decide();
  if (result === 'verified') tools.record(draft.id, 'verified');
  else if (file.is === 'missing' && phase === 'linked') await dropKey(tools, draft);
  if (result === 'verified') return result;
  tools.disk.syncDirectory('recover-sync', dirname(draft.path));
  tools.record(draft.id, 'failed', result ?? 'interrupted');
  return 'failed';

  function decide(): Promise<'verified' | 'interrupted' | 'target-changed'> {
    return tools.index(dirname(draft.path)).edit(draft.id, anyTime, ({ index }) => {
      if (!isUnchangedSince(draft, file)) throw changed();
      const kept = file.is === 'intact' || file.is === 'grown';
      if (names(index, draft)) return kept ? 'verified' : 'target-changed';
      if (file.is !== 'intact' || isReferenced(index, draft.sessionId)) return 'target-changed';
      tools.disk.unlink('recover-file', draft.path);
      return 'interrupted';
    });
  }
}

/** A key of ours whose file is gone would open an empty conversation. */
async function dropKey(tools: RestoreTools, draft: SessionDraft): Promise<void> {
  await tools.index(dirname(draft.path)).edit(draft.id, anyTime, (locked) => {
    const entry = entryOf(locked.index, draft.sessionKey);
    if (entry?.sessionId === draft.sessionId && look(draft.path) === undefined) locked.remove(entry.key);
  });
}

/**
 * Takes the session out again, its key first and then its file. A mark stands meanwhile, so that a crash between the
 * two is seen at the next start.
 */
export async function undoNewSession(tools: RestoreTools, draft: SessionDraft, sourceId: number): Promise<void> {
  await tools.refuseWhileGatewayRuns(sourceId);
  // An undo that failed half way in this run left its mark.
  if ((await settleUndo(tools, draft)) === 'undone') return;
  const file = inspect(draft);
  if (file.is === 'grown' || file.is === 'other' || look(`${draft.path}.lock`) !== undefined) throw changed();
  const mark = undoMarkPath(draft);
  if (file.is === 'intact') tools.disk.link('undo-mark', draft.path, mark);
  let touched = false;
  try {
    await tools.index(dirname(draft.path)).edit(
      draft.id,
      () => tools.refuseWhileGatewayRuns(sourceId),
      (locked) => {
        const entry = entryOf(locked.index, draft.sessionKey);
        const own = entry === undefined || entry.sessionId === draft.sessionId;
        const others = locked.index.entries.filter((other) => other.key !== entry?.key);
        const shared = isReferenced({ ...locked.index, entries: others }, draft.sessionId);
        if (!own || shared || !isUnchangedSince(draft, file) || (file.is === 'missing' && entry !== undefined)) throw changed();
        touched = true;
        if (entry !== undefined) locked.remove(entry.key);
        tools.disk.unlink('undo-file', draft.path);
      },
    );
    concludeUndo(tools, draft);
  } catch (error) {
    if (touched && (await settleUndo(tools, draft)) === 'undone') return;
    if (!touched) tools.disk.unlink('undo-unmark', mark);
    throw error;
  }
}

/** For a verified restore at start: completes or forgets an undo that a crash interrupted. `undefined`: there was none. */
export async function settleUndo(tools: RestoreTools, draft: SessionDraft): Promise<Settled | undefined> {
  const mark = undoMarkPath(draft);
  removeScratch(tools, draft);
  if (look(mark)?.isFile() !== true) return undefined;
  const file = inspect(draft);
  const settled = await tools.index(dirname(draft.path)).edit(draft.id, anyTime, ({ index }): Settled => {
    if (!isUnchangedSince(draft, file)) throw changed();
    if (isReferenced(index, draft.sessionId)) return 'verified';
    if (file.is === 'intact') tools.disk.unlink('undo-file', draft.path);
    return 'undone';
  });
  if (settled === 'undone') concludeUndo(tools, draft);
  else tools.disk.unlink('undo-unmark', mark);
  return settled;
}

/** The mark goes last: without it nothing would tell that a file was taken back whose restore is still on record. */
export function concludeUndo(tools: RestoreTools, draft: SessionDraft): void {
  tools.disk.syncDirectory('undo-sync', dirname(draft.path));
  tools.record(draft.id, 'undone');
  tools.disk.unlink('undo-unmark', undoMarkPath(draft));
}

/** For an undone restore at start. */
export function removeUndoMark(tools: RestoreTools, draft: SessionDraft): void {
  const mark = undoMarkPath(draft);
  if (look(mark)?.isFile() === true) tools.disk.unlink('undo-unmark', mark);
}

/** Whether this restore still is what a second request for it would make. */
export function sessionStands(tools: RestoreTools, draft: SessionDraft): boolean {
  if (look(draft.path)?.isFile() !== true) return false;
  const index = tools.index(dirname(draft.path)).read();
  return index.ok && names(index, draft);
}

export function names(index: IndexText & { readonly ok: true }, draft: SessionDraft): boolean {
  return entryOf(index, draft.sessionKey)?.sessionId === draft.sessionId;
}

function changed(): CoreError {
  return refused('target-changed', 'The restored conversation is no longer as it was restored.');
}

function reasonOf(error: unknown): string {
  return errnoOf(error) ?? 'io';
}
