import type { MessageView } from '../types.ts';
import { type Conversation, factsOf, marksOf, momentText, type ReadableForm, type UtcOffset } from './readable.ts';

/** A conversation in Markdown. Each message stands in a fence that nothing in it can close. */
export const markdown: ReadableForm = {
  heading: (conversation, utcOffset) => heading(conversation, utcOffset),
  message: (message, text, utcOffset) => section(message, text, utcOffset),
  marker: (text) => `*${asText(text)}*\n\n`,
  ending: () => '',
};

function heading(conversation: Conversation, utcOffset: UtcOffset): string {
  const facts = factsOf(conversation, utcOffset).map(([name, value]) => `- ${name}: ${asText(value)}\n`);
  return `# ${asText(conversation.session.title)}\n\n${facts.join('')}\n`;
}

/** What a tool gave back is folded: few come for that. */
function section(message: MessageView, text: string, utcOffset: UtcOffset): string {
  const title = `## ${asText(message.role)}${message.at === undefined ? '' : ` · ${momentText(message.at, utcOffset)}`}\n\n`;
  const marks = marksOf(message);
  const noted = marks.length === 0 ? '' : `> ${marks.join(' ')}\n\n`;
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  const words = `${fence}text\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n\n`;
  if (message.role !== 'tool') return `${title}${noted}${words}`;
  return `${title}${noted}<details><summary>${text.length} characters</summary>\n\n${words}</details>\n\n`;
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
