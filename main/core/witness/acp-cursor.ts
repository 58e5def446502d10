import { isObject } from '../sources/json-value.ts';
import type { RecorderReading } from './recorder-feed.ts';

export interface SeenRecord {
  /** Of the file, as it was last read. */
  readonly version: string;
  /** Of the conversation that it belongs to. */
  readonly sessionId: string;
  readonly refs: readonly string[];
}

export interface AcpCursor {
  /** By file name, oldest reading first. */
  readonly records: readonly (readonly [string, SeenRecord])[];
  /** Prompts of which nobody could tell yet which conversation they belong to. */
  readonly waiting: readonly RecorderReading[];
}

/** More are read again after a restart, which says nothing new. */
const REMEMBERED_RECORDS = 300;

export function printAcpCursor({ records, waiting }: AcpCursor): string {
  return JSON.stringify({ records: records.slice(-REMEMBERED_RECORDS), waiting });
}

/** Of our own making; whatever does not fit is forgotten, which only means reading again. */
export function parseAcpCursor(cursor: string | undefined): AcpCursor {
  const value: unknown = cursor === undefined ? undefined : JSON.parse(cursor);
  if (!isObject(value)) return { records: [], waiting: [] };
  const records = Array.isArray(value.records) ? value.records.filter(isRecordEntry) : [];
  const waiting = Array.isArray(value.waiting) ? value.waiting.filter(isReading) : [];
  return { records, waiting };
}

function isRecordEntry(entry: unknown): entry is readonly [string, SeenRecord] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const seen: unknown = entry[1];
  return isObject(seen) && typeof seen.version === 'string' && typeof seen.sessionId === 'string' && Array.isArray(seen.refs);
}

function isReading(reading: unknown): reading is RecorderReading {
  return isObject(reading) && typeof reading.ref === 'string' && typeof reading.at === 'number' && typeof reading.text === 'string';
}
