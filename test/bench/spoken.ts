import { WordStream } from './word-stream.ts';

type Lines = (message: Readonly<Record<string, unknown>>) => void;

const MOST_TOOL_ROUNDS = 4;
const TOOL_RESULT_LINES = [4, 60] as const;
const ENVELOPE = `Sender (untrusted metadata):\n\`\`\`json\n${JSON.stringify({ label: 'bench (gateway-client)', id: 'gateway-client', name: 'bench', username: 'bench' }, null, 2)}\n\`\`\`\n\n`;
const USAGE = { input: 1020, output: 20, cacheRead: 0, cacheWrite: 0, totalTokens: 1040 };
const COST = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };

/**
 * Turns of a conversation in the shapes of OpenClaw 2026.3: a question in its envelope, no to three rounds of thinking, tool
 * call and tool result, an answer. The words of question and answer, which are what a search finds, are about a quarter of
 * the bytes; the rest is what surrounds them in such files: output of tools, arguments, ids, usage.
 */
export class Spoken {
  readonly words = new WordStream(46_250);

  turn(at: number, write: Lines): void {
    const stamp = new Date(at).toISOString();
    const text = `${ENVELOPE}[Thu ${stamp.slice(0, 10)} ${stamp.slice(11, 16)} UTC] ${this.words.prose(this.words.around(4, 120))}`;
    write({ role: 'user', content: [{ type: 'text', text }], timestamp: at });
    for (let rounds = this.words.around(0, MOST_TOOL_ROUNDS); rounds > 0; rounds--) this.#toolRound(at, write);
    write(this.#assistant([{ type: 'text', text: this.words.prose(this.words.around(20, 500)) }], 'stop', at));
  }

  #toolRound(at: number, write: Lines): void {
    const { words } = this;
    const id = `call_${words.hex(8)}`;
    const thinking = { type: 'thinking', thinking: words.prose(words.around(10, 90)) };
    const text = words.next() % 2 === 0 ? [{ type: 'text', text: words.prose(words.around(5, 40)) }] : [];
    const isCommand = words.next() % 2 === 0;
    const path = `/home/user/workspace/${words.word()}/${words.word()}.ts`;
    const call = isCommand
      ? { type: 'toolCall', id, name: 'exec', arguments: { command: `grep -rn ${words.word()} ${path} | head -50` } }
      : { type: 'toolCall', id, name: 'read', arguments: { path } };
    write(this.#assistant([thinking, ...text, call], 'toolUse', at));
    const output = this.#output(isCommand, at);
    const details = isCommand
      ? { status: 'completed', exitCode: 0, durationMs: words.next() % 5_000, aggregated: output, cwd: '/home/user/workspace' }
      : {};
    const content = [{ type: 'text', text: output }];
    write({ role: 'toolResult', toolCallId: id, toolName: call.name, content, details, isError: false, timestamp: at });
  }

  #output(isCommand: boolean, at: number): string {
    const { words } = this;
    const lines = Array.from({ length: words.around(...TOOL_RESULT_LINES) }, (_, index) =>
      isCommand
        ? `${new Date(at + index * 37).toISOString()} INFO  [${words.word()}] ${words.sentence(words.around(3, 12))} id=${words.hex(8)} took=${words.next() % 900}ms`
        : `  const ${words.word()} = await ${words.word()}.${words.word()}(${words.word()}, ${words.next() % 100}); // ${words.sentence(words.around(0, 8))}`,
    );
    return lines.join('\n');
  }

  #assistant(content: readonly unknown[], stopReason: string, timestamp: number): Readonly<Record<string, unknown>> {
    const model = { api: 'openai-completions', provider: 'bench', model: 'bench-1' };
    return { role: 'assistant', content, ...model, usage: { ...USAGE, cost: COST }, stopReason, timestamp };
  }
}
