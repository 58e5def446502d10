import { isObject, readJson } from '../sources/json-value.ts';
import type { RecorderReading } from './recorder-feed.ts';

/** How far a record was told. */
export interface SeenRecord {
  /** Of the file, as it was last read. */
  readonly version: string;
  /** Of the conversation that it belongs to. */
  readonly sessionId: string;
  /** The last turn, and how much there was of it: a turn that was stopped may grow. */
  readonly turn?: string;
  readonly chars: number;
  /** Of the latest message. */
  readonly lastAt: number;
}

export interface AcpCursor {
  /** By file name, in the order of their last change. */
  readonly records: readonly (readonly [string, SeenRecord])[];
  /** Prompts of which nobody could tell yet which conversation they belong to. */
  readonly waiting: readonly RecorderReading[];
}

/** More are read again after a restart, which says nothing new. */
const REMEMBERED_RECORDS = 1_000;

export function printAcpCursor({ records, waiting }: AcpCursor): string {
  return JSON.stringify({ records: records.slice(-REMEMBERED_RECORDS), waiting });
}

/** Of our own making; whatever does not fit is forgotten, which only means reading again. */
export function parseAcpCursor(cursor: string | undefined): AcpCursor {
  const value = cursor === undefined ? undefined : readJson(Buffer.from(cursor));
  if (!isObject(value)) return { records: [], waiting: [] };
  const records = Array.isArray(value.records) ? value.records.filter(isRecordEntry) : [];
  const waiting = Array.isArray(value.waiting) ? value.waiting.filter(isReading) : [];
  return { records, waiting };
}

function isRecordEntry(entry: unknown): entry is readonly [string, SeenRecord] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const seen: unknown = entry[1];
  return (
    isObject(seen) &&
    typeof seen.version === 'string' &&
    typeof seen.sessionId === 'string' &&
    (seen.turn === undefined || typeof seen.turn === 'string') &&
    typeof seen.chars === 'number' &&
    typeof seen.lastAt === 'number'
  );
}

function isReading(reading: unknown): reading is RecorderReading {
  return isObject(reading) && typeof reading.ref === 'string' && typeof reading.at === 'number' && typeof reading.text === 'string';
}
