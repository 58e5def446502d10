import { join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { type FileLockDeps, indexLock, withFileLock } from './file-lock.ts';
import { emptyIndex, entryOf, type IndexText, readIndexText, transcriptNameOf, withKey, withMember, withoutKey } from './index-text.ts';
import { refusal } from './restore-plan.ts';
import { readRegular } from './target-disk.ts';

export interface IndexEditor {
  /** As it is now, without a lock. A file that does not exist is an empty index. */
  read(): IndexText;
  /**
   * Holds the lock for one synchronous task on a fresh reading.
   * @throws CoreError `index-locked`, `index-unreadable`
   */
  edit<T>(token: string, beforeAttempt: () => Promise<void>, task: (index: LockedIndex) => T): Promise<T>;
}

export interface LockedIndex {
  readonly index: IndexText & { readonly ok: true };
  add(key: string, entry: Readonly<Record<string, unknown>>): void;
  remove(key: string): void;
  /** Changes when the chat of a key was last used; nothing else of the entry. */
  date(key: string, updatedAt: number): void;
}

export function indexTmpName(token: string): string {
  return `sessions.json.${token}.tmp`;
}

/** `sessions.json` of one sessions directory. Only single keys of it ever change. */
export function indexEditor(deps: FileLockDeps, directory: string): IndexEditor {
  const path = join(directory, 'sessions.json');
  const replace = (token: string, bytes: Uint8Array): void => {
    const tmp = join(directory, indexTmpName(token));
    deps.disk.create('index-write', tmp, [bytes]);
    try {
      deps.disk.rename('index-replace', tmp, path);
    } catch (error) {
      deps.disk.unlink('index-discard', tmp);
      throw error;
    }
    deps.disk.syncDirectory('index-sync', directory);
  };
  return {
    read: () => readIndex(path),
    edit: (token, beforeAttempt, task) =>
      withFileLock(deps, indexLock(directory), token, beforeAttempt, () => {
        const index = readIndex(path);
        if (!index.ok) throw unreadable(index.reason);
        return task({
          index,
          add(key, entry) {
            if (entryOf(index, key) !== undefined) throw taken();
            replace(token, withKey(index, key, entry));
          },
          remove: (key) => replace(token, withoutKey(index, key)),
          date: (key, updatedAt) => replace(token, withMember(index, key, 'updatedAt', updatedAt)),
        });
      }),
  };
}

/** Whether any entry would make OpenClaw use this transcript. */
export function isReferenced(index: IndexText & { readonly ok: true }, sessionId: string): boolean {
  return index.entries.some((entry) => entry.sessionId === sessionId || transcriptNameOf(entry) === `${sessionId}.jsonl`);
}

function readIndex(path: string): IndexText {
  try {
    const bytes = readRegular(path);
    return bytes === undefined ? emptyIndex() : readIndexText(bytes);
  } catch (error) {
    const errno = errnoOf(error);
    // A link would be replaced by a file, and what it points to would silently stop being the index.
    if (errno === 'ELOOP') return { ok: false, reason: 'it is a symbolic link' };
    if (errno === 'EISDIR' || errno === 'unsafe-path' || errno === 'ENXIO') return { ok: false, reason: 'it is not a regular file' };
    if (errno === 'EACCES' || errno === 'EPERM') return { ok: false, reason: 'Clawback may not read it' };
    throw error;
  }
}

function unreadable(reason: string): CoreError {
  const { code, message, hint } = refusal('index-unreadable', `OpenClaw's index of sessions cannot be edited: ${reason}.`);
  return new CoreError(code, message, hint);
}

function taken(): CoreError {
  const { code, message, hint } = refusal('target-exists', 'The index of sessions already has an entry of this name.');
  return new CoreError(code, message, hint);
}
