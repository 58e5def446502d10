import type { MessageView, SessionSummary } from '../types.ts';
import { localTime } from './local-time.ts';

/** Offset of the reader's time zone at an instant, minutes, east positive. */
export type UtcOffset = (at: number) => number;

/** A conversation's title and origin. Pure. */
export function markdownHeading(session: SessionSummary, utcOffset: UtcOffset): string {
  const facts = [
    `Agent: ${asText(session.agent)}`,
    `Session: ${asText(session.sessionId)}`,
    ...(session.sessionKey === undefined ? [] : [`Key: ${asText(session.sessionKey)}`]),
    ...(session.lastAppendAt === undefined ? [] : [`Last message: ${moment(session.lastAppendAt, utcOffset)}`]),
    ...(session.onlyHere === 0 ? [] : [`Only in Clawback's recording: ${session.onlyHere} of the messages`]),
  ];
  return `# ${asText(session.title)}\n\n${facts.map((fact) => `- ${fact}\n`).join('')}\n`;
}

/**
 * One message: who, when, and the whole text in a fence that nothing in it can close. A message that no file on disk
 * holds any more is marked.
 */
export function markdownMessage(message: Pick<MessageView, 'role' | 'at' | 'persisted'>, text: string, utcOffset: UtcOffset): string {
  const heading = `## ${asText(message.role)}${message.at === undefined ? '' : ` · ${moment(message.at, utcOffset)}`}\n\n`;
  const mark = message.persisted ? '' : "> Only in Clawback's recording: no file on disk holds this message.\n\n";
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  return `${heading}${mark}${fence}text\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n\n`;
}

function moment(at: number, utcOffset: UtcOffset): string {
  const { date, time, offset } = localTime(at, utcOffset(at));
  return `${date} ${time} ${offset}`;
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** One line of plain text: titles come from messages and may hold anything. */
function asText(value: string): string {
  return value
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\u0000-\u001f\u007f]/g, '')
    .replaceAll(/[\\`*_[\]<>#|!&~]/g, (character) => `\\${character}`)
    .trim();
}
