import type { MessageView } from '../../main/core/types.ts';

const call = /^\[tool ([^\n]+)\]$/;

/** What an assistant said, and the tools that it called: the core writes each call as a line of its own. */
export function withoutCalls({ role, text }: Pick<MessageView, 'role' | 'text'>): {
  readonly said: string;
  readonly calls: readonly string[];
} {
  if (role !== 'assistant' || !text.includes('[tool ')) return { said: text, calls: [] };
  const said: string[] = [];
  const calls: string[] = [];
  for (const line of text.split('\n')) {
    const name = call.exec(line)?.[1];
    if (name === undefined) said.push(line);
    else calls.push(name);
  }
  return { said: said.join('\n'), calls };
}

export const isToolResult = ({ role }: Pick<MessageView, 'role'>): boolean => role === 'toolResult' || role === 'tool';

/**
 * Of which tool the message at this place is the result; `undefined` for any other message, and where nobody knows. Results come
 * in the order of the calls before them.
 */
export function toolAt(messages: readonly MessageView[], place: number): string | undefined {
  const message = messages[place];
  if (message === undefined || !isToolResult(message)) return undefined;
  let before = place - 1;
  let caller = messages[before];
  while (caller !== undefined && isToolResult(caller)) {
    before -= 1;
    caller = messages[before];
  }
  return caller === undefined ? undefined : withoutCalls(caller).calls[place - before - 1];
}
