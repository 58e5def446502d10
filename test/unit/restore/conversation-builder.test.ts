import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildConversation, surveyConversation } from '../../../main/core/restore/conversation-builder.ts';
import { splitLines } from '../../../main/core/restore/reading.ts';
import { assistant, header, healthy, type Json, meta, text, toolCall, toolResult, user } from './transcripts.ts';

const options = { sessionId: '11111111-2222-4333-8444-555555555555', cwd: '/work', fallbackAt: Date.UTC(2026, 0, 1) };

/** As chunks come: cut anywhere. */
function* inPieces(bytes: Uint8Array): IterableIterator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97);
}

function build(captured: string | Uint8Array) {
  const lines = [...splitLines(inPieces(typeof captured === 'string' ? Buffer.from(captured) : captured))];
  const survey = surveyConversation(lines, options);
  const bytes = Buffer.concat([...buildConversation(lines, survey)]);
  return { ...survey, bytes, text: bytes.toString('utf8'), entries: bytes.toString('utf8').split('\n').filter(Boolean).map(parse) };
}

function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

/** The chain that OpenClaw shows its model: from the last entry up. */
function chainOf(entries: readonly Record<string, unknown>[]): unknown[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const chain: unknown[] = [];
  for (let entry = entries.at(-1); entry !== undefined; entry = byId.get(entry.parentId)) chain.unshift(entry.id);
  return chain;
}

describe('a conversation that OpenClaw takes as it is', () => {
  test('is verbatim, byte for byte', () => {
    const built = build(healthy());
    expect(built).toMatchObject({ form: 'verbatim', changes: [], messages: 4 });
    expect(built.text).toBe(healthy());
  });

  test('is verbatim with CRLF line ends', () => {
    const crlf = healthy().replaceAll('\n', '\r\n');
    expect(build(crlf)).toMatchObject({ form: 'verbatim', text: crlf });
  });

  test('is verbatim with a branch beside the last chain', () => {
    const branched = text([header, user('a', null, 'one'), user('b', 'a', 'left behind'), assistant('c', 'a', 'two')]);
    expect(build(branched).form).toBe('verbatim');
  });

  test('is verbatim when a broken branch is not on the last chain', () => {
    const branched = text([header, user('a', null, 'one'), user('b', 'nowhere', 'left behind'), assistant('c', 'a', 'two')]);
    expect(build(branched)).toMatchObject({ form: 'verbatim', text: branched });
  });

  test('is verbatim when all tool calls have their results', () => {
    const used = text([
      header,
      user('a', null, 'go'),
      toolCall('b', 'a', ['t1', 't2']),
      toolResult('c', 'b', 't1'),
      toolResult('d', 'c', 't2'),
    ]);
    expect(build(used).form).toBe('verbatim');
  });

  test('is verbatim when an aborted reply had asked for a tool', () => {
    expect(build(text([header, user('a', null, 'go'), toolCall('b', 'a', ['t1'], 'aborted')])).form).toBe('verbatim');
  });

  test('is verbatim when later talk passed over a tool call', () => {
    const passed = text([
      header,
      user('a', null, 'go'),
      toolCall('b', 'a', ['t1']),
      user('c', 'b', 'never mind'),
      assistant('d', 'c', 'ok'),
    ]);
    expect(build(passed).form).toBe('verbatim');
  });
});

