import { epochMsOf, isObject, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import { parseMessage } from '../sources/transcript-line.ts';
import type { RecorderReading } from './recorder-feed.ts';
import type { WitnessedMessage } from './witness.ts';

/** The gateway process that a file of the spool belongs to. */
export interface RecordedProcess {
  readonly pid: number;
  /** Linux: clock ticks since boot. */
  readonly startTime?: number;
  /** Of its OpenClaw; without symbolic links. */
  readonly stateDir: string;
  /** E.g. `2026.3.13`. */
  readonly openclaw?: string;
}

/** What one line of the spool says. Format: native-helpers/openclaw-recorder, version 1. */
export type RecorderLine =
  | { readonly is: 'process'; readonly at: number; readonly process: RecordedProcess }
  | { readonly is: 'message'; readonly at: number; readonly message: WitnessedMessage }
  | { readonly is: 'received' | 'reply'; readonly at: number; readonly reading: RecorderReading }
  | { readonly is: 'gateway-started' | 'gateway-stopped'; readonly at: number }
  | { readonly is: 'dropped'; readonly at: number; readonly count: number }
  /** Understood, and nothing to tell. */
  | { readonly is: 'other'; readonly at: number };

interface Known {
  /** Name of the process's recording, `<started at>-<pid>`: numbers of lines go on through its files. */
  readonly recording: string;
  readonly at: number;
  readonly seq: number;
}

const RUN_OF_KEY = /^(.+):(?:user|assistant)$/;

/** Pure and total; `undefined` for what is no line of this format: torn by a full disk, or of a later version. */
export function readRecorderLine(line: Uint8Array, recording: string): RecorderLine | undefined {
  const entry = readJson(line);
  if (!isObject(entry) || entry.v !== 1) return undefined;
  const at = epochMsOf(entry.t);
  const seq = entry.seq;
  if (at === undefined || typeof seq !== 'number') return undefined;
  const known = { recording, at, seq };
  switch (entry.hook) {
    case 'spool':
      return processOf(entry, at);
    case 'before_message_write':
      return messageOf(entry, known);
    case 'message_received':
      return readingOf(entry, known, 'received');
    case 'reply_payload_sending':
      return readingOf(entry, known, 'reply');
    case 'gateway_start':
      return { is: 'gateway-started', at };
    case 'gateway_stop':
      return { is: 'gateway-stopped', at };
    case 'dropped':
      return { is: 'dropped', at, count: typeof entry.count === 'number' ? entry.count : 1 };
    default:
      return { is: 'other', at };
  }
}

function processOf(entry: JsonObject, at: number): RecorderLine | undefined {
  const { pid, startTime } = entry;
  const stateDir = stringOf(entry.stateDir);
  if (typeof pid !== 'number' || stateDir === undefined) return undefined;
  const openclaw = stringOf(entry.openclaw);
  const process = {
    pid,
    stateDir,
    ...(typeof startTime === 'number' ? { startTime } : {}),
    ...(openclaw === undefined ? {} : { openclaw }),
  };
  return { is: 'process', at, process };
}

/** What OpenClaw itself asks when a session starts nobody has said, and a message without words is nothing to lose. */
function messageOf(entry: JsonObject, { recording, at, seq }: Known): RecorderLine {
  const said = isObject(entry.message) ? parseMessage(entry.message) : undefined;
  if (said === undefined || !isObject(entry.message) || said.startsSession === true || said.text.trim() === '') return { is: 'other', at };
  const sessionKey = stringOf(entry.sessionKey)?.toLowerCase();
  const sessionId = stringOf(entry.sessionId);
  const agent = stringOf(entry.agentId) ?? agentOf(sessionKey);
  const idempotencyKey = stringOf(entry.message.idempotencyKey);
  const runId = RUN_OF_KEY.exec(idempotencyKey ?? '')?.[1];
  // 2026.9.6 announces the first message of a person twice, with the same key.
  const ref = said.role === 'user' && idempotencyKey !== undefined ? `key:${agent}:${idempotencyKey}` : `${recording}:${seq}`;
  const message: WitnessedMessage = {
    witness: 'recorder-plugin',
    ref,
    agent,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(runId === undefined ? {} : { runId }),
    role: said.role,
    phase: said.stopReason === 'aborted' || said.stopReason === 'error' ? said.stopReason : 'final',
    endsRun: said.role === 'assistant' && said.stopReason !== 'toolUse',
    at,
    text: said.text,
    message: JSON.stringify(entry.message),
  };
  return { is: 'message', at, message };
}

function readingOf(entry: JsonObject, { recording, at, seq }: Known, is: 'received' | 'reply'): RecorderLine {
  const text = stringOf(entry.text);
  if (text === undefined) return { is: 'other', at };
  const runId = stringOf(entry.runId);
  const sessionKey = stringOf(entry.sessionKey)?.toLowerCase();
  const reading: RecorderReading = {
    ref: `${recording}:${seq}`,
    at,
    ...(runId === undefined ? {} : { runId }),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    text: text.toWellFormed(),
    ...(entry.isError === true ? { isError: true } : {}),
  };
  return { is, at, reading };
}

function agentOf(sessionKey: string | undefined): string {
  return /^agent:([^:]+):/.exec(sessionKey ?? '')?.[1] ?? 'main';
}
