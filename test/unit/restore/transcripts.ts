/** Synthetic transcript lines in the shapes that OpenClaw 2026.3.13 writes. */

export type Json = Readonly<Record<string, unknown>>;

export const header: Json = {
  type: 'session',
  version: 3,
  id: 'da5fd28e-e8e7-4fe6-b2a1-3eff9a9efe6e',
  timestamp: '2026-11-22T11:21:36.846Z',
  cwd: '/home/user/.openclaw/workspace',
};

const startedAt = Date.UTC(2026, 10, 22, 11, 21, 37);

export function user(id: string, parentId: string | null, text: string, second = 0): Json {
  const at = startedAt + second * 1000;
  const message = { role: 'user', content: [{ type: 'text', text }], timestamp: at };
  return { type: 'message', id, parentId, timestamp: new Date(at).toISOString(), message };
}

export function assistant(id: string, parentId: string | null, text: string, second = 0): Json {
  const at = startedAt + second * 1000;
  return { type: 'message', id, parentId, timestamp: new Date(at).toISOString(), message: reply([{ type: 'text', text }], 'stop', at) };
}

export function toolCall(id: string, parentId: string | null, calls: readonly string[], stopReason = 'toolUse'): Json {
  const content = calls.map((call) => ({ type: 'toolCall', id: call, name: 'read', arguments: { path: 'notes' } }));
  return { type: 'message', id, parentId, timestamp: new Date(startedAt).toISOString(), message: reply(content, stopReason, startedAt) };
}

export function toolResult(id: string, parentId: string | null, answers: string): Json {
  const message = { role: 'toolResult', toolCallId: answers, toolName: 'read', content: [], isError: false, timestamp: startedAt };
  return { type: 'message', id, parentId, timestamp: new Date(startedAt).toISOString(), message };
}

export function meta(id: string, parentId: string | null): Json {
  return { type: 'model_change', id, parentId, timestamp: '2026-11-22T11:21:36.859Z', provider: 'mock', modelId: 'mock-1' };
}

/** A conversation that OpenClaw takes as it is. */
export function healthy(turns = 2): string {
  const lines: Json[] = [header, meta('00000000', null)];
  let last = '00000000';
  for (let turn = 1; turn <= turns; turn += 1) {
    const [asked, answered] = [`aaaa${String(turn).padStart(4, '0')}`, `bbbb${String(turn).padStart(4, '0')}`];
    lines.push(user(asked, last, `question ${turn}`, turn), assistant(answered, asked, `answer ${turn} ✓`, turn));
    last = answered;
  }
  return text(lines);
}

export function text(lines: readonly (Json | string)[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

function reply(content: readonly unknown[], stopReason: string, at: number): Json {
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };
  const usage = { input: 1020, output: 20, cacheRead: 0, cacheWrite: 0, totalTokens: 1040, cost };
  return { role: 'assistant', content, api: 'openai-completions', provider: 'mock', model: 'mock-1', usage, stopReason, timestamp: at };
}
