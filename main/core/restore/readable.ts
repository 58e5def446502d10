import type { MessageView, Provenance, SessionSummary } from '../types.ts';
import { localTime } from './local-time.ts';

/** Offset of the reader's time zone at an instant, minutes, east positive. */
export type UtcOffset = (at: number) => number;

/** What the forms to be read tell of a conversation, whatever they are written in. Pure. */
export interface Conversation {
  readonly session: SessionSummary;
  readonly continues?: SessionSummary;
  readonly continuedBy?: SessionSummary;
}

/** One way of writing a conversation down. */
export interface ReadableForm {
  heading(conversation: Conversation, utcOffset: UtcOffset): string;
  message(message: MessageView, text: string, utcOffset: UtcOffset): string;
  /** Between two messages, or beside the first or last one: what happened there. */
  marker(text: string): string;
  ending(): string;
}

const GAP_MS = 3 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const WITNESSES: Readonly<Record<Exclude<Provenance, 'transcript'>, string>> = {
  'recorder-plugin': 'the recorder saw it',
  'acp-store': 'the ACP runner kept it',
  trajectory: 'the trajectory of its run tells it',
  'pending-input': 'OpenClaw had accepted it',
  'gateway-stream': 'it was heard on the live stream',
};

/** Local, and in UTC where that is another time. */
export function momentText(at: number, utcOffset: UtcOffset): string {
  const { date, time, offset } = localTime(at, utcOffset(at));
  const local = `${date} ${time} ${offset}`;
  return offset === '+00:00' ? local : `${local} (${new Date(at).toISOString().slice(11, 19)} UTC)`;
}

/** What a reader has to know of a message beside its words. */
export function marksOf({ interrupted, persisted, provenance }: Pick<MessageView, 'interrupted' | 'persisted' | 'provenance'>): string[] {
  if (persisted) return [];
  const from =
    provenance === 'transcript'
      ? "Only in Clawback's recording: no file on disk holds this message."
      : `Never saved by OpenClaw: ${WITNESSES[provenance]}.`;
  return interrupted === true ? [from, 'This reply was cut off.'] : [from];
}

/** `undefined`: the conversation simply goes on. */
export function gapText(before: number | undefined, at: number | undefined): string | undefined {
  if (before === undefined || at === undefined || at - before < GAP_MS) return undefined;
  const hours = Math.round((at - before) / HOUR_MS);
  const days = Math.round((at - before) / DAY_MS);
  return at - before < 2 * DAY_MS ? `${hours} hours later` : `${days} days later`;
}

export function continuesText({ continues }: Conversation): string | undefined {
  return continues === undefined ? undefined : `OpenClaw reset the chat here: what came before is session ${continues.sessionId}.`;
}

export function continuedText({ continuedBy }: Conversation): string | undefined {
  return continuedBy === undefined ? undefined : `OpenClaw reset the chat here: it goes on in session ${continuedBy.sessionId}.`;
}

/** Names and values, in the order in which they are told. */
export function factsOf({ session }: Conversation, utcOffset: UtcOffset): readonly (readonly [name: string, value: string])[] {
  return [
    ['Agent', session.agent],
    ['Session', session.sessionId],
    ...(session.sessionKey === undefined ? [] : [['Key', session.sessionKey] as const]),
    ...(session.lastAppendAt === undefined ? [] : [['Last message', momentText(session.lastAppendAt, utcOffset)] as const]),
    ...(session.onlyHere === 0 ? [] : [["Only in Clawback's recording", `${session.onlyHere} of the messages`] as const]),
  ];
}
