import { describe, expect, test } from 'vitest';
import { buildConversation, type CapturedLine, surveyConversation } from '../../../main/core/restore/conversation-builder.ts';
import { readWitnessedLines } from '../../../main/core/restore/witnessed-line.ts';
import { assistant, header, type Json, meta, toolCall, toolResult, user } from './transcripts.ts';
import { type Said, said } from './witnessed.ts';

const options = { sessionId: 'da5fd28e-e8e7-4fe6-b2a1-3eff9a9efe6e', cwd: '/home/user', fallbackAt: 1 };

interface Entry {
  readonly id: string;
  readonly parentId: string | null;
  readonly timestamp: string;
  readonly message: { readonly role: string; readonly content: readonly { readonly text?: string }[]; readonly stopReason?: string };
}

function compose(captured: readonly Json[], witnessed: readonly Said[]) {
  const lines = (): CapturedLine[] => captured.map((line) => ({ bytes: Buffer.from(JSON.stringify(line)), terminated: true }));
  const survey = surveyConversation(lines(), options, readWitnessedLines(witnessed.map(said)));
  const text = Buffer.concat([...buildConversation(lines(), survey)]).toString('utf8');
  const [first, ...entries] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
  const talk = entries.filter(({ message }) => message !== undefined);
  return { survey, text, first, entries, talk, spoken: talk.map(({ message }) => `${message.role}: ${message.content[0]?.text ?? ''}`) };
}

function expectChain(entries: readonly Entry[]): void {
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  let last: string | null = null;
  for (const { id, parentId } of entries) {
    expect(parentId).toBe(last);
    last = id;
  }
}

const marker = 'user: (This message was not saved by OpenClaw and was not seen by Clawback.)';

