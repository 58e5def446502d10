import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHello } from '../../../main/core/gateway/handshake.ts';
import { type FrameOutcome, StreamFrames } from '../../../main/core/gateway/stream-frames.ts';
import type { WitnessEvent, WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { type RecordedFrame, recordedFrames } from '../../support/recorded-frames.ts';

const now = Date.UTC(2026, 10, 22, 12);

/** What all frames of a recording said, in order. */
function tell(frames: readonly RecordedFrame[], reader = new StreamFrames()): FrameOutcome {
  const outcomes = frames.map((frame): FrameOutcome => {
    if ('event' in frame) return reader.read(frame.event, frame.payload, now);
    const greeting = 'hello' in frame ? readHello(frame.hello, now) : undefined;
    if (greeting !== undefined) reader.begin(greeting);
    return { messages: [], events: [], cut: [] };
  });
  return {
    messages: outcomes.flatMap(({ messages }) => messages),
    events: outcomes.flatMap(({ events }) => events),
    cut: outcomes.flatMap(({ cut }) => cut),
  };
}

/** The newest sighting of each ref, as the buffer would hold it; those without a text tell nothing. */
function held(messages: readonly WitnessedMessage[]): readonly WitnessedMessage[] {
  return [...new Map(messages.map((message) => [message.ref, message])).values()].filter(({ text }) => text !== '');
}

const spoken = (messages: readonly WitnessedMessage[]) => held(messages).map(({ role, phase, text }) => `${role} ${phase}: ${text}`);
const named = (events: readonly WitnessEvent[], event: WitnessEvent['event']) => events.filter((candidate) => candidate.event === event);
const chat = (fields: object): RecordedFrame => ({ event: 'chat', payload: { runId: 'run', sessionKey: 'agent:main:main', ...fields } });
const says = (text: string) => ({ message: { role: 'assistant', content: [{ type: 'text', text }], timestamp: now } });

describe('frames of protocol 3', () => {
  test('tell every reply once, under the name of its run', () => {
    const { messages, events } = tell(recordedFrames('2026.3-conversation'));
    const replies = held(messages).filter(({ phase }) => phase === 'final');
    expect(replies.map(({ text }) => text.split(' w0')[0])).toEqual([
      'R1[users=1]',
      'Let me run that.R3[users=2]',
      'R4[users=1]',
      'R5[users=2]',
      'R6[users=1]',
      'R7[users=1]',
    ]);
    expect(replies.every(({ ref, runId, endsRun }) => ref === runId && endsRun)).toBe(true);
    expect(named(events, 'run-ended')).toHaveLength(6);
    expect(named(events, 'run-started')).toHaveLength(7);
  });

  test('leave what was streaming when the connection broke, to the last word', () => {
    const { messages } = tell(recordedFrames('2026.3-killed-in-first-turn'));
    const last = messages.at(-1);
    expect(last).toMatchObject({ phase: 'partial', endsRun: false, agent: 'main', sessionKey: 'agent:main:main' });
    expect(last?.text).toMatch(/^R8\[users=1\] w0 .* w17$/);
  });

  test('tell replies that were never written just as well', () => {
    expect(spoken(tell(recordedFrames('2026.3-nothing-written')).messages)).toEqual([
      'assistant final: R47[users=3] w0 w1 w2 w3 w4 w5',
      'assistant final: Let me run that.R49[users=3] w0 w1 w2 w3 w4 w5',
      'assistant final: R50[users=3] w0 w1 w2 w3 w4 w5',
    ]);
  });

  test('of an ACP conversation tell that its turns ended, and no word of them', () => {
    const { messages, events } = tell(recordedFrames('2026.3-acp'));
    const silent = named(events, 'run-ended').filter((event) => 'withText' in event && !event.withText);
    expect(silent).toHaveLength(3);
    expect(silent[0]).toMatchObject({ agent: 'kimi', sessionKey: expect.stringMatching(/^agent:kimi:acp:/), outcome: 'final' });
    expect(held(messages).map(({ agent }) => agent)).toEqual(['main', 'main']);
  });

  test('between two deltas of the chat the text goes on with what the agent says', () => {
    const agent = (seq: number, delta: string): RecordedFrame => ({
      event: 'agent',
      payload: { runId: 'run', sessionKey: 'agent:main:main', stream: 'assistant', seq, data: { text: delta, delta }, ts: now },
    });
    const { messages } = tell([agent(1, 'One'), chat({ state: 'delta', seq: 1, ...says('One') }), agent(2, ' two'), agent(3, ' three')]);
    expect(messages.map(({ text }) => text)).toEqual(['One', 'One two', 'One two three']);
    const { messages: more } = tell([
      chat({ state: 'delta', seq: 1, ...says('One') }),
      agent(2, ' two'),
      chat({ state: 'delta', seq: 2, ...says('One two') }),
    ]);
    expect(more.at(-1)?.text).toBe('One two');
  });

  test('streamed where no chat shows it, a NO_REPLY is nothing', () => {
    const { messages, events } = tell([
      { event: 'agent', payload: { runId: 'run', sessionKey: 'main', stream: 'lifecycle', seq: 1, data: { phase: 'start' } } },
      {
        event: 'agent',
        payload: { runId: 'run', sessionKey: 'main', stream: 'assistant', seq: 2, data: { text: 'NO_REPLY', delta: 'NO_REPLY' } },
      },
      chat({ state: 'final' }),
    ]);
    expect(messages).toEqual([]);
    expect(events.map(({ event }) => event)).toEqual(['run-started', 'run-ended']);
    expect(events[1]).toMatchObject({ withText: false });
  });

  test('a final without a message takes back what had been offered of it', () => {
    const { messages } = tell([chat({ state: 'delta', ...says('HEARTBEAT') }), chat({ state: 'final' })]);
    expect(messages.map(({ phase, text }) => [phase, text])).toEqual([
      ['partial', 'HEARTBEAT'],
      ['final', ''],
    ]);
  });

  test('an aborted run keeps what it had said, with and without a message in the end', () => {
    expect(spoken(tell([chat({ state: 'delta', ...says('So far') }), chat({ state: 'aborted' })]).messages)).toEqual([
      'assistant aborted: So far',
    ]);
    expect(spoken(tell([chat({ state: 'aborted', ...says('Told at the end') })]).messages)).toEqual(['assistant aborted: Told at the end']);
  });

  test("an error keeps what had streamed, and not the gateway's own words about it", () => {
    const frames = [chat({ state: 'delta', ...says('So far') }), chat({ state: 'error', errorMessage: '500', ...says('Error: 500') })];
    expect(spoken(tell(frames).messages)).toEqual(['assistant error: So far']);
    expect(tell([chat({ state: 'error', ...says('Error: 500') })]).messages).toEqual([]);
  });

  test('a run that is asked again after its end has a second part', () => {
    const { messages } = tell([
      chat({ state: 'delta', ...says('First') }),
      chat({ state: 'error' }),
      chat({ state: 'delta', ...says('Second') }),
      chat({ state: 'final', ...says('Second try') }),
    ]);
    expect(held(messages).map(({ ref, text }) => [ref, text])).toEqual([
      ['run', 'First'],
      ['run#2', 'Second try'],
    ]);
  });

  test('the same end twice is one end', () => {
    const { messages, events } = tell([chat({ state: 'final', ...says('Done') }), chat({ state: 'final', ...says('Done') })]);
    expect(messages).toHaveLength(1);
    expect(events).toHaveLength(1);
  });

  test("a key as the client wrote it is OpenClaw's key of it, and an errand is nobody's conversation", () => {
    const frames = [
      chat({ sessionKey: 'Main', state: 'final', ...says('A') }),
      chat({ runId: 'b', sessionKey: 'work', state: 'final', ...says('B') }),
    ];
    expect(held(tell(frames).messages).map(({ sessionKey, agent }) => [sessionKey, agent])).toEqual([
      ['agent:main:main', 'main'],
      ['agent:main:work', 'main'],
    ]);
    expect(tell([chat({ sessionKey: 'temp:slug-generator', state: 'final', ...says('a-name') })]).messages).toEqual([]);
  });

  test('a run that is hidden from chats ends with its lifecycle, a moment later', () => {
    const reader = new StreamFrames();
    const lifecycle = (phase: string) => ({ runId: 'run', sessionKey: 'main', stream: 'lifecycle', data: { phase }, ts: now });
    reader.read('agent', lifecycle('start'), now);
    reader.read('agent', lifecycle('end'), now + 100);
    expect(reader.settle(now + 1000).events).toEqual([]);
    expect(reader.settle(now + 2100).events).toMatchObject([{ event: 'run-ended', runId: 'run', outcome: 'final', withText: false }]);
    expect(reader.settle(now + 9000).events).toEqual([]);
  });
});

describe('frames of protocol 4', () => {
  test('of 2026.9 tell both sides, and no reply twice', () => {
    const { messages } = tell(recordedFrames('2026.9-conversation'));
    expect(spoken(messages).slice(0, 4)).toEqual([
      'user final: hello one',
      'assistant final: r1w0 r1w1 r1w2 r1w3 r1w4 r1w5 END1',
      'user final: SLOW 12 second message',
      'assistant final: r2w0 r2w1 r2w2 r2w3 r2w4 r2w5 END2',
    ]);
    expect(new Set(spoken(messages)).size).toBe(spoken(messages).length);
    const [user] = held(messages);
    expect(user).toMatchObject({
      ref: 'c246eb88-2fdf-41bc-b7b2-cfee7e5bab8f',
      sessionId: 'ce72cd63-225e-455e-ab12-7cea9507c1ae',
      endsRun: false,
    });
    expect(JSON.parse(user?.message ?? '')).toEqual({
      role: 'user',
      content: 'hello one',
      timestamp: 1_795_344_913_793,
      idempotencyKey: '4adbe290-c70e-4da2-8339-bd0f83ca78f6:user',
    });
  });

  test('of 2026.6, which does not say whose reply a message is, tell no reply twice either', () => {
    const { messages, cut } = tell(recordedFrames('2026.6-conversation'));
    expect(spoken(messages).filter((line) => !line.includes('Answer 4.'))).toEqual([
      'user final: hello one',
      'assistant final: Answer 1. part 0 part 1 part 2 ',
      'user final: TOOL second',
      'assistant final: Let me run that. ',
      'assistant final: Answer 3. part 0 part 1 part 2 ',
      'user final: LONG 12 third',
      'user final: SILENT fourth',
      'user final: FAIL500 fifth',
      'user final: FAIL500 fifth',
      'user final: /new',
      'assistant final: ✅ New session started.',
      'user final: SLOW 40 200 sixth',
      'assistant final: Answer 12. part 0 part 1 part 2 part 3 part 4 part 5 part 6 part 7 part 8',
      'assistant aborted: Answer 12. part 0 part 1 part 2 part 3 part 4 part 5 part 6 part 7 part 8 ',
      'user final: SLOW 60 200 seventh',
      'assistant partial: Answer 13. part 0 part 1 part 2 part 3 part 4 part 5 part 6',
    ]);
    expect(cut).toHaveLength(1);
  });

  test('of a reply that came cut the run has the whole', () => {
    const { messages, cut } = tell(recordedFrames('2026.6-conversation'));
    const long = held(messages).filter(({ text }) => text.startsWith('Answer 4.'));
    expect(long.map(({ phase, text }) => [phase, text.length])).toEqual([['final', 12_021]]);
    expect(cut[0]).toMatchObject({ sessionKey: 'agent:main:main', agent: 'main' });
  });

  test('a reply that a reset broke off stays, since nobody wrote it', () => {
    expect(spoken(tell(recordedFrames('2026.9-reset-midstream')).messages)).toEqual([
      'user final: SLOW 60 tell me a long story',
      'assistant aborted: r4w0 r4w1 r4w2 r4w3 r4w4 r4w5',
    ]);
  });

  test('a reply that a kill broke off stays', () => {
    const last = held(tell(recordedFrames('2026.9-killed-midstream')).messages).at(-1);
    expect(last).toMatchObject({ phase: 'partial', text: 'r6w0 r6w1 r6w2 r6w3 r6w4 r6w5 r6w6 r6w7' });
  });

  test('an answer to a command that ends before its message comes is told once', () => {
    const lines = spoken(tell(recordedFrames('2026.9-resets')).messages);
    expect(lines.filter((line) => line.includes('New session started'))).toEqual(['assistant final: ✅ New session started.']);
    expect(lines.filter((line) => line.startsWith('user'))).toEqual([
      'user final: /new',
      'user final: after new command',
      'user final: after rpc reset',
    ]);
  });

  test('a text that begins anew after a tool call is told once, too', () => {
    const stored = (id: string, text: string): RecordedFrame => ({
      event: 'session.message',
      payload: {
        sessionKey: 'agent:main:main',
        runId: 'run',
        messageId: id,
        message: { role: 'assistant', content: [{ type: 'text', text }] },
      },
    });
    const { messages } = tell([
      chat({ state: 'delta', ...says('Let me run that.') }),
      stored('a', 'Let me run that. '),
      chat({ state: 'delta', replace: true, ...says('Answer') }),
      stored('b', 'Answer 3. '),
      chat({ state: 'final', ...says('Answer 3.') }),
    ]);
    expect(spoken(messages)).toEqual(['assistant final: Let me run that. ', 'assistant final: Answer 3. ']);
  });

  test('a reply that failed is not taken for a whole one when another message of its run is told afterwards', () => {
    const { messages } = tell([
      chat({ state: 'delta', ...says('Here is half of') }),
      chat({ state: 'error' }),
      {
        event: 'session.message',
        payload: {
          sessionKey: 'main',
          runId: 'run',
          messageId: 'a',
          message: { role: 'assistant', content: [{ type: 'text', text: 'Another model says this.' }] },
        },
      },
    ]);
    expect(spoken(messages)).toEqual(['assistant error: Here is half of', 'assistant final: Another model says this.']);
  });

  test('what was said before a tool call and came in no message stays with the run', () => {
    const { messages } = tell([
      chat({ state: 'delta', ...says('Let me run that.') }),
      {
        event: 'session.message',
        payload: {
          sessionKey: 'main',
          runId: 'run',
          messageId: 'a',
          message: { role: 'assistant', content: [{ type: 'text', text: 'Done. ' }] },
        },
      },
      chat({ state: 'final', ...says('Let me run that.\n\nDone.') }),
    ]);
    expect(spoken(messages)).toEqual(['assistant final: Let me run that.', 'assistant final: Done. ']);
  });

  test('a cut message of a person is a partial one until its whole comes', () => {
    const reader = new StreamFrames();
    const message = (text: string, truncated: boolean) => ({
      sessionKey: 'main',
      sessionId: 'session',
      message: { role: 'user', content: text, timestamp: now, __openclaw: { id: 'entry', ...(truncated ? { truncated } : {}) } },
    });
    const first = reader.read('session.message', message('Once upon', true), now);
    expect(first.messages).toMatchObject([{ ref: 'entry', phase: 'partial', text: 'Once upon' }]);
    expect(first.cut).toMatchObject([{ messageId: 'entry', sessionId: 'session', sessionKey: 'agent:main:main' }]);
    expect(reader.stored(message('Once upon a time', false), now).messages).toMatchObject([
      { ref: 'entry', phase: 'final', text: 'Once upon a time' },
    ]);
  });
});

describe('memory', () => {
  test('gives up the oldest unfinished texts beyond its limit, and says how many', () => {
    const reader = new StreamFrames({ runs: 3, text: 1000 });
    const outcomes = [1, 2, 3, 4].map((run) =>
      reader.read('chat', { runId: `run ${run}`, sessionKey: 'main', state: 'delta', ...says('x'.repeat(400)) }, now),
    );
    expect(outcomes.map(({ events }) => named(events, 'missed'))).toMatchObject([[], [], [{ frames: 1 }], [{ frames: 1 }]]);
    const late = reader.read('chat', { runId: 'run 1', sessionKey: 'main', state: 'aborted' }, now);
    expect(late.messages).toEqual([]);
  });

  test('gives up the oldest runs beyond their number', () => {
    const reader = new StreamFrames({ runs: 2, text: 1000 });
    const frames = ['a', 'b', 'c'].map((runId) => reader.read('chat', { runId, sessionKey: 'main', state: 'delta', ...says('text') }, now));
    expect(named(frames[2]?.events ?? [], 'missed')).toMatchObject([{ frames: 1 }]);
  });
});

describe('frames that make no sense', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constant('agent:main:main'),
    fc.constant('run'),
    fc.constant({ text: 'x', delta: 'x', phase: 'end' }),
  );
  const payload = fc.record(
    {
      runId: odd,
      sessionKey: odd,
      agentId: odd,
      state: fc.oneof(odd, fc.constantFrom('delta', 'final', 'aborted', 'error')),
      stream: fc.oneof(odd, fc.constantFrom('assistant', 'lifecycle')),
      data: odd,
      seq: odd,
      message: fc.oneof(odd, fc.record({ role: odd, content: odd, timestamp: odd, __openclaw: odd }, { requiredKeys: [] })),
      messageId: odd,
      deltaText: odd,
      replace: odd,
    },
    { requiredKeys: [] },
  );
  const event = fc.constantFrom('chat', 'agent', 'session.message', 'tick');

  test('never throw and never make up an agent or a text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.oneof(payload, odd)), { maxLength: 30 }), (frames) => {
        const reader = new StreamFrames({ runs: 4, text: 2000 });
        for (const [name, body] of frames) {
          for (const message of reader.read(name, body, now).messages) {
            expect(typeof message.text).toBe('string');
            expect(message.agent).not.toBe('');
            expect(Number.isFinite(message.at)).toBe(true);
          }
        }
        reader.settle(now + 10_000);
      }),
    );
  });
});
