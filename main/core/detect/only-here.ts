import type { Evidence, SessionRef } from './detection.ts';

/**
 * Messages that files held once and none holds now. Those that no file ever held are only here too; they have incidents of
 * their own, and must not be told as gone as well.
 */
export function goneFrom(evidence: Evidence, session: SessionRef): ReturnType<Evidence['onlyHere']> {
  const held = evidence.onlyHere(session);
  if (held.messages === 0) return held;
  const neverWritten = evidence.unpersisted(session).length;
  if (neverWritten === 0) return held;
  const messages = Math.max(0, held.messages - neverWritten);
  // The generation may be the one of what was never written, which holds nothing of what is gone.
  return { messages, bytes: messages === 0 ? 0 : held.bytes };
}