describe('the header', () => {
  test('is added in version 3 with the new id where there is none', () => {
    const built = build(text([user('a', null, 'one'), assistant('b', 'a', 'two')]));
    expect(built.changes).toEqual(['header-added']);
    expect(built.entries[0]).toEqual({
      type: 'session',
      version: 3,
      id: options.sessionId,
      timestamp: '2026-11-22T11:21:37.000Z',
      cwd: '/work',
    });
  });

  test('that is valid keeps its bytes in a rebuilt conversation', () => {
    const built = build(`${JSON.stringify(header)}\ngarbage\n${JSON.stringify(assistant('a', null, 'one'))}\n`);
    expect(built.text.startsWith(`${JSON.stringify(header)}\n`)).toBe(true);
  });

  test('without an id gets the new one', () => {
    const built = build(text([{ type: 'session', version: 3, cwd: '/x' }, assistant('a', null, 'one')]));
    expect(built.changes).toEqual(['header-fixed']);
    expect(built.entries[0]).toEqual({ type: 'session', version: 3, id: options.sessionId, cwd: '/x' });
  });

  test('with an id that is no string gets the new one', () => {
    const built = build(text([{ ...header, id: 7 }, assistant('a', null, 'one')]));
    expect(built.entries[0]).toEqual({ ...header, id: options.sessionId });
  });

  test('loses a byte order mark, over which OpenClaw stumbles', () => {
    const built = build(`\uFEFF${healthy()}`);
    expect(built).toMatchObject({ form: 'rebuilt', changes: ['header-fixed'], text: healthy() });
  });

  test('that comes second is dropped and what follows joins what stands before', () => {
    const built = build(
      text([header, user('a', null, 'one'), assistant('b', 'a', 'two'), header, user('c', null, 'three'), assistant('d', 'c', 'four')]),
    );
    expect(built.changes).toEqual(['extra-header-dropped', 'parent-fixed']);
    expect(chainOf(built.entries)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('that stands behind entries is moved to the front and its folder kept', () => {
    const built = build(text([assistant('a', null, 'one'), header, user('b', null, 'two')]));
    expect(built.changes).toEqual(['extra-header-dropped', 'header-added', 'parent-fixed']);
    expect(built.entries[0]).toMatchObject({ type: 'session', id: options.sessionId, cwd: header.cwd });
    expect(chainOf(built.entries)).toEqual(['a', 'b']);
  });
});

describe('lines that are no entries', () => {
  test('are dropped and counted, and what hung on them joins the line before', () => {
    const built = build(
      text([header, user('a', null, 'one'), '{"type":"message","id":"x"', '[1]', 'null', '{"no":"type"}', assistant('b', 'x', 'two')]),
    );
    expect(built.changes).toEqual(['garbage-line-dropped:4', 'parent-fixed']);
    expect(chainOf(built.entries)).toEqual(['a', 'b']);
  });

  test('that are message entries without a message are dropped', () => {
    expect(build(text([header, { type: 'message', id: 'x', parentId: null }, assistant('a', null, 'one')])).changes).toEqual([
      'garbage-line-dropped',
    ]);
  });

  test('that are torn at the end of the file are dropped', () => {
    const built = build(`${healthy()}{"type":"message","id":"cut","par`);
    expect(built).toMatchObject({ changes: ['torn-line-dropped'], text: healthy() });
  });

  test('that hold only NULs are dropped', () => {
    expect(build(`${healthy()}${'\0'.repeat(40)}\n`)).toMatchObject({ changes: ['garbage-line-dropped'], text: healthy() });
  });

  test('lose the NULs of a power cut in front of an entry that is whole', () => {
    const last = JSON.stringify(user('c', 'bbbb0002', 'after the cut'));
    expect(build(`${healthy()}${'\0'.repeat(40)}${last}\n`)).toMatchObject({
      changes: ['junk-bytes-removed'],
      text: `${healthy()}${last}\n`,
    });
  });

  test('keep their bytes when they are not valid UTF-8 inside a string', () => {
    const odd = Buffer.concat([
      Buffer.from(healthy()),
      Buffer.from('{"type":"custom","id":"c","parentId":"bbbb0002","data":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}\n'),
    ]);
    expect(build(odd).bytes.equals(odd)).toBe(true);
  });
});

test('a last line without line feed that is whole gets one', () => {
  expect(build(healthy().slice(0, -1))).toMatchObject({ form: 'rebuilt', changes: ['newline-added'], text: healthy() });
});

describe('ids and parents', () => {
  test('an entry that stands there twice is kept once', () => {
    const twice = user('a', null, 'one');
    const built = build(text([header, twice, twice, assistant('b', 'a', 'two')]));
    expect(built).toMatchObject({ changes: ['duplicate-dropped'], messages: 2, text: text([header, twice, assistant('b', 'a', 'two')]) });
  });

  test('two entries of one id are both kept, and what follows the second stays below it', () => {
    const built = build(text([header, user('a', null, 'one'), user('a', null, 'other'), assistant('b', 'a', 'two')]));
    expect(built.changes).toEqual(['id-replaced', 'parent-fixed']);
    const [, , second, last] = built.entries;
    expect(second?.id).toMatch(/^[0-9a-f]{8}$/);
    expect(last?.parentId).toBe(second?.id);
    expect(built.messages).toBe(3);
  });

  test('missing ids become fresh ones of eight hex digits, linked line by line', () => {
    const bare = (entry: Json): Json => Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'id' && key !== 'parentId'));
    const built = build(text([header, bare(user('', null, 'one')), bare(assistant('', null, 'two'))]));
    expect(built.changes).toEqual(['id-added:2', 'parent-fixed:2']);
    const [, first, second] = built.entries;
    expect([first?.id, second?.id]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), expect.stringMatching(/^[0-9a-f]{8}$/)]);
    expect([first?.parentId, second?.parentId]).toEqual([null, first?.id]);
  });

  test('the tail that a reset cut off starts at a root', () => {
    const built = build(text([assistant('z', 'in-the-archive', 'the rest of the turn')]));
    expect(built.changes).toEqual(['header-added', 'parent-fixed']);
    expect(built.entries[1]).toMatchObject({ id: 'z', parentId: null });
  });

  test('circles become a line', () => {
    const built = build(text([header, user('a', 'b', 'one'), assistant('b', 'a', 'two')]));
    expect(chainOf(built.entries)).toEqual(['a', 'b']);
  });

  test('patched lines keep every other byte', () => {
    const odd =
      '{ "type" : "message" , "parentId" : "gone", "id":"a","n":12345678901234567890,"message":{"role":"user","content":"\\u00e9 é"}}';
    const built = build(`${JSON.stringify(header)}\n${odd}\n${JSON.stringify(assistant('b', 'a', 'x'))}\n`);
    expect(built.text.split('\n')[1]).toBe(odd.replace('"gone"', 'null'));
  });
});

