import { isObject, readJson } from '../sources/json-value.ts';
import type { TailMark } from './line-tail.ts';
import type { RecordedProcess } from './recorder-lines.ts';

/** Of one gateway process, as far as its files were read. */
export interface Recording {
  readonly process: RecordedProcess;
  /** A gateway was announced and its end was not, neither by itself nor by us. */
  readonly isUp: boolean;
  readonly lastAt: number;
}

/** Where to go on after a restart: by the name of a file, and by the name of a recording. */
export interface RecorderPlace {
  readonly marks: ReadonlyMap<string, TailMark>;
  readonly recordings: ReadonlyMap<string, Recording>;
}

export function writeCursor(place: RecorderPlace): string {
  return JSON.stringify({
    v: 1,
    files: [...place.marks].map(([name, { identity, offset }]) => [name, identity, offset]),
    recordings: [...place.recordings],
  });
}

/** Anything else than our own cursor is none: everything is read once more, under the same refs. */
export function readCursor(cursor: string | undefined): RecorderPlace {
  const value = cursor === undefined ? undefined : readJson(Buffer.from(cursor));
  const marks = new Map<string, TailMark>();
  const recordings = new Map<string, Recording>();
  if (!isObject(value) || value.v !== 1) return { marks, recordings };
  for (const entry of Array.isArray(value.files) ? value.files : []) {
    const [name, identity, offset] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof name === 'string' && typeof identity === 'string' && typeof offset === 'number') marks.set(name, { identity, offset });
  }
  for (const entry of Array.isArray(value.recordings) ? value.recordings : []) {
    const [name, recording] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof name === 'string' && isRecording(recording)) recordings.set(name, recording);
  }
  return { marks, recordings };
}

function isRecording(value: unknown): value is Recording {
  if (!isObject(value) || !isObject(value.process)) return false;
  const { pid, stateDir } = value.process;
  return typeof pid === 'number' && typeof stateDir === 'string' && typeof value.isUp === 'boolean' && typeof value.lastAt === 'number';
}
