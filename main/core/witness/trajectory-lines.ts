import { unwrapUserText } from '../sources/envelope.ts';
import { isObject, isoTimeOf, type JsonObject, readJson, stringOf } from '../sources/json-value.ts';
import { parseMessage } from '../sources/transcript-line.ts';
import type { WitnessEvent, WitnessedMessage } from './witness.ts';

export interface TrajectorySighting {
  readonly messages: readonly WitnessedMessage[];
  readonly events: readonly WitnessEvent[];
}

interface Step {
  readonly agent: string;
  readonly sessionId: string;
  readonly sessionKey?: string;
  readonly runId: string;
  readonly at: number;
  readonly data: JsonObject;
}

const NOTHING: TrajectorySighting = { messages: [], events: [] };

/**
 * One line of `<id>.trajectory.jsonl`, which OpenClaw keeps beside a transcript: both sides of a run, also of one whose transcript
 * could not be written. Pure and total. Format: `openclaw-trajectory` version 1, recorded from 2026.6.11.
 */
export function readTrajectoryLine(line: Uint8Array, agent: string): TrajectorySighting {
  const entry = readJson(line);
  if (!isObject(entry) || entry.traceSchema !== 'openclaw-trajectory') return NOTHING;
  const step = stepOf(entry, agent);
  if (step === undefined) return NOTHING;
  switch (entry.type) {
    case 'session.started':
      return { messages: [], events: eventOf(step, 'run-started') };
    case 'prompt.submitted':
      return { messages: prompt(step), events: [] };
    case 'model.completed':
      return { messages: replies(step), events: [] };
    case 'session.ended':
      return { messages: [], events: eventOf(step, 'run-ended') };
    default:
      return NOTHING;
  }
}

function stepOf(entry: JsonObject, agent: string): Step | undefined {
  const sessionId = stringOf(entry.sessionId);
  const runId = stringOf(entry.runId);
  const at = isoTimeOf(entry.ts);
  if (sessionId === undefined || runId === undefined || at === undefined || !isObject(entry.data)) return undefined;
  const sessionKey = stringOf(entry.sessionKey)?.toLowerCase();
  return { agent, sessionId, ...(sessionKey === undefined ? {} : { sessionKey }), runId, at, data: entry.data };
}

/** What OpenClaw itself asks at the start of a session, or to see whether there is anything to do, nobody has said. */
function prompt(step: Step): readonly WitnessedMessage[] {
  const { text, startsSession } = unwrapUserText(stringOf(step.data.prompt) ?? '');
  if (text.trim() === '' || startsSession) return [];
  return [{ ...base(step), ref: `${step.runId}:user`, role: 'user', phase: 'final', endsRun: false, text: text.toWellFormed() }];
}

/** The snapshot is the conversation as the model saw it: what comes after its last prompt is this run's. */
function replies(step: Step): readonly WitnessedMessage[] {
  const snapshot = Array.isArray(step.data.messagesSnapshot) ? step.data.messagesSnapshot.filter(isObject) : [];
  const own = snapshot.slice(snapshot.findLastIndex((message) => message.role === 'user') + 1);
  const isAborted = step.data.aborted === true || step.data.timedOut === true;
  const said = own.length > 0 ? own : textsOf(step.data.assistantTexts).map(asReply);
  const replies = said.flatMap((message, index): readonly Omit<WitnessedMessage, 'phase' | 'endsRun'>[] => {
    const parsed = parseMessage(message);
    if (parsed === undefined || parsed.role === 'user' || parsed.text.trim() === '') return [];
    return [{ ...base(step), ref: `${step.runId}:${index}`, role: parsed.role, text: parsed.text, message: JSON.stringify(message) }];
  });
  // A message without words comes after them when OpenClaw could not write them.
  return replies.map((reply, index) => {
    const isLast = index === replies.length - 1;
    return { ...reply, phase: isLast && isAborted ? 'aborted' : 'final', endsRun: isLast };
  });
}

function base({ agent, sessionId, sessionKey, runId, at }: Step) {
  return { witness: 'trajectory' as const, agent, sessionId, ...(sessionKey === undefined ? {} : { sessionKey }), runId, at };
}

function eventOf(step: Step, event: 'run-started' | 'run-ended'): readonly WitnessEvent[] {
  const { agent, at, runId, sessionKey, data } = step;
  if (sessionKey === undefined) return [];
  const known = { witness: 'trajectory' as const, at, agent, sessionKey, runId };
  if (event === 'run-started') return [{ ...known, event }];
  const outcome = data.aborted === true || data.timedOut === true ? 'aborted' : data.status === 'success' ? 'final' : 'error';
  return [{ ...known, event, outcome, withText: true }];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function asReply(text: string): JsonObject {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}
