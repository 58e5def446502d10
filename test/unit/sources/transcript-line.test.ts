import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTranscriptLine } from '../../../main/core/sources/transcript-line.ts';

const AT = '2026-11-22T11:24:43.345Z';
const AT_MS = Date.parse(AT);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (entry: unknown) => parseTranscriptLine(bytes(JSON.stringify(entry)));
const message = (inner: object, rest: object = {}) =>
  parse({ type: 'message', id: '596025f6', parentId: '3f55c18b', timestamp: AT, message: inner, ...rest });

describe('the header', () => {
  test('tells session, version and time', () => {
    expect(parse({ type: 'session', version: 3, id: 's1', timestamp: AT, cwd: '/' })).toEqual({
      kind: 'header',
      sessionId: 's1',
      version: 3,
      at: AT_MS,
    });
  });

  test('without an id is none, because OpenClaw wipes a file that starts so', () => {
    expect(parse({ type: 'session', version: 3, timestamp: AT })).toEqual({ kind: 'opaque' });
  });
});

describe('a message', () => {
  test('of the user is unwrapped', () => {
    const content = [{ type: 'text', text: '[Sun 2026-11-22 11:24 UTC] hi' }];
    expect(message({ role: 'user', content, timestamp: 1 })).toEqual({
      kind: 'message',
      role: 'user',
      entryId: '596025f6',
      parentId: '3f55c18b',
      at: AT_MS,
      text: 'hi',
    });
  });

  test('may have a bare string as content', () => {
    expect(message({ role: 'user', content: 'hi' })).toMatchObject({ kind: 'message', role: 'user', text: 'hi' });
  });

  test('of the assistant shows tool calls by name, leaves thinking out and tells how it ended', () => {
    const content = [
      { type: 'thinking', thinking: 'secret' },
      { type: 'text', text: 'Let me run that.' },
      { type: 'toolCall', id: 'c1', name: 'exec', arguments: {} },
    ];
    expect(message({ role: 'assistant', content, stopReason: 'toolUse' })).toMatchObject({
      role: 'assistant',
      text: 'Let me run that.\n[tool exec]',
      stopReason: 'toolUse',
    });
  });

  test('of a tool is its result; pictures are named', () => {
    const content = [
      { type: 'text', text: 'done' },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ];
    expect(message({ role: 'toolResult', toolName: 'exec', content, stopReason: 'x' })).toMatchObject({
      kind: 'message',
      role: 'tool',
      text: 'done\n[image]',
    });
    expect(message({ role: 'toolResult', content, stopReason: 'x' })).not.toHaveProperty('stopReason');
  });

  test('after /new or /reset is marked as such', () => {
    const content = 'A new session was started via /new or /reset. Run it.';
    expect(message({ role: 'user', content })).toMatchObject({ startsSession: true });
    expect(message({ role: 'assistant', content })).not.toHaveProperty('startsSession');
  });

  test('has the time it says when its entry has none', () => {
    expect(message({ role: 'user', content: 'x', timestamp: 1795346644212 }, { timestamp: 'soon' })).toMatchObject({ at: 1795346644212 });
    expect(message({ role: 'user', content: 'x', timestamp: -1 }, { timestamp: '1' })).not.toHaveProperty('at');
  });

  test('of an unknown role is no message', () => {
    expect(message({ role: 'bashExecution', content: 'x' })).toMatchObject({ kind: 'meta', role: 'system' });
  });

  test('with content of no known shape is a message without words', () => {
    expect(message({ role: 'assistant', content: { deep: [1] } })).toMatchObject({ kind: 'message', text: '' });
    expect(message({ role: 'assistant', content: [null, 1, 'x', { type: 'text', text: 7 }] })).toMatchObject({ kind: 'message', text: '' });
  });

  test('has well-formed text whatever escapes it holds', () => {
    const line = parseTranscriptLine(bytes('{"type":"message","message":{"role":"assistant","content":"a\\ud800b"}}'));
    expect(line.text).toBe('a\uFFFDb');
  });

  test('does not take anything endless for an id', () => {
    expect(message({ role: 'user', content: 'x' }, { id: 'x'.repeat(10_000), parentId: 7 })).not.toHaveProperty('entryId');
  });
});

describe('other entries', () => {
  test('a compaction is a boundary', () => {
    expect(parse({ type: 'compaction', id: 'e301e094', parentId: 'p', timestamp: AT, summary: 'so far' })).toEqual({
      kind: 'boundary',
      boundary: 'compaction',
      role: 'system',
      entryId: 'e301e094',
      parentId: 'p',
      at: AT_MS,
      text: 'so far',
    });
  });

  test.each([
    ['model_change', { provider: 'mock', modelId: 'm' }],
    ['thinking_level_change', { thinkingLevel: 'off' }],
    ['custom', { customType: 'model-snapshot', data: {} }],
    ['custom_message', { customType: 'note', content: [{ type: 'text', text: 'note' }], display: true }],
    ['branch_summary', { summary: 'note' }],
    ['label', { label: 'note' }],
    ['session_info', { name: 'note' }],
  ])('%s is about the conversation', (type, rest) => {
    expect(parse({ type, id: 'a1', parentId: null, timestamp: AT, ...rest })).toMatchObject({ kind: 'meta', entryId: 'a1', at: AT_MS });
  });

  test.each([
    ['an unknown type', '{"type":"hologram","id":"a"}'],
    ['no type', '{"message":{"role":"user","content":"x"}}'],
    ['a message without one', '{"type":"message","message":"x"}'],
    ['a list', '[1,2]'],
    ['a number', '42'],
    ['null', 'null'],
    ['half a line', '{"type":"message","mess'],
    ['nothing', ''],
    ['NULs', '\0\0\0\0'],
    ['a byte order mark', '\uFEFF{"type":"session","id":"s"}'],
    ['a key that could poison', '{"__proto__":{"type":"session","id":"s"}}'],
  ])('%s is opaque', (_what, line) => {
    expect(parseTranscriptLine(bytes(line))).toEqual({ kind: 'opaque' });
  });

  test('bytes that are no text are opaque', () => {
    expect(parseTranscriptLine(Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d))).toEqual({ kind: 'opaque' });
  });

  test.each([
    ['lists', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['objects that never end', '{"a":'.repeat(1_000_000)],
    ['content', `{"type":"message","message":{"role":"user","content":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}}`],
  ])('a million levels of %s do not hurt', (_what, line) => {
    expect(['opaque', 'message']).toContain(parseTranscriptLine(bytes(line)).kind);
  });
});

test('parsing is total over JSON values and over bytes', () => {
  const entries = fc.record(
    {
      type: fc.constantFrom('session', 'message', 'compaction', 'custom_message', 'label'),
      id: fc.jsonValue(),
      timestamp: fc.jsonValue(),
      message: fc.jsonValue(),
      summary: fc.jsonValue(),
      content: fc.jsonValue(),
    },
    { requiredKeys: ['type'] },
  );
  const lines = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map(bytes),
    entries.map((entry) => bytes(JSON.stringify(entry))),
  );
  fc.assert(
    fc.property(lines, (line) => {
      const parsed = parseTranscriptLine(line);
      expect(['header', 'message', 'boundary', 'meta', 'opaque']).toContain(parsed.kind);
      expect(parsed.text === undefined || parsed.text.isWellFormed()).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
