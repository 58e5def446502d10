import type { MessageView, WitnessStatus } from '../core/types.ts';
import type { Messages } from './catalogue.ts';

/** `listening, last message 3 s ago`; what stands in the way, and what to do about it. */
export function witnessState(words: Messages, status: WitnessStatus, now: number): string {
  const text = words.witnesses;
  const withLast = (state: string) => (status.lastMessageAt === undefined ? state : text.withLast(state, now - status.lastMessageAt));
  switch (status.state) {
    case 'listening':
      return withLast(text.listening);
    case 'waiting':
      return withLast(text.waiting[status.kind]);
    case 'off':
      return status.kind === 'recorder-plugin' ? text.notInstalled : text.off;
    case 'blocked': {
      if (status.problem === undefined) return text.blocked;
      const { message, hint } = words.problems.witness(status.problem);
      return words.format.sentences([message, hint]);
    }
  }
}

/** What a reader has to know of a message beside its words; empty for one that a file on disk holds. */
export function messageMarks(words: Messages, message: Pick<MessageView, 'persisted' | 'provenance' | 'interrupted'>): readonly string[] {
  if (message.persisted) return [];
  const { onlyHere, neverSaved, cutOff } = words.witnesses;
  const from = message.provenance === 'transcript' ? onlyHere : neverSaved[message.provenance];
  return message.interrupted === true ? [from, cutOff] : [from];
}
