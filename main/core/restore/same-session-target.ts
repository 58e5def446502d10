import { dirname } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { indexLock, removeStale, transcriptLock, withFileLock } from './file-lock.ts';
import { confirmHistory } from './history-check.ts';
import { isReferenced } from './index-edit.ts';
import { entryOf } from './index-text.ts';
import { concludeUndo, names, type SessionDraft } from './new-session-target.ts';
import {
  concludePublishing,
  inspect,
  isUnchangedSince,
  linkStaged,
  notReadBack,
  type RestoreTools,
  readIndex,
  refused,
  removeScratch,
  type Settled,
  stage,
  undoMarkPath,
  type Way,
} from './publishing.ts';
import type { PlannedContent } from './reading.ts';
import { look } from './target-disk.ts';

const anyTime = async (): Promise<void> => undefined;

/**
 * The transcript of the session that a chat is in and that has none: the chat goes on with it. OpenClaw itself may begin
 * this file at any moment, so the name is given under the lock that its turns hold, and only where there is none.
 */
export async function writeSameSession(
  tools: RestoreTools,
  draft: SessionDraft,
  job: { readonly sourceId: number; readonly content: PlannedContent },
): Promise<void> {
  let linked = false;
  let mustGo = false;
  try {
    const staged = await stage(tools, draft, job.content);
    const way = await tools.wayTo(job.sourceId);
    await dateToNow(tools, draft, way);
    await underLock(tools, draft, () => {
      requireEmptyChat(tools, draft, job.sourceId);
      linkStaged(tools, draft);
      linked = true;
    });
    concludePublishing(tools, draft);
    if (!isUnchangedSince(draft, staged) || !names(readIndex(tools, dirname(draft.path)), draft)) throw notReadBack();
    if (way.is === 'gateway') {
      await way.admin(async (session) => {
        mustGo = true;
        await confirmHistory(session, draft);
        mustGo = false;
      });
    }
    tools.record(draft.id, 'verified');
  } catch (error) {
    if (linked) {
      const shownOtherwise = mustGo && errnoOf(error) === 'io';
      if ((await settleSameSession(tools, draft, 'written', shownOtherwise)) === 'verified') return;
    } else {
      removeScratch(tools, draft);
      tools.record(draft.id, 'failed', errnoOf(error) ?? 'io');
    }
    throw error;
  }
}

/** After a crash or a failure in the middle: finishes the restore where the chat is still in this session, else takes it back. */
export async function settleSameSession(
  tools: RestoreTools,
  draft: SessionDraft,
  phase: 'planned' | 'written' | 'linked',
  mustGo = false,
): Promise<Settled> {
  removeScratch(tools, draft);
  // Before `written` was recorded nothing can have been linked, and no lock was taken.
  const why = phase === 'planned' ? 'interrupted' : await decide();
  if (why === 'verified') tools.record(draft.id, 'verified');
  else tools.record(draft.id, 'failed', why);
  return why === 'verified' ? 'verified' : 'failed';

  async function decide(): Promise<'verified' | 'interrupted' | 'target-changed'> {
    const file = inspect(draft);
    const isNamed = names(readIndex(tools, dirname(draft.path)), draft);
    // What a program that died held would stand until OpenClaw comes across it.
    for (const lock of [transcriptLock(draft.path), indexLock(dirname(draft.path))]) removeStale(tools.locking, lock);
    if (isNamed && (file.is === 'grown' || (file.is === 'intact' && !mustGo))) return 'verified';
    if (file.is === 'grown' || file.is === 'other') return 'target-changed';
    if (file.is === 'missing') return 'interrupted';
    return underLock(tools, draft, () => {
      if (!isUnchangedSince(draft, file)) return 'target-changed';
      if (!isNamed && isReferenced(readIndex(tools, dirname(draft.path)), draft.sessionId)) return 'target-changed';
      tools.disk.unlink('recover-file', draft.path);
      tools.disk.syncDirectory('recover-sync', dirname(draft.path));
      return 'interrupted';
    });
  }
}

/** Only while it is exactly what was written: a chat that went on is its own. */
export async function undoSameSession(tools: RestoreTools, draft: SessionDraft, sourceId: number): Promise<void> {
  if ((await settleUndoneInPlace(tools, draft)) === 'undone') return;
  const file = inspect(draft);
  if (file.is === 'grown' || file.is === 'other') throw changed();
  if (tools.isBusy(sourceId, draft.agent, draft.sessionKey)) throw refused('session-busy', 'A turn is running in this chat.');
  const mark = undoMarkPath(draft);
  if (file.is === 'intact') tools.disk.link('undo-mark', draft.path, mark);
  let gone = false;
  try {
    await underLock(tools, draft, () => {
      if (!isUnchangedSince(draft, file)) throw changed();
      gone = true;
      tools.disk.unlink('undo-file', draft.path);
    });
    concludeUndo(tools, draft);
  } catch (error) {
    if (gone && (await settleUndoneInPlace(tools, draft)) === 'undone') return;
    if (!gone) tools.disk.unlink('undo-unmark', mark);
    throw error;
  }
}

/** For a verified restore at start: completes or forgets an undo that a crash interrupted. `undefined`: there was none. */
export async function settleUndoneInPlace(tools: RestoreTools, draft: SessionDraft): Promise<Settled | undefined> {
  removeScratch(tools, draft);
  const mark = undoMarkPath(draft);
  if (look(mark)?.isFile() !== true) return undefined;
  // The lock too may be left from the program that died.
  const settled = await underLock(tools, draft, () => (look(draft.path) === undefined ? 'undone' : 'verified'));
  if (settled === 'undone') concludeUndo(tools, draft);
  else tools.disk.unlink('undo-unmark', mark);
  return settled;
}

/** A chat that was last used before the daily reset would be reset by the next message, and the restored file archived. */
async function dateToNow(tools: RestoreTools, draft: SessionDraft, way: Way): Promise<void> {
  if (way.is === 'gateway') {
    await way.admin(async (session) => {
      const row = await session.session(draft.sessionKey);
      if (row?.sessionId !== draft.sessionId) throw movedOn();
      if (row.hasActiveRun === true) throw refused('session-busy', 'A turn is running in this chat.');
      await session.refreshSession(draft.sessionKey);
    });
    return;
  }
  await tools.index(dirname(draft.path)).edit(draft.id, anyTime, (locked) => {
    const entry = entryOf(locked.index, draft.sessionKey);
    if (entry?.sessionId !== draft.sessionId) throw movedOn();
    locked.date(entry.key, tools.clock.now());
  });
}

function requireEmptyChat(tools: RestoreTools, draft: SessionDraft, sourceId: number): void {
  if (!names(readIndex(tools, dirname(draft.path)), draft)) throw movedOn();
  if (look(draft.path) !== undefined) throw refused('session-has-transcript', 'This session has a transcript by now.');
  if (tools.isBusy(sourceId, draft.agent, draft.sessionKey)) throw refused('session-busy', 'A turn is running in this chat.');
}

function underLock<T>(tools: RestoreTools, draft: SessionDraft, task: () => T): Promise<T> {
  return withFileLock(tools.locking, transcriptLock(draft.path), draft.id, anyTime, task);
}

function movedOn() {
  return refused('session-moved-on', 'The chat is in another session by now.');
}

function changed() {
  return refused('target-changed', 'The restored conversation is no longer as it was restored.');
}
