import { expect, test } from 'vitest';
import { parseLine } from '../../../main/core/sources/registry.ts';
import { type WitnessedContent, witnessedLine } from '../../../main/core/store/witness-line.ts';

const AT = Date.UTC(2026, 10, 22, 19, 37);

function entry(overrides: Partial<WitnessedContent>, place = 0) {
  const line = witnessedLine(
    { witness: 'gateway-stream', ref: 'r', role: 'assistant', phase: 'final', at: AT, text: 'said', ...overrides },
    place,
  );
  expect(line.at(-1)).toBe(10);
  expect(line.indexOf(10)).toBe(line.length - 1);
  return { parsed: parseLine('openclaw-jsonl', line.subarray(0, -1)), json: JSON.parse(Buffer.from(line).toString('utf8')) };
}

test('a reply that is known by its text alone has every field that OpenClaw reads unasked', () => {
  const { json, parsed } = entry({ runId: 'run', phase: 'partial' });
  expect(json).toEqual({
    type: 'message',
    id: expect.stringMatching(/^[0-9a-f]{8}$/),
    parentId: null,
    timestamp: '2026-11-22T19:37:00.000Z',
    message: {
      role: 'assistant',
      content: [{ type: 'text', text: 'said' }],
      timestamp: AT,
      api: 'openai-completions',
      provider: 'openclaw',
      model: 'clawback-restored',
      usage: {
        input: 0,
        output: 0,
        cacheRead: 0,
        cacheWrite: 0,
        totalTokens: 0,
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
      },
      stopReason: 'stop',
    },
    clawback: { witness: 'gateway-stream', phase: 'partial', runId: 'run' },
  });
  expect(parsed).toMatchObject({ kind: 'message', role: 'assistant', text: 'said', at: AT, entryId: json.id });
});

test('user and tool have the shape of their role', () => {
  expect(entry({ role: 'user' }).json.message).toEqual({ role: 'user', content: [{ type: 'text', text: 'said' }], timestamp: AT });
  expect(entry({ role: 'tool' }).json.message).toMatchObject({ role: 'toolResult', toolName: 'unknown', isError: false });
  expect(entry({ role: 'tool' }).parsed).toMatchObject({ role: 'tool', text: 'said' });
});

test('the message as OpenClaw would persist it is kept whole', () => {
  const message = {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'whole' },
      { type: 'toolCall', id: 'c', name: 'exec', arguments: {} },
    ],
    api: 'a',
    provider: 'p',
    model: 'm',
    usage: { input: 1 },
    stopReason: 'toolUse',
    timestamp: 17,
    extra: { kept: true },
  };
  const { json, parsed } = entry({ message: JSON.stringify(message) });
  expect(json.message).toEqual(message);
  expect(parsed.text).toBe('whole\n[tool exec]');
});

test.each([
  ['no JSON', '{"role":'],
  ['no object', '[1]'],
  ['another role', '{"role":"user","content":"x"}'],
  ['nested without end', `{"role":"assistant","content":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`],
  ['nested beside the content', `{"role":"assistant","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
])('a message that is %s is built from its text', (_, message) => {
  expect(entry({ message }).parsed).toMatchObject({ kind: 'message', role: 'assistant', text: 'said' });
});

test('fields of a wrong type are replaced and blocks that are no blocks left out', () => {
  const message = JSON.stringify({
    role: 'assistant',
    content: [null, 'x', { type: 'text', text: 'kept' }],
    usage: 1,
    model: 2,
    timestamp: -1,
  });
  const { json } = entry({ message });
  expect(json.message).toMatchObject({
    content: [{ type: 'text', text: 'kept' }],
    usage: { input: 0 },
    model: 'clawback-restored',
    timestamp: AT,
  });
});

test('content that is a bare string becomes a block', () => {
  expect(entry({ role: 'user', message: '{"role":"user","content":"bare"}' }).json.message.content).toEqual([
    { type: 'text', text: 'bare' },
  ]);
});

test('equal messages in different places have different ids', () => {
  expect(entry({}, 0).json.id).not.toBe(entry({}, 100).json.id);
  expect(entry({ ref: 'a' }).json.id).not.toBe(entry({ ref: 'b' }).json.id);
});
