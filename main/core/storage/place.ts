import { join } from 'node:path';
import { CoreError, errnoOf } from '../platform/errors.ts';
import { readPrivateFile, syncFolder, writePrivateFile } from '../platform/private-file.ts';
import { isObject, readJson } from '../sources/json-value.ts';

/** A folder outside the home that holds the buffer. The id stands in the folder too: another disk under the same name is not it. */
export interface Place {
  readonly folder: string;
  readonly id: string;
  /** It was made for the buffer, and goes with it. */
  readonly made: boolean;
}

/** A folder in which nothing of the buffer is to stay once another one is in use. */
export interface LeftBehind {
  readonly folder: string;
  /** Of the place that it was, or was to become; absent for the home itself. */
  readonly id?: string;
  readonly made: boolean;
}

/** A conversation that is never to be captured again, in words that outlive the buffer. */
export interface Forgotten {
  readonly root: string;
  readonly agent: string;
  readonly nativeId: string;
  readonly sessionId: string;
  readonly forgottenAt: number;
}

/**
 * Where the buffer of a home is, and what is still to be done about it. One small file, replaced in one step: whatever a crash
 * interrupts, exactly one folder is the one in use, and the next start knows what to finish. Apart from the settings, which are
 * replaced by defaults when they are damaged: a default here would be a new, empty buffer.
 */
export interface StorageState {
  /** Absent: in the home itself. */
  readonly place?: Place;
  readonly leftBehind: readonly LeftBehind[];
  /** Somebody said that everything is to go, and not everything is gone yet. */
  readonly erasing: boolean;
  /** To be told to the buffer that comes after an erased one. */
  readonly forgotten: readonly Forgotten[];
}

const MARK_NAME = 'clawback-buffer.json';
const atHome: StorageState = { leftBehind: [], erasing: false, forgotten: [] };

export const markPath = (folder: string): string => join(folder, MARK_NAME);
/** Before it is whole. */
export const markDraft = (folder: string, id: string): string => `${markPath(folder)}.${id}.tmp`;

/** Throws CoreError `place-unreadable`: nobody can tell then where the buffer is, and a guess could begin an empty one. */
export function readStorageState(home: string): StorageState {
  const path = statePath(home);
  const text = readPrivateFile(path);
  if (text === undefined) return atHome;
  const state = parseState(readJson(Buffer.from(text)));
  if (state !== undefined) return state;
  throw new CoreError(
    'place-unreadable',
    `${path} does not say where Clawback keeps its buffer.`,
    `Put that file back as it was. Remove it only if the buffer is in ${home} itself.`,
  );
}

/** Durable when it returns. */
export function writeStorageState(home: string, state: StorageState): void {
  writePrivateFile(statePath(home), `${JSON.stringify(state, null, 2)}\n`);
  syncFolder(home);
}

/** The folder that holds the buffer of a home. Throws CoreError `buffer-missing` when it cannot be reached now, `place-unreadable`. */
export function bufferFolder(home: string): string {
  const { place } = readStorageState(home);
  if (place === undefined) return home;
  if (isPlace(place)) return place.folder;
  throw missingPlace(place.folder);
}

export function missingPlace(folder: string): CoreError {
  return new CoreError(
    'buffer-missing',
    `The folder that holds the buffer is not there: ${folder}. Nothing is saved now.`,
    'Attach the disk that it is on. Should that disk be lost, a new and empty buffer can be begun: clawback storage anew.',
  );
}

/** Whether the folder is the one that is meant. */
export function isPlace({ folder, id }: Pick<Place, 'folder' | 'id'>): boolean {
  try {
    const mark = readJson(Buffer.from(readPrivateFile(markPath(folder)) ?? ''));
    return isObject(mark) && mark.id === id;
  } catch (error) {
    // A disk that is not attached, or not whole: whatever the system answers, it is not there to be used.
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

const statePath = (home: string): string => join(home, 'storage.json');

function parseState(value: unknown): StorageState | undefined {
  if (!isObject(value)) return undefined;
  const { place, leftBehind = [], erasing = false, forgotten = [] } = value;
  const isKnown =
    (place === undefined || isPlaceShape(place)) &&
    Array.isArray(leftBehind) &&
    leftBehind.every(isLeftBehind) &&
    typeof erasing === 'boolean' &&
    Array.isArray(forgotten) &&
    forgotten.every(isForgotten);
  return isKnown ? { ...(place === undefined ? {} : { place }), leftBehind, erasing, forgotten } : undefined;
}

function isPlaceShape(value: unknown): value is Place {
  return isLeftBehind(value) && value.id !== undefined;
}

function isLeftBehind(value: unknown): value is LeftBehind {
  return (
    isObject(value) &&
    typeof value.folder === 'string' &&
    typeof value.made === 'boolean' &&
    ['undefined', 'string'].includes(typeof value.id)
  );
}

function isForgotten(value: unknown): value is Forgotten {
  const names = ['root', 'agent', 'nativeId', 'sessionId'] as const;
  return isObject(value) && names.every((name) => typeof value[name] === 'string') && typeof value.forgottenAt === 'number';
}
