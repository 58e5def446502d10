import { unwrapUserText } from '../sources/envelope.ts';
import { epochMsOf, isObject, type JsonObject, stringOf } from '../sources/json-value.ts';
import type { WitnessedMessage } from '../witness/witness.ts';
import { idOf, objectOf, textOf } from './frame-fields.ts';
import type { NamedSession } from './session-key.ts';

/** A message that the gateway cut for display; its whole is to be asked for. */
export interface CutMessage extends NamedSession {
  readonly messageId: string;
  readonly sessionId?: string;
}

export interface StoredMessage {
  readonly sighting: WitnessedMessage;
  readonly runId?: string;
  readonly cut?: CutMessage;
}

/** What 2026.6.11 puts where it cut a text, which it says nowhere else; 2026.9.6 says `truncated`. */
const CUT_MARK = '\n...(truncated)...';

const ROLES: Readonly<Record<string, WitnessedMessage['role']>> = {
  user: 'user',
  assistant: 'assistant',
  toolResult: 'tool',
  tool: 'tool',
};

/**
 * A message of protocol 4: `{messageId?, sessionId?, runId?, message: {role, content, __openclaw: {id, runId?, truncated?}}}`,
 * as the event `session.message` carries it. A cut one is told as `partial` until it is whole: what is compared with files
 * must not be a beginning. `undefined` for what is nothing that anybody said.
 */
export function readStoredMessage(payload: JsonObject, session: NamedSession, at: number): StoredMessage | undefined {
  const { message } = payload;
  if (!isObject(message)) return undefined;
  const own = objectOf(message.__openclaw);
  const messageId = idOf(payload.messageId) ?? idOf(own.id);
  const role = typeof message.role === 'string' && Object.hasOwn(ROLES, message.role) ? ROLES[message.role] : undefined;
  const stored = textOf(message);
  if (messageId === undefined || role === undefined || stored === undefined || stored === '') return undefined;
  // The gateway's own words for a failure stand where the message has none. What had streamed is told by the run.
  if (role === 'assistant' && message.stopReason === 'error') return undefined;
  const isCut = isCutShort(message);
  const sessionId = idOf(payload.sessionId);
  const runId = idOf(payload.runId) ?? idOf(own.runId) ?? runOfKey(stringOf(message.idempotencyKey));
  const sighting: WitnessedMessage = {
    witness: 'gateway-stream',
    ref: messageId,
    ...session,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(runId === undefined ? {} : { runId }),
    role,
    phase: isCut ? 'partial' : phaseOf(message),
    endsRun: !isCut && role === 'assistant' && message.stopReason !== 'toolUse',
    at: epochMsOf(message.timestamp) ?? at,
    text: role === 'user' ? unwrapUserText(stored).text : stored,
    ...(isCut ? {} : { message: asPersisted(message) }),
  };
  return {
    sighting,
    ...(runId === undefined ? {} : { runId }),
    ...(isCut ? { cut: { ...session, messageId, ...(sessionId === undefined ? {} : { sessionId }) } } : {}),
  };
}

export function isCutShort(message: JsonObject): boolean {
  return objectOf(message.__openclaw).truncated === true || textOf(message)?.endsWith(CUT_MARK) === true;
}

/** `<runId>:user`, or the run's id itself for what the gateway put in. */
function runOfKey(key: string | undefined): string | undefined {
  return idOf(key?.replace(/:(?:user|assistant)$/, ''));
}

function phaseOf({ stopReason }: JsonObject): WitnessedMessage['phase'] {
  return stopReason === 'aborted' ? stopReason : 'final';
}

/** Without what the gateway adds for display. */
function asPersisted(message: JsonObject): string {
  const { __openclaw, ...persisted } = message;
  return JSON.stringify(persisted);
}
