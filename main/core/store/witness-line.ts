import type { WitnessKind } from '../types.ts';
import type { WitnessPhase } from '../witness/witness.ts';
import { sha256 } from './digest.ts';

export interface WitnessedContent {
  readonly witness: WitnessKind;
  readonly ref: string;
  readonly runId?: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly phase: WitnessPhase;
  /** Epoch ms, within what a Date can print. */
  readonly at: number;
  readonly text: string;
  /** JSON of the message as OpenClaw would persist it; may be anything. */
  readonly message?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const TRANSCRIPT_ROLES = { user: 'user', assistant: 'assistant', tool: 'toolResult' } as const;
const LATEST_MS = Date.UTC(9999, 11, 31);

/**
 * A message as a line of a transcript of version 3 (2026.3.13), with its line feed and with `clawback` beside the message, which
 * says where it is known from. `place` keeps the ids of two equal messages apart. Total, whatever the witness handed over.
 */
export function witnessedLine(seen: WitnessedContent, place: number): Uint8Array {
  const told = toldMessage(seen);
  const line = told === undefined ? undefined : printed(seen, place, told);
  return Buffer.from(`${line ?? printed(seen, place, {}) ?? ''}\n`, 'utf8');
}

/** `undefined` for what is nested too deeply to be written again. */
function printed(seen: WitnessedContent, place: number, told: Fields): string | undefined {
  const { witness, phase, runId, ref, at } = seen;
  const id = Buffer.from(sha256(Buffer.from(`${witness}\u0000${ref}\u0000${place}`)).subarray(0, 4)).toString('hex');
  const clawback = { witness, phase, ...(runId === undefined ? {} : { runId }) };
  const entry = { type: 'message', id, parentId: null, timestamp: new Date(at).toISOString(), message: completed(seen, told), clawback };
  try {
    return JSON.stringify(entry);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The witness's own JSON, where it is a message of the role that it says. */
function toldMessage({ message, role }: WitnessedContent): Fields | undefined {
  if (message === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(message);
    return isFields(value) && value.role === TRANSCRIPT_ROLES[role] ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** With every field that OpenClaw reads unasked. */
function completed(seen: WitnessedContent, told: Fields): Fields {
  const { role, at } = seen;
  const blocks = blocksOf(told.content);
  const common = {
    ...told,
    role: TRANSCRIPT_ROLES[role],
    content: blocks.length > 0 || seen.text === '' ? blocks : [{ type: 'text', text: seen.text }],
    timestamp: isTime(told.timestamp) ? told.timestamp : at,
  };
  switch (role) {
    case 'user':
      return common;
    case 'assistant':
      return {
        ...common,
        api: nameOr(told.api, 'openai-completions'),
        provider: nameOr(told.provider, 'openclaw'),
        model: nameOr(told.model, 'clawback-restored'),
        usage: isFields(told.usage) ? told.usage : NO_USAGE,
        // A model is not shown replies that ended as aborted; what was said until then belongs to the conversation.
        stopReason: nameOr(told.stopReason, seen.phase === 'error' ? 'error' : 'stop'),
      };
    case 'tool':
      return {
        ...common,
        toolCallId: nameOr(told.toolCallId, 'clawback-unknown'),
        toolName: nameOr(told.toolName, 'unknown'),
        isError: told.isError === true,
      };
  }
}

const NO_USAGE = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
} as const;

/** Content as blocks; OpenClaw stumbles over one that is no object. */
function blocksOf(content: unknown): readonly Fields[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  const items: readonly unknown[] = content;
  return items.filter(isFields);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < LATEST_MS;
}

function nameOr(value: unknown, fallback: string): string {
  return typeof value === 'string' && value !== '' ? value : fallback;
}
