import type { Incident, ResetCause } from '../core/types.ts';
import type { Messages } from './catalogue.ts';
import { numberIn } from './evidence.ts';

/** Why OpenClaw began a new session, for the history: an explanation and never an alarm. */
export function quietReason(words: Messages, incident: Pick<Incident, 'messages' | 'evidence' | 'openedAt'>, now: number): string {
  const text = words.incidents.reset;
  const at = words.format.time(numberIn(incident, 'resetAt') ?? incident.openedAt, now);
  return words.format.sentences([what(), text.before(incident.messages)]);

  function what(): string {
    if (incident.evidence.acp === true) return text.acp(at);
    const cause = causeOf(incident.evidence.cause);
    if (cause === 'unexplained') return text.unexplained(at);
    const idleMinutes = numberIn(incident, 'idleMinutes');
    return text.explained(at, cause === 'idle' && idleMinutes !== undefined ? text.idleFor(idleMinutes) : text.causes[cause]);
  }
}

function causeOf(cause: unknown): ResetCause {
  return cause === 'command' || cause === 'daily' || cause === 'idle' ? cause : 'unexplained';
}
