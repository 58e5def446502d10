import type { Crash, Gap, MarkedMessage, Reset } from '../timeline-marks.ts';
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

/** What is written around the messages, in the reader's language. */
export interface ReadableWords {
  /** By role; another one stands as it is. */
  readonly roles: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<'agent' | 'session' | 'key' | 'lastMessage' | 'onlyHere', string>>;
  readonly neverSaved: Readonly<Record<Exclude<Provenance, 'transcript'>, string>>;
  readonly notOnDisk: string;
  readonly cutOff: string;
  readonly gaps: Readonly<Record<Gap, string>>;
  readonly resets: Readonly<Record<Reset, string>>;
  crashed(at: string, crash: Pick<Crash, 'noticed' | 'abrupt'>): string;
  ofTheMessages(messages: number): string;
  continues(sessionId: string): string;
  continuedBy(sessionId: string): string;
  hoursLater(hours: number): string;
  daysLater(days: number): string;
  characters(characters: number): string;
}

/** The same of a text to go on from in a new chat, which a model reads. */
export interface PromptWords {
  readonly who: Readonly<Record<'user' | 'assistant', string>>;
  /** `agent`: quoted. */
  preamble(agent: string, truncated: boolean): string;
  readonly beginning: string;
  readonly end: string;
  readonly goOn: string;
  toolResult(text: string): string;
  readonly restLeftOut: string;
  readonly cutOff: string;
}

/** For whom it is written. */
export interface Reader {
  readonly words: ReadableWords;
  readonly promptWords: PromptWords;
  /** BCP 47. */
  readonly language: string;
  readonly utcOffset: UtcOffset;
  /** A name before what it names. */
  label(name: string): string;
  /** One after the other. */
  sentences(parts: readonly string[]): string;
}

/** One way of writing a conversation down. */
export interface ReadableForm {
  heading(conversation: Conversation, reader: Reader): string;
  message(message: MessageView, text: string, reader: Reader): string;
  /** Between two messages, or beside the first or last one: what happened there. */
  marker(text: string): string;
  ending(): string;
}

const PAUSE_MS = 3 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Local, and in UTC where that is another time. */
export function momentText(at: number, utcOffset: UtcOffset): string {
  const { date, time, offset } = localTime(at, utcOffset(at));
  const local = `${date} ${time} ${offset}`;
  return offset === '+00:00' ? local : `${local} (${new Date(at).toISOString().slice(11, 19)} UTC)`;
}

/** As the reader calls who spoke. */
export function roleText(role: string, { words }: Reader): string {
  return Object.hasOwn(words.roles, role) ? (words.roles[role] ?? role) : role;
}

/** What a reader has to know of a message beside its words. */
export function marksOf(
  { interrupted, persisted, provenance }: Pick<MessageView, 'interrupted' | 'persisted' | 'provenance'>,
  { words }: Reader,
): readonly string[] {
  if (persisted) return [];
  const from = provenance === 'transcript' ? words.notOnDisk : words.neverSaved[provenance];
  return interrupted === true ? [from, words.cutOff] : [from];
}

/** What is known to be missing before a message. */
export function missingText({ gapBefore }: MarkedMessage, { words }: Reader): string | undefined {
  return gapBefore === undefined ? undefined : words.gaps[gapBefore];
}

/** OpenClaw began anew before a message, in the same transcript. */
export function resetText({ resetBefore }: MarkedMessage, { words }: Reader): string | undefined {
  return resetBefore === undefined ? undefined : words.resets[resetBefore];
}

/** How OpenClaw ended after a message. */
export function crashText({ crashAfter }: MarkedMessage, { words, utcOffset }: Reader): string | undefined {
  return crashAfter === undefined ? undefined : words.crashed(momentText(crashAfter.at, utcOffset), crashAfter);
}

/** `undefined`: the conversation simply goes on. */
export function pauseText(before: number | undefined, at: number | undefined, { words }: Reader): string | undefined {
  if (before === undefined || at === undefined || at - before < PAUSE_MS) return undefined;
  const hours = Math.round((at - before) / HOUR_MS);
  const days = Math.round((at - before) / DAY_MS);
  return at - before < 2 * DAY_MS ? words.hoursLater(hours) : words.daysLater(days);
}

export function continuesText({ continues }: Conversation, { words }: Reader): string | undefined {
  return continues === undefined ? undefined : words.continues(continues.sessionId);
}

export function continuedText({ continuedBy }: Conversation, { words }: Reader): string | undefined {
  return continuedBy === undefined ? undefined : words.continuedBy(continuedBy.sessionId);
}

/** Names and values, in the order in which they are told. */
export function factsOf({ session }: Conversation, { words, utcOffset }: Reader): readonly (readonly [name: string, value: string])[] {
  const { facts } = words;
  return [
    [facts.agent, session.agent],
    [facts.session, session.sessionId],
    ...(session.sessionKey === undefined ? [] : [[facts.key, session.sessionKey] as const]),
    ...(session.lastAppendAt === undefined ? [] : [[facts.lastMessage, momentText(session.lastAppendAt, utcOffset)] as const]),
    ...(session.onlyHere === 0 ? [] : [[facts.onlyHere, words.ofTheMessages(session.onlyHere)] as const]),
  ];
}