describe('a conversation that no transcript holds', () => {
  const { survey, text, first, entries, spoken } = compose(
    [],
    [
      { role: 'user', text: 'where is the oak', second: 1 },
      { role: 'assistant', text: 'by the river', second: 2 },
    ],
  );

  test('is a whole transcript of its own', () => {
    expect(first).toEqual({ type: 'session', version: 3, id: options.sessionId, timestamp: '2026-11-22T11:21:38.000Z', cwd: '/home/user' });
    expect(spoken).toEqual(['user: where is the oak', 'assistant: by the river']);
    expectChain(entries);
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('has replies with every field that OpenClaw reads', () => {
    expect(entries[1]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      timestamp: '2026-11-22T11:21:39.000Z',
      message: {
        content: [{ type: 'text', text: 'by the river' }],
        api: expect.any(String),
        provider: expect.any(String),
        model: expect.any(String),
        usage: { totalTokens: 0, cost: { total: 0 } },
        stopReason: 'stop',
        timestamp: Date.parse('2026-11-22T11:21:39.000Z'),
      },
    });
  });

  test('says what it is made of', () => {
    expect(survey).toMatchObject({ form: 'rebuilt', messages: 2, unpersisted: 2, changes: ['unpersisted-added:2', 'header-added'] });
  });

  test('carries nothing of our own bookkeeping', () => expect(text).not.toContain('clawback":'));
});

describe('a message that is missing in a transcript', () => {
  const asked = [header, meta('00000000', null), user('aaaa0001', '00000000', 'one', 1), assistant('bbbb0001', 'aaaa0001', 'one!', 2)];

  test('stands where it was said, in one chain', () => {
    const { entries, spoken } = compose(
      [...asked, user('aaaa0002', 'bbbb0001', 'two', 5), assistant('bbbb0002', 'aaaa0002', 'two!', 6)],
      [
        { role: 'user', text: 'between', second: 3 },
        { role: 'assistant', text: 'between!', second: 4 },
      ],
    );
    expect(spoken).toEqual(['user: one', 'assistant: one!', 'user: between', 'assistant: between!', 'user: two', 'assistant: two!']);
    expectChain(entries);
  });

  test('is behind the last one when it was said last', () => {
    const { entries, spoken } = compose(asked, [{ role: 'user', text: 'late', second: 9 }]);
    expect(spoken).toEqual(['user: one', 'assistant: one!', 'user: late']);
    expectChain(entries);
  });

  test('is seen by the model although OpenClaw had branched its prompt away', () => {
    const { entries, spoken } = compose(
      [...asked, user('aaaa0002', 'bbbb0001', 'cut off', 5), user('aaaa0003', 'bbbb0001', 'again', 9)],
      [{ role: 'assistant', text: 'half a rep', second: 6, phase: 'partial' }],
    );
    expect(spoken.slice(2)).toEqual(['user: cut off', 'assistant: half a rep', 'user: again']);
    expectChain(entries);
  });

  test('does not come between a tool call and its result', () => {
    const { spoken } = compose(
      [
        header,
        user('aaaa0001', null, 'one', 1),
        toolCall('cccc0001', 'aaaa0001', ['call-1']),
        { ...toolResult('cccc0002', 'cccc0001', 'call-1'), timestamp: '2026-11-22T11:21:47.000Z' },
      ],
      [{ role: 'user', text: 'meanwhile', second: 3 }],
    );
    expect(spoken.map((line) => line.split(':')[0])).toEqual(['user', 'assistant', 'toolResult', 'user']);
  });

  test('that is the result of a tool answers its call', () => {
    const { survey, spoken } = compose(
      [
        header,
        user('aaaa0001', null, 'one', 1),
        toolCall('cccc0001', 'aaaa0001', ['call-1']),
        assistant('bbbb0001', 'cccc0001', 'done', 9),
      ],
      [{ role: 'toolResult', text: 'seen', second: 3, toolCallId: 'call-1' }],
    );
    expect(spoken).toEqual(['user: one', 'assistant: ', 'toolResult: seen', 'assistant: done']);
    expect(survey.changes).toEqual(['unpersisted-added']);
  });

  test('keeps an id of its own when a captured one has the same', () => {
    const { entries } = compose(asked, [{ role: 'user', text: 'late', second: 9, id: 'bbbb0001' }]);
    expectChain(entries);
  });
});

describe('what cannot be known is said', () => {
  test('a reply whose prompt nobody saw gets a line that says so', () => {
    const { survey, spoken, entries } = compose(
      [],
      [
        { role: 'assistant', text: 'first', second: 1, runId: 'r1' },
        { role: 'assistant', text: 'second', second: 2, runId: 'r2' },
      ],
    );
    expect(spoken).toEqual([marker, 'assistant: first', marker, 'assistant: second']);
    expect(survey).toMatchObject({
      messages: 2,
      unpersisted: 2,
      changes: ['missing-prompt-marked:2', 'unpersisted-added:2', 'header-added'],
    });
    expectChain(entries);
  });

  test('two texts of one run need no prompt in between', () => {
    const { spoken } = compose(
      [],
      [
        { role: 'user', text: 'go', second: 1 },
        { role: 'assistant', text: 'first', second: 2, runId: 'r1' },
        { role: 'assistant', text: 'second', second: 3, runId: 'r1' },
      ],
    );
    expect(spoken).toEqual(['user: go', 'assistant: first', 'assistant: second']);
  });

  test.each(['partial', 'aborted'] as const)(
    'a reply whose phase is %s is marked as cut off, and shown to the model all the same',
    (phase) => {
      const { talk } = compose(
        [],
        [
          { role: 'user', text: 'go', second: 1 },
          { role: 'assistant', text: 'half', second: 2, phase, runId: 'r1' },
        ],
      );
      expect(talk[1]?.message).toMatchObject({ stopReason: 'stop', openclawAbort: { aborted: true, origin: 'clawback', runId: 'r1' } });
    },
  );

  test('a reply that OpenClaw itself had ended as aborted stays so', () => {
    const { talk } = compose(
      [],
      [
        { role: 'user', text: 'go', second: 1 },
        { role: 'assistant', text: 'half', second: 2, phase: 'aborted', stopReason: 'aborted' },
      ],
    );
    expect(talk[1]?.message.stopReason).toBe('aborted');
    expect(talk[1]?.message).not.toHaveProperty('openclawAbort');
  });

  test('a tool call whose result nobody saw gets a note before the next prompt, and at the end', () => {
    const calls = { role: 'assistant', text: 'let me look', second: 2, calls: ['call-1'] };
    const { spoken, entries, survey } = compose(
      [],
      [
        { role: 'user', text: 'go', second: 1 },
        calls,
        { role: 'user', text: 'well?', second: 3 },
        { ...calls, second: 4, calls: ['call-2'] },
      ],
    );
    expect(spoken.map((line) => line.split(':')[0])).toEqual(['user', 'assistant', 'toolResult', 'user', 'assistant', 'toolResult']);
    expect(survey.changes).toContain('tool-result-added:2');
    expectChain(entries);
  });

  test('a conversation without any reply gets one that says so', () => {
    const { spoken, survey } = compose([], [{ role: 'user', text: 'anybody?', second: 1 }]);
    expect(spoken).toEqual(['user: anybody?', expect.stringContaining('was never saved')]);
    expect(survey.changes).toContain('assistant-added');
  });
});
