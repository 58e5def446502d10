import type { MessageView } from '../types.ts';
import { type Conversation, factsOf, marksOf, momentText, type ReadableForm, type Reader, roleText } from './readable.ts';

/** A conversation in Markdown. Each message stands in a fence that nothing in it can close. */
export const markdown: ReadableForm = {
  heading: heading,
  message: section,
  marker: (text) => `*${asText(text)}*\n\n`,
  ending: () => '',
};

function heading(conversation: Conversation, reader: Reader): string {
  const facts = factsOf(conversation, reader).map(([name, value]) => `- ${reader.label(name)}${asText(value)}\n`);
  return `# ${asText(conversation.session.title)}\n\n${facts.join('')}\n`;
}

/** What a tool gave back is folded: few come for that. */
function section(message: MessageView, text: string, reader: Reader): string {
  const { words, utcOffset } = reader;
  const title = `## ${asText(roleText(message.role, reader))}${message.at === undefined ? '' : ` · ${momentText(message.at, utcOffset)}`}\n\n`;
  const marks = reader.sentences(marksOf(message, reader));
  const noted = marks === '' ? '' : `> ${marks}\n\n`;
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  const fenced = `${fence}text\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n\n`;
  if (message.role !== 'tool') return `${title}${noted}${fenced}`;
  return `${title}${noted}<details><summary>${words.characters(text.length)}</summary>\n\n${fenced}</details>\n\n`;
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
