import { randomUUID } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { syncFolder, writePrivateFile } from '../platform/private-file.ts';
import type { MovePlan } from '../requests.ts';
import { storageError } from '../store/sqlite-errors.ts';
import { bytesOf, filesThatMove } from './buffer-files.ts';
import { copyPrivate, sameBytes } from './copying.ts';
import { lockStorage } from './locking.ts';
import { moveFacts } from './move-facts.ts';
import { full, type MoveFacts, moveRefusal, notEmpty } from './move-plan.ts';
import { bufferFolder, type LeftBehind, markDraft, markPath, readStorageState, type StorageState, writeStorageState } from './place.ts';
import { removeLeftBehind } from './settling.ts';

export interface MovingDeps {
  readonly log: Logger;
  /** State directories of OpenClaw, in which a copy of it has no place. */
  readonly openclaw: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Tests end the program here. */
  readonly failpoint?: (step: string) => void;
}

export interface MoveReceipt {
  readonly folder: string;
  readonly bytes: number;
  /** The old copy could not be removed, and is tried again at the next start. */
  readonly leftBehind?: string;
}

/** What a move would do; throws the CoreError that it would be refused with. */
export function planMove(home: string, folder: string, openclaw: readonly string[]): MovePlan {
  const { from, to, bytes, bytesFree } = allowed(home, folder, openclaw);
  return { from, to, bytes, ...(bytesFree === undefined ? {} : { bytesFree }) };
}

function allowed(home: string, folder: string, openclaw: readonly string[]): MoveFacts {
  const facts = moveFacts(home, folder, openclaw);
  const refusal = moveRefusal(facts);
  if (refusal !== undefined) throw refusal;
  return facts;
}

/**
 * Moves the buffer, and those that were set aside as damaged, to another folder: copies, compares, makes it durable, switches in one
 * step, removes the old one. Until the switch the old one is in use, whatever happens, and what was copied goes again.
 *
 * Throws CoreError `buffer-locked` while a core runs, what `planMove` throws, `ended` when it was given up, `disk-full`, `io`.
 */
export async function moveBuffer(home: string, folder: string, deps: MovingDeps): Promise<MoveReceipt> {
  const { log, failpoint = () => undefined } = deps;
  using lock = lockStorage(home, log);
  const facts = allowed(home, folder, deps.openclaw);
  const before = readStorageState(home);
  // Under the name by which the state knows it.
  const from = bufferFolder(home);
  const isHome = facts.to === facts.home;
  const to = isHome ? home : facts.to;
  const id = isHome ? undefined : randomUUID();
  const target: LeftBehind = { folder: to, made: facts.target === 'absent', ...(id === undefined ? {} : { id }) };
  const source: LeftBehind = before.place ?? { folder: home, made: false };
  // Both: the one in use is never removed, and which one that is, is said by the switch alone.
  const state: StorageState = { ...before, leftBehind: [...before.leftBehind, target, source] };
  try {
    writeStorageState(home, state);
    failpoint('noted');
    await onTarget(facts, async () => {
      if (id !== undefined) prepare(to, id);
      failpoint('prepared');
      await copyAll(from, to, deps);
      syncFolder(to);
      failpoint('durable');
    });
    const { place: _before, ...rest } = state;
    writeStorageState(home, id === undefined ? rest : { ...rest, place: { ...target, id } });
  } catch (error) {
    removeLeftBehind(home, log);
    throw storageError(error, to);
  }
  failpoint('switched');
  lock.leaveFolder();
  const { leftBehind } = removeLeftBehind(home, log, failpoint);
  const isLeft = leftBehind.some((left) => left.folder === from);
  return { folder: to, bytes: facts.bytes, ...(isLeft ? { leftBehind: from } : {}) };
}

/** Space that was there when it was planned may be taken by others since. */
async function onTarget({ to, bytes }: MoveFacts, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '') ? full(to, bytes) : error;
  }
}

function prepare(folder: string, id: string): void {
  mkdirSync(folder, { mode: 0o700, recursive: true });
  chmodSync(folder, 0o700);
  mark(folder, id);
  syncFolder(folder);
  syncFolder(dirname(folder));
}

/** Whole from its first moment on, and never over another one: two homes that choose one folder at once would each empty what is the other's. */
function mark(folder: string, id: string): void {
  const draft = markDraft(folder, id);
  writePrivateFile(draft, `${JSON.stringify({ id })}\n`);
  try {
    linkSync(draft, markPath(folder));
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? notEmpty(folder) : error;
  } finally {
    rmSync(draft, { force: true });
  }
}

async function copyAll(from: string, to: string, { onProgress, signal, failpoint = () => undefined }: MovingDeps): Promise<void> {
  const files = filesThatMove(from);
  // Every byte is written once and read back once.
  const total = 2 * bytesOf(files);
  let done = 0;
  const advance = (bytes: number): void => {
    if (signal?.aborted === true)
      throw new CoreError('ended', 'Clawback ended before the buffer was moved.', 'It is where it was. Move it again.');
    done += bytes;
    onProgress?.(done, total);
  };
  for (const { name } of files) {
    await copyPrivate(from, to, name, (bytes) => {
      advance(bytes);
      failpoint(`copying ${name}`);
    });
    failpoint(`copied ${name}`);
    if (!(await sameBytes(from, to, name, advance))) {
      throw new CoreError('io', `What was copied to ${to} is not what was written.`, 'The buffer is where it was. Check that disk.');
    }
    failpoint(`compared ${name}`);
  }
}
