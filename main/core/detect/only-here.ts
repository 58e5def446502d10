import type { Evidence, SessionRef } from './detection.ts';

/**
 * Messages that files held once and none holds now. Those that no file ever held are only here too; they have incidents of
 * their own, and must not be told as gone as well.
 */
export function goneFrom(evidence: Evidence, session: SessionRef): ReturnType<Evidence['onlyHere']> {
  const held = evidence.onlyHere(session);
  if (held.neverWritten === undefined) return held;
  const messages = Math.max(0, held.messages - held.neverWritten);
  return messages === 0 ? { messages, bytes: 0 } : { ...held, messages };
}
