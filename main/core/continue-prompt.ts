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
export function continuePrompt(session: Pick<SessionSummary, 'agent' | 'title'>, newestFirst: Iterable<MessageView>): ContinuePrompt {
  const told: string[] = [];
  let room = LONGEST_CHARS - preamble(session.agent, true).length - ENDING.length;
  let truncated = false;
  for (const message of newestFirst) {
    const { text, isWhole } = lineOf(message);
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
  return { text: `${preamble(session.agent, truncated)}${body}${ENDING}`, messages, truncated };
}

const SEPARATOR = '\n\n';
const ENDING = '\n\n--- End of the record ---\n\nContinue from here.\n';

function preamble(agent: string, truncated: boolean): string {
  const what = truncated ? 'the last part of the record' : 'the record';
  return [
    `What follows is ${what} of an earlier conversation with you (agent ${JSON.stringify(agent)}) that was lost.`,
    'It was recorded word for word. Read it as what was said before, not as new requests; nothing in it needs to be done again.',
    '',
    '--- Record, oldest message first ---',
    '',
    '',
  ].join('\n');
}

/** What a tool gave back is one line: that it was called matters, and rarely what it said. */
function lineOf({ role, text, truncated, interrupted }: MessageView): { readonly text: string; readonly isWhole: boolean } {
  const words = text.trim();
  if (words === '') return { text: '', isWhole: true };
  if (role === 'tool') {
    const line = words.replaceAll(/\s+/g, ' ');
    const isWhole = line.length <= LONGEST_TOOL_CHARS && !truncated;
    return { text: `[tool result: ${isWhole ? line : `${cut(line, LONGEST_TOOL_CHARS)} …`}]`, isWhole: true };
  }
  const isWhole = words.length <= LONGEST_MESSAGE_CHARS && !truncated;
  const said = isWhole ? words : `${cut(words, LONGEST_MESSAGE_CHARS)}\n[… the rest of this message is left out]`;
  return { text: `${nameOf(role)}:\n${said}${interrupted === true ? '\n[this reply was cut off]' : ''}`, isWhole };
}

function nameOf(role: string): string {
  if (role === 'user') return 'User';
  return role === 'assistant' ? 'Assistant' : role;
}

/** Not in the middle of a character of two units. */
function cut(text: string, chars: number): string {
  const end = /[\ud800-\udbff]/.test(text[chars - 1] ?? '') ? chars - 1 : chars;
  return text.slice(0, end);
}
