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

/** Which tool each result is of: results come in the order of the calls before them. */
export function toolNames(messages: readonly MessageView[]): ReadonlyMap<MessageView, string> {
  const names = new Map<MessageView, string>();
  let waiting: string[] = [];
  for (const message of messages) {
    if (isToolResult(message)) {
      const name = waiting.shift();
      if (name !== undefined) names.set(message, name);
    } else {
      waiting = [...withoutCalls(message).calls];
    }
  }
  return names;
}
