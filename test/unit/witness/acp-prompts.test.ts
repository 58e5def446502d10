import { beforeEach, describe, expect, it } from 'vitest';
import { AcpPrompts } from '../../../main/core/witness/acp-prompts.ts';
import type { RecorderReading } from '../../../main/core/witness/recorder-feed.ts';
import type { KeyBook, KeyedSession } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('prompts to ACP agents, as the recorder hears them arrive', () => {
  let clock: FakeClock;
  let sessions: KeyedSession[];
  let receive: (reading: RecorderReading) => void;
  let prompts: AcpPrompts;
  let asked: number;
  /** Keys whose runner lives. */
  let led: string[];

  const keyed = (sessionKey: string, over: Partial<KeyedSession> = {}): KeyedSession => ({
    agent: 'kimi',
    sessionKey,
    sessionId: `s-${sessionKey}`,
    nativeId: `s-${sessionKey}`,
    isAcp: true,
    ...over,
  });
  const keys: KeyBook = {
    byKey: (wanted) => sessions.find(({ sessionKey }) => sessionKey === wanted),
    bySessionId: (id) => sessions.find(({ sessionId }) => sessionId === id),
    get all() {
      return sessions;
    },
  };

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 10, 22, 12));
    sessions = [keyed('a'), keyed('b')];
    asked = 0;
    led = ['a', 'b'];
    const nothing = { [Symbol.dispose]: () => undefined };
    const feed = {
      onReceived(listener: (reading: RecorderReading) => void) {
        receive = listener;
        return nothing;
      },
      onReply: () => nothing,
    };
    prompts = new AcpPrompts({
      keys,
      agentOf: () => undefined,
      clock,
      hasRunner: (keyed) => led.includes(keyed.sessionKey),
      waiting: [],
      feed,
    });
  });

  const ask = (text: string, runId: string) => receive({ ref: `p:${asked++}`, at: clock.now(), runId, text });
  const run = (event: 'run-started' | 'run-ended', sessionKey: string, runId: string) => {
    const known = { witness: 'gateway-stream', at: clock.now(), agent: 'kimi', sessionKey, runId } as const;
    prompts.notice([event === 'run-started' ? { ...known, event } : { ...known, event, outcome: 'final', withText: false }]);
  };
  const taken = () => prompts.take().map(({ sessionKey, text }) => `${sessionKey}: ${text}`);

  it('are kept for the agent that died when another one answers the same words', () => {
    ask('go on', 'run-b');
    ask('go on', 'run-a');
    prompts.answered('a', 'go on', clock.now());
    expect(taken()).toEqual([]);
    run('run-ended', 'a', 'run-a');
    // The runner's record has told it.
    expect(taken()).toEqual([]);
    sessions = [keyed('a'), keyed('b', { acpState: 'running', acpActiveAt: clock.now() })];
    clock.advance(20_000);
    expect(taken()).toEqual(['b: go on']);
  });

  it('are told once when nobody saw their run, and as often as they were asked', () => {
    sessions = [keyed('a', { acpState: 'running', acpActiveAt: clock.now() })];
    ask('go on', 'run-1');
    prompts.answered('a', 'go on', clock.now());
    clock.advance(1_000);
    ask('go on', 'run-2');
    clock.advance(20_000);
    expect(taken()).toEqual(['a: go on']);
    expect(prompts.waiting).toEqual([]);
    expect(prompts.waitingByKey.get('a')).toMatchObject({ count: 1 });
  });

  it('are not given to an agent that began to work long after they were asked', () => {
    ask('to the embedded agent', 'run-1');
    clock.advance(3_600_000);
    sessions = [keyed('a', { acpState: 'running', acpActiveAt: clock.now() })];
    clock.advance(20_000);
    expect(taken()).toEqual([]);
  });

  it('are not given to a conversation that was left running when its gateway was killed', () => {
    const long = clock.now();
    clock.advance(3_600_000);
    sessions = [keyed('a', { acpState: 'running', acpActiveAt: clock.now() }), keyed('b', { acpState: 'running', acpActiveAt: long })];
    led = ['a'];
    ask('are you there', 'run-1');
    clock.advance(60_000);
    ask('still there', 'run-2');
    clock.advance(20_000);
    expect(taken()).toEqual(['a: are you there', 'a: still there']);
    sessions = [keyed('b', { acpState: 'running', acpActiveAt: long })];
    ask('to the embedded agent', 'run-3');
    clock.advance(20_000);
    expect(taken()).toEqual([]);
  });

  it('are given to the conversation that they set to work, also when everything was killed right then', () => {
    ask('are you there', 'run-1');
    clock.advance(2_000);
    sessions = [keyed('a', { acpState: 'running', acpActiveAt: clock.now() })];
    led = [];
    clock.advance(3_600_000);
    expect(taken()).toEqual(['a: are you there']);
  });

  it('wait while two agents are at work, and are given up after a day', () => {
    sessions = ['a', 'b'].map((key) => keyed(key, { acpState: 'running', acpActiveAt: clock.now() }));
    ask('whose is this', 'run-1');
    clock.advance(20_000);
    expect(taken()).toEqual([]);
    expect(prompts.waiting).toHaveLength(1);
    clock.advance(24 * 3_600_000);
    expect(taken()).toEqual([]);
    expect(prompts.waiting).toEqual([]);
  });

  it('are remembered in a bounded number', () => {
    for (let index = 0; index < 300; index++) ask(`question ${index}`, `run-${index}`);
    expect(taken()).toEqual([]);
    expect(prompts.waiting.map(({ text }) => text).slice(0, 1)).toEqual(['question 100']);
  });

  it('stay the same list while nothing happens', () => {
    ask('question', 'run-1');
    taken();
    const { waiting } = prompts;
    expect(taken()).toEqual([]);
    expect(prompts.waiting).toBe(waiting);
  });
});
