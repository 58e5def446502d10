import { isObject, isoTimeOf, readJson, stringOf } from '../sources/json-value.ts';
import type { LogSign } from './witness.ts';

export interface SignSighting {
  readonly sign: LogSign;
  readonly at?: number;
  /** Of the transcript that the line names. */
  readonly path?: string;
  readonly pid?: number;
  readonly heldMs?: number;
}

/** What OpenClaw 2026.3.13 and 2026.9.6 print, and the bridge of the seed incident. */
const SIGNS: readonly (readonly [RegExp, LogSign])[] = [
  [/\[session-write-lock\] releasing lock held for/, 'lock-released-by-watchdog'],
  [/session file locked \(timeout/, 'session-file-locked'],
  [/removed stale session lock:/, 'stale-lock-removed'],
  [/session file repaired: dropped/, 'file-repaired'],
  [/session file repair skipped:/, 'repair-skipped'],
  [/(?:Removed|Preserved) orphaned user message/, 'orphaned-user-message'],
  [/transcript append failed:|user transcript update failed after error/, 'transcript-append-failed'],
  [/ACP transcript persistence failed for/, 'acp-persistence-failed'],
  [/force reset current assistant stream/, 'stream-force-reset'],
  [/\bcode=1006\b/, 'closed-1006'],
  [/startup-orphaned main session\(s\) for restart recovery/, 'restart-recovery'],
];

/** Beyond it a line is no sign of anything, only large. */
const LONGEST_LINE = 64 * 1024;
const TRANSCRIPT = /(\/[^\s"'()]+?\.jsonl)(?:\.lock)?(?![\w.])/;

/**
 * One line of OpenClaw's log, JSON (the file) or plain (a service's output); `undefined` for the many that say nothing of transcripts.
 * Total. Nothing of the line is kept but codes, numbers and a path.
 */
export function readLogLine(bytes: Uint8Array): SignSighting | undefined {
  if (bytes.byteLength > LONGEST_LINE) return undefined;
  const line = readJson(bytes);
  const text = isObject(line) ? textOf(line) : new TextDecoder().decode(bytes);
  const sign = SIGNS.find(([pattern]) => pattern.test(text))?.[1];
  if (sign === undefined) return undefined;
  const at = isObject(line) ? isoTimeOf(line.time) : isoTimeOf(text.slice(0, 29).trim());
  const path = TRANSCRIPT.exec(text)?.[1];
  const pid = numberIn(/\bpid=(\d{1,9})\b/, text);
  const heldMs = numberIn(/held for (\d{1,12})ms/, text);
  return {
    sign,
    ...(at === undefined ? {} : { at }),
    ...(path === undefined ? {} : { path }),
    ...(pid === undefined ? {} : { pid }),
    ...(heldMs === undefined ? {} : { heldMs }),
  };
}

/** tslog numbers its arguments; the first may be the name of a subsystem. */
function textOf(line: Readonly<Record<string, unknown>>): string {
  return ['0', '1', '2', 'message'].map((key) => stringOf(line[key]) ?? '').join(' ');
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}
