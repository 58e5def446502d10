/**
 * An ACP agent (JSON-RPC, one object a line, on standard input and output), as `acpx` starts one. Words of the prompt steer it:
 * `SLOW n ms` (n pieces, ms apart) · `TOOL` (a tool call first) · `THINK` · `HANG` (pieces, then no end) · `MUTE` (nothing at all)
 * · `CRASH n` (kills itself after n pieces). It repeats the last `#word` of the prompt.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

interface Call {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: {
    readonly sessionId?: string;
    readonly prompt?: readonly { readonly text?: string }[];
    readonly protocolVersion?: number;
  };
}

const cancelled = new Set<string>();

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function answerPrompt(id: unknown, sessionId: string, text: string): Promise<void> {
  cancelled.delete(sessionId);
  const update = (fields: object) => send({ method: 'session/update', params: { sessionId, update: fields } });
  const say = (words: string) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } });
  const end = (stopReason: string) => send({ id, result: { stopReason } });
  const tag = /.*#([\w-]+)/s.exec(text)?.[1] ?? 'nothing';
  const [, pieces = '4', ms = '10'] = /SLOW (\d+) (\d+)/.exec(text) ?? [];
  const crashAfter = /CRASH (\d+)/.exec(text)?.[1];

  if (text.includes('MUTE')) return;
  if (text.includes('THINK')) {
    update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: `thinking of ${tag}` } });
  }
  if (text.includes('TOOL')) {
    const call = { toolCallId: 'call-1', title: 'read file', kind: 'read', status: 'in_progress', rawInput: { path: 'a.txt' } };
    update({ sessionUpdate: 'tool_call', ...call });
    await delay(20);
    const content = [{ type: 'content', content: { type: 'text', text: `file of ${tag}` } }];
    update({ sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status: 'completed', content });
  }
  for (let piece = 0; piece < Number(pieces); piece++) {
    if (cancelled.has(sessionId)) return end('cancelled');
    say(piece === 0 ? `acp reply to ${tag}: ` : `part ${piece} `);
    if (crashAfter !== undefined && piece + 1 >= Number(crashAfter)) process.kill(process.pid, 'SIGKILL');
    await delay(Number(ms));
  }
  if (text.includes('HANG')) return;
  if (cancelled.has(sessionId)) return end('cancelled');
  say(`end of ${tag}`);
  end('end_turn');
}

async function answer({ id, method, params = {} }: Call): Promise<void> {
  const sessionId = params.sessionId ?? '';
  switch (method) {
    case 'initialize': {
      const prompts = { image: false, audio: false, embeddedContext: true };
      const agentCapabilities = { loadSession: true, promptCapabilities: prompts };
      send({ id, result: { protocolVersion: params.protocolVersion ?? 1, agentCapabilities, authMethods: [] } });
      return;
    }
    case 'session/new':
      send({ id, result: { sessionId: `agent-${randomUUID()}` } });
      return;
    case 'session/prompt':
      await answerPrompt(id, sessionId, (params.prompt ?? []).map(({ text }) => text ?? '').join(''));
      return;
    case 'session/cancel':
      cancelled.add(sessionId);
      return;
    default:
      if (method !== undefined && id !== undefined) send({ id, result: {} });
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => void answer(JSON.parse(line) as Call))
  // A prompt that hangs must not outlive the one who asked.
  .on('close', () => process.exit(0));
