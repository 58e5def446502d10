import { createHash } from 'node:crypto';
import type { DemoTurn } from './conversations.ts';

/** Where the next line of a transcript goes; lines form a chain by `parentId`. */
export interface TranscriptTail {
  readonly sessionId: string;
  readonly lineCount: number;
  readonly lastEntryId: string | null;
}

export interface WrittenLines {
  /** Complete lines with their ends. */
  readonly text: string;
  readonly tail: TranscriptTail;
}

const usage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};

/** Header and model entries, as OpenClaw 2026.3.13 starts a transcript (version 3). */
export function openingLines(sessionId: string, cwd: string, at: number): WrittenLines {
  const header = JSON.stringify({ type: 'session', version: 3, id: sessionId, timestamp: iso(at), cwd });
  const tail: TranscriptTail = { sessionId, lineCount: 1, lastEntryId: null };
  const entries = chain(tail, at, [
    { type: 'model_change', provider: 'demo', modelId: 'demo-1' },
    { type: 'thinking_level_change', thinkingLevel: 'off' },
  ]);
  return { text: `${header}\n${entries.text}`, tail: entries.tail };
}

/** The user's message, on disk before the model is asked. */
export function userLines(tail: TranscriptTail, sender: string, turn: DemoTurn, at: number): WrittenLines {
  const text = `${envelope(sender, at)}${turn.user}`;
  return chain(tail, at, [{ type: 'message', message: { role: 'user', content: [{ type: 'text', text }], timestamp: at } }]);
}

/** What the agent does and says; a tool call and its result come first where the turn has one. */
export function assistantLines(tail: TranscriptTail, turn: DemoTurn, at: number): WrittenLines {
  const said = (content: readonly object[], stopReason: string) => ({
    type: 'message',
    message: { role: 'assistant', content, api: 'openai-completions', provider: 'demo', model: 'demo-1', usage, stopReason, timestamp: at },
  });
  const answer = said([{ type: 'text', text: turn.assistant }], 'stop');
  if (turn.tool === undefined) return chain(tail, at, [answer]);
  const toolCallId = `call_${tail.lineCount}`;
  const { name, command, output } = turn.tool;
  return chain(tail, at, [
    said([{ type: 'toolCall', id: toolCallId, name, arguments: { command } }], 'toolUse'),
    {
      type: 'message',
      message: { role: 'toolResult', toolCallId, toolName: name, content: [{ type: 'text', text: output }], isError: false, timestamp: at },
    },
    answer,
  ]);
}

/** `2026-11-22T11-00-37.934Z`, as archives carry it in their names. */
export function archiveStamp(at: number): string {
  return iso(at).replaceAll(':', '-');
}

function chain(tail: TranscriptTail, at: number, entries: readonly object[]): WrittenLines {
  let { lineCount, lastEntryId } = tail;
  let text = '';
  for (const entry of entries) {
    const id = createHash('sha256').update(`${tail.sessionId}:${lineCount}`).digest('hex').slice(0, 8);
    text += `${JSON.stringify({ ...entry, id, parentId: lastEntryId, timestamp: iso(at) })}\n`;
    lastEntryId = id;
    lineCount += 1;
  }
  return { text, tail: { sessionId: tail.sessionId, lineCount, lastEntryId } };
}

/** What OpenClaw puts before the text of a user and hides again in `chat.history`. */
function envelope(sender: string, at: number): string {
  const metadata = JSON.stringify({ label: sender, id: 'demo', name: sender }, undefined, 2);
  const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' }).format(at);
  return `Sender (untrusted metadata):\n\`\`\`json\n${metadata}\n\`\`\`\n\n[${weekday} ${iso(at).slice(0, 16).replace('T', ' ')} UTC] `;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
