import type { PromptWords } from './restore/readable.ts';
import type { MessageView, SessionSummary } from './types.ts';

/** About 6,000 tokens: more than most chats need to go on, and less than any model refuses. */
const LONGEST_CHARS = 24_000;
/** One message alone must not take the place of all others. */
const LONGEST_MESSAGE_CHARS = 8_000;
const LONGEST_TOOL_CHARS = 160;

export interface ContinuePrompt {
  readonly text: string;
  readonly messages: number;
  /** Something of the conversation is not in it. */
  readonly truncated: boolean;
}

/**
 * Pure. A text to paste into a new chat. `newestFirst` is read only as far as there is room; the prompt tells the oldest of them
 * first.
 */
export function continuePrompt(
  { agent }: Pick<SessionSummary, 'agent'>,
  newestFirst: Iterable<MessageView>,
  words: PromptWords,
): ContinuePrompt {
  const told: string[] = [];
  const beginning = (isPart: boolean) => `${words.preamble(JSON.stringify(agent), isPart)}\n\n--- ${words.beginning} ---\n\n`;
  const ending = `\n\n--- ${words.end} ---\n\n${words.goOn}\n`;
  let room = LONGEST_CHARS - Math.max(beginning(true).length, beginning(false).length) - ending.length;
  let truncated = false;
  for (const message of newestFirst) {
    const { text, isWhole } = lineOf(message, words);
    if (text === '') continue;
    if (text.length + SEPARATOR.length > room) {
      truncated = true;
      break;
    }
    room -= text.length + SEPARATOR.length;
    truncated ||= !isWhole;
    told.push(text);
  }
  const messages = told.length;
  const body = told.reverse().join(SEPARATOR);
  return { text: `${beginning(truncated)}${body}${ending}`, messages, truncated };
}

const SEPARATOR = '\n\n';
/** What a tool gave back is one line: that it was called matters, and rarely what it said. */
function lineOf(
  { role, text, truncated, interrupted }: MessageView,
  words: PromptWords,
): { readonly text: string; readonly isWhole: boolean } {
  const whole = text.trim();
  if (whole === '') return { text: '', isWhole: true };
  if (role === 'tool') {
    const line = whole.replaceAll(/\s+/g, ' ');
    const isWhole = line.length <= LONGEST_TOOL_CHARS && !truncated;
    return { text: `[${words.toolResult(isWhole ? line : `${cut(line, LONGEST_TOOL_CHARS)} …`)}]`, isWhole: true };
  }
  const isWhole = whole.length <= LONGEST_MESSAGE_CHARS && !truncated;
  const said = isWhole ? whole : `${cut(whole, LONGEST_MESSAGE_CHARS)}\n[… ${words.restLeftOut}]`;
  const who = role === 'user' || role === 'assistant' ? words.who[role] : role;
  return { text: `${who}:\n${said}${interrupted === true ? `\n[${words.cutOff}]` : ''}`, isWhole };
}

/** Not in the middle of a character of two units. */
function cut(text: string, chars: number): string {
  const end = /[\ud800-\udbff]/.test(text[chars - 1] ?? '') ? chars - 1 : chars;
  return text.slice(0, end);
}
