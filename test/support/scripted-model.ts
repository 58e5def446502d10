import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** One request that the agent under test made, with its conversation flattened to text. */
export interface ModelRequest {
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  /** The user text that steers the answer. */
  readonly lastUserText: string;
}

/**
 * An OpenAI-compatible streaming model on loopback. Words in the last user message steer it:
 * `SLOW n ms` (n chunks, ms apart) · `LONG n` (n KB) · `TOOL` (one tool call, then an answer) · `HANG` (one chunk, then silence)
 * · `MUTE` (headers, then silence) · `SILENT` (answers NO_REPLY) · `FAIL500` · `BREAK` (an error instead of the end, not to be tried again).
 */
export interface ScriptedModel extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: readonly ModelRequest[];
  /** Resolves with the first request, past or future, whose last user message contains `part`. */
  requestWith(part: string, timeoutMs?: number): Promise<ModelRequest>;
}

/** What 2026.9 adds to what a person typed: a message after it, and a line below it in the first turn. */
const INTERNAL_CONTEXT = '<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>';
const RUNTIME_LINE = /\n\nRuntime: agent=[^\n]*$/;

interface Waiter {
  readonly part: string;
  readonly resolve: (request: ModelRequest) => void;
}

export async function startScriptedModel(): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const waiters = new Set<Waiter>();

  const server = createServer((request, response) => {
    answer(request, response, (seen) => {
      requests.push(seen);
      for (const waiter of [...waiters]) {
        if (!seen.lastUserText.includes(waiter.part)) continue;
        waiters.delete(waiter);
        waiter.resolve(seen);
      }
      return requests.length;
    }).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no TCP address');

  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    requestWith(part, timeoutMs = 30_000) {
      const past = requests.find((request) => request.lastUserText.includes(part));
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          reject(new Error(`the model was not asked within ${timeoutMs} ms for: ${part}`));
        }, timeoutMs);
        const waiter: Waiter = {
          part,
          resolve(request) {
            clearTimeout(timer);
            resolve(request);
          },
        };
        waiters.add(waiter);
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, onRequest: (seen: ModelRequest) => number): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  if (request.url?.endsWith('/models')) {
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ object: 'list', data: [{ id: 'mock-1', object: 'model' }] }));
    return;
  }

  const messages = readMessages(Buffer.concat(pieces).toString('utf8'));
  const typed = messages.filter(({ text }) => !text.startsWith(INTERNAL_CONTEXT));
  const lastUserText = typed.findLast((message) => message.role === 'user')?.text.replace(RUNTIME_LINE, '') ?? '';
  // Requests that arrive together have numbers of their own.
  const serial = onRequest({ messages, lastUserText });
  // The envelope before the text and a long history must not steer: only what the person typed last.
  const tail = lastUserText.slice(-300);

  if (tail.includes('FAIL500')) {
    response.writeHead(500).end('{"error":{"message":"scripted failure"}}');
    return;
  }

  const frame = (fields: object) =>
    response.write(
      `data: ${JSON.stringify({ id: `chatcmpl-${serial}`, object: 'chat.completion.chunk', created: 1, model: 'mock-1', ...fields })}\n\n`,
    );
  const text = (content: string) => frame({ choices: [{ index: 0, delta: { role: 'assistant', content } }] });
  const finish = (reason: string) => {
    frame({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
    frame({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 20, total_tokens: 1020 } });
    response.end('data: [DONE]\n\n');
  };

  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  if (tail.includes('MUTE')) return;
  if (tail.includes('SILENT')) {
    text('NO_REPLY');
    finish('stop');
    return;
  }
  if (tail.includes('TOOL') && typed.at(-1)?.role === 'user') {
    text('Let me run that. ');
    const call = { name: 'exec', arguments: JSON.stringify({ command: `echo tool-ran-${serial}` }) };
    frame({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: `call_${serial}`, type: 'function', function: call }] } }] });
    finish('tool_calls');
    return;
  }

  text(`Answer ${serial}. `);
  if (tail.includes('HANG')) return;
  const slow = /SLOW (\d+) (\d+)/.exec(tail);
  const long = /LONG (\d+)/.exec(tail);
  const chunks = Number(slow?.[1] ?? long?.[1] ?? 3);
  for (let index = 0; index < chunks; index++) {
    if (slow !== null) await delay(Number(slow[2]));
    if (response.destroyed) return;
    text(long === null ? `part ${index} ` : `${'x'.repeat(1000)} `);
  }
  if (tail.includes('BREAK')) response.end('data: {"error":{"message":"scripted refusal"}}\n\n');
  else finish('stop');
}

function readMessages(body: string): ModelRequest['messages'] {
  const parsed: { messages?: { role: string; content?: string | { text?: string }[] }[] } = JSON.parse(body);
  return (parsed.messages ?? []).map(({ role, content }) => ({
    role,
    text: typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join(''),
  }));
}
