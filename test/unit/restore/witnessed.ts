import type { WitnessKind } from '../../../main/core/types.ts';
import type { WitnessedMessage } from '../../../main/core/witness/witness.ts';

/** A message as a witness saw it; `second` counts from the start of the synthetic transcripts. */
export interface Said {
  readonly role: string;
  readonly text: string;
  readonly second: number;
  readonly id?: string;
  readonly phase?: 'partial' | 'final' | 'aborted' | 'error';
  readonly runId?: string;
  readonly stopReason?: string;
  readonly toolCallId?: string;
  readonly calls?: readonly string[];
}

const startedAt = Date.UTC(2026, 10, 22, 11, 21, 37);

/** The same as a witness hands it over. */
export function witnessed(nativeId: string, what: Said, sessionKey: string): WitnessedMessage & { readonly nativeId: string } {
  const { role, text, second, phase = 'final', runId, calls = [] } = what;
  const { message } = JSON.parse(Buffer.from(said(what).bytes).toString('utf8')) as { message: unknown };
  return {
    witness: 'recorder-plugin',
    ref: `${role}:${second}:${text}`,
    agent: 'main',
    nativeId,
    sessionKey,
    ...(runId === undefined ? {} : { runId }),
    role: role === 'toolResult' ? 'tool' : role === 'user' ? 'user' : 'assistant',
    phase,
    endsRun: role === 'assistant' && calls.length === 0,
    at: startedAt + second * 1000,
    text,
    message: JSON.stringify(message),
  };
}

/** A line of `Catalog.unpersistedLines`. */
export function said(what: Said): { readonly at: number; readonly witness: WitnessKind; readonly bytes: Uint8Array } {
  const { role, text, second, id = '0badcafe', phase = 'final', runId, stopReason, toolCallId, calls = [] } = what;
  const at = startedAt + second * 1000;
  const toolCalls = calls.map((call) => ({ type: 'toolCall', id: call, name: 'read', arguments: {} }));
  const message = {
    role,
    ...(stopReason === undefined ? {} : { stopReason }),
    content: [{ type: 'text', text }, ...toolCalls],
    ...(toolCallId === undefined ? {} : { toolCallId, toolName: 'read' }),
  };
  const clawback = { witness: 'recorder-plugin', phase, ...(runId === undefined ? {} : { runId }) };
  const line = { type: 'message', id, parentId: null, timestamp: new Date(at).toISOString(), message, clawback };
  return { at, witness: 'recorder-plugin', bytes: Buffer.from(JSON.stringify(line)) };
}
