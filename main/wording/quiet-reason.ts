import type { Incident, ResetCause } from '../core/types.ts';
import { countText, messagesText, spanText, timeText } from './quantities.ts';

/** Why OpenClaw began a new session, for the history: an explanation and never an alarm. */
export function quietReason(incident: Pick<Incident, 'messages' | 'evidence' | 'openedAt'>, now: number): string {
  const { evidence, messages } = incident;
  const at = typeof evidence.resetAt === 'number' ? evidence.resetAt : incident.openedAt;
  const safe =
    messages === 0 ? 'What came before it is safe.' : `The ${messagesText(messages)} before it ${messages === 1 ? 'is' : 'are'} safe.`;
  if (evidence.acp === true) {
    return `OpenClaw started a new session at ${timeText(at, now)}. It leads this one through ACP and writes no transcript of it. ${safe}`;
  }
  const cause = causeOf(evidence.cause);
  if (cause === 'unexplained') return `OpenClaw started a new session at ${timeText(at, now)} and gave no reason. ${safe}`;
  return `OpenClaw started a new session at ${timeText(at, now)} (${causeText(cause, evidence)}). ${safe}`;
}

function causeOf(cause: unknown): ResetCause {
  return cause === 'command' || cause === 'daily' || cause === 'idle' ? cause : 'unexplained';
}

function causeText(cause: Exclude<ResetCause, 'unexplained'>, evidence: Incident['evidence']): string {
  switch (cause) {
    case 'command':
      return 'you or a client asked for it';
    case 'daily':
      return 'daily reset';
    case 'idle':
      return typeof evidence.idleMinutes === 'number'
        ? `idle for more than ${evidence.idleMinutes < 120 ? countText(evidence.idleMinutes, 'minute') : spanText(evidence.idleMinutes * 60_000)}`
        : 'idle for a long time';
  }
}