describe('messages that OpenClaw needs', () => {
  test('an assistant message is added with all its fields when there is none', () => {
    const built = build(text([header, user('a', null, 'one')]));
    expect(built).toMatchObject({ changes: ['assistant-added'], messages: 1 });
    expect(built.entries.at(-1)).toEqual({
      type: 'message',
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      parentId: 'a',
      timestamp: '2026-11-22T11:21:37.001Z',
      message: {
        role: 'assistant',
        content: [{ type: 'text', text: expect.stringContaining('Clawback') }],
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
        timestamp: Date.UTC(2026, 10, 22, 11, 21, 37) + 1,
      },
    });
  });

  test('tool calls without a result at the end get one that says so', () => {
    const built = build(text([header, user('a', null, 'go'), toolCall('b', 'a', ['t1', 't2']), toolResult('c', 'b', 't1')]));
    expect(built.changes).toEqual(['tool-result-added']);
    expect(built.entries.at(-1)).toMatchObject({
      parentId: 'c',
      message: { role: 'toolResult', toolCallId: 't2', toolName: 'read', isError: true },
    });
  });

  test('assistant messages without the fields that OpenClaw reads are completed when a rebuild is needed anyway', () => {
    const poor = {
      type: 'message',
      id: 'a',
      parentId: null,
      timestamp: '2026-11-22T11:21:37.000Z',
      message: { role: 'assistant', content: 'hi', model: 'm' },
    };
    const built = build(text([poor]));
    expect(built.changes).toEqual(['header-added', 'assistant-completed']);
    expect(built.entries[1]?.message).toMatchObject({
      content: [{ type: 'text', text: 'hi' }],
      model: 'm',
      stopReason: 'stop',
      usage: { totalTokens: 0 },
    });
  });

  test('a conversation of no messages counts none', () => {
    expect(build(text([header, meta('a', null)])).messages).toBe(0);
  });
});

const anyLine = fc.oneof(
  fc
    .constantFrom(
      header,
      meta('m1', null),
      user('u1', 'm1', 'x'),
      assistant('a1', 'u1', 'y'),
      toolCall('t1', 'a1', ['c1']),
      toolResult('r1', 't1', 'c1'),
    )
    .map((line) => JSON.stringify(line)),
  fc
    .record({
      type: fc.constantFrom('message', 'custom', 'session'),
      id: fc.constantFrom('u1', 'a1', 'q', 7, undefined),
      parentId: fc.constantFrom('u1', 'q', null, undefined),
      message: fc.constantFrom({ role: 'user' }, { role: 'assistant' }, undefined, 3),
    })
    .map((line) => JSON.stringify(line)),
  fc.string(),
);

test('whatever is captured, a rebuilt conversation is one that OpenClaw takes as it is', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 12 }), fc.boolean(), (lines, terminated) => {
      const captured = lines.join('\n') + (terminated ? '\n' : '');
      const built = build(captured);
      const again = build(built.bytes);
      expect({ form: again.form, changes: again.changes, messages: again.messages - built.suffix.length }).toEqual({
        form: 'verbatim',
        changes: [],
        messages: built.messages,
      });
      expect(again.bytes.equals(built.bytes)).toBe(true);
      expect(build(captured).bytes.equals(built.bytes)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
