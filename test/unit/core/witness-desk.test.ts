import { describe, expect, it } from 'vitest';
import type { WitnessSighting } from '../../../main/core/store/store.ts';
import type { KeyBook, KeyedSession, Witness, WitnessBatch, WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { WitnessDesk } from '../../../main/core/witness-desk.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function message(over: Partial<WitnessedMessage> = {}): WitnessedMessage {
  return {
    witness: 'gateway-stream',
    ref: 'r-1',
    agent: 'main',
    role: 'assistant',
    phase: 'final',
    endsRun: true,
    at: 1,
    text: 'hello',
    ...over,
  };
}

class ScriptedWitness implements Witness {
  readonly kind = 'gateway-stream';
  readonly status = { kind: 'gateway-stream', state: 'listening' } as const;
  batch: WitnessBatch = { messages: [], events: [] };
  fault: Error | undefined;
  commits = 0;

  collect(): WitnessBatch {
    if (this.fault !== undefined) throw this.fault;
    return this.batch;
  }

  committed(): void {
    this.commits += 1;
    this.batch = { messages: [], events: [] };
  }

  [Symbol.dispose](): void {}
}

function rig(...sessions: readonly KeyedSession[]) {
  const logged: string[] = [];
  const clock = new FakeClock();
  const witnesses = [new ScriptedWitness(), new ScriptedWitness()] as const;
  const recorded: WitnessSighting[] = [];
  const buffer = { refuses: false };
  const keys: KeyBook = {
    byKey: (key) => sessions.find(({ sessionKey }) => sessionKey === key),
    bySessionId: (id) => sessions.find(({ sessionId }) => sessionId === id),
    all: sessions,
  };
  const desk = new WitnessDesk({
    clock,
    log: { log: (_level, event, facts) => void logged.push(JSON.stringify([event, facts])) },
    journal: {
      recordWitnessed: (sightings) => {
        if (buffer.refuses) throw new Error('the disk is full');
        recorded.push(...sightings);
      },
    },
    parties: () => [{ sourceId: 7, witnesses, keys }],
  });
  return { clock, witnesses, recorded, buffer, desk, logged };
}

const main: KeyedSession = { agent: 'main', sessionKey: 'agent:main:main', sessionId: 's-1', nativeId: 's-1-topic-7', isAcp: false };

describe('the desk of the witnesses', () => {
  it('makes durable what they saw, and says so', () => {
    const { desk, witnesses, recorded } = rig();
    witnesses[0].batch = { messages: [message()], events: [], cursor: 'c' };
    expect(desk.hear(0)).toEqual({ events: [], recorded: true });
    expect(recorded).toMatchObject([{ sourceId: 7, witness: 'gateway-stream', cursor: 'c', messages: [{ text: 'hello' }] }]);
    expect(witnesses[0].commits).toBe(1);
  });

  it('lets nothing be forgotten that the buffer refused', () => {
    const { desk, witnesses, recorded, buffer } = rig();
    witnesses[0].batch = { messages: [message()], events: [] };
    buffer.refuses = true;
    expect(() => desk.hear(0)).toThrow('the disk is full');
    expect(witnesses[0].commits).toBe(0);
    buffer.refuses = false;
    expect(desk.hear(0).recorded).toBe(true);
    expect(recorded).toHaveLength(1);
  });

  it('logs where a witness failed, and nothing of what it read', () => {
    const { desk, witnesses, logged } = rig();
    witnesses[0].fault = new SyntaxError('Unexpected token in "my secret words"');
    desk.hear(0);
    expect(logged.join()).toContain('witness-desk.test.ts');
    expect(logged.join()).not.toContain('secret');
  });

  it('hears the others when one cannot read', () => {
    const { desk, witnesses, recorded } = rig();
    witnesses[0].fault = new Error('EIO');
    witnesses[1].batch = { messages: [message({ text: 'still heard' })], events: [] };
    expect(desk.hear(0).recorded).toBe(true);
    expect(recorded[0]?.messages[0]?.text).toBe('still heard');
  });

  it('passes on what they noticed, with where it was', () => {
    const { desk, witnesses } = rig();
    witnesses[0].batch = { messages: [], events: [{ witness: 'gateway-stream', at: 5, event: 'gateway-ended', clean: false }] };
    expect(desk.hear(0).events).toEqual([{ sourceId: 7, witness: 'gateway-stream', at: 5, event: 'gateway-ended', clean: false }]);
  });

  it('does not write a streaming reply more often than asked', () => {
    const { desk, witnesses, recorded, clock } = rig();
    const stream = (text: string) => {
      witnesses[0].batch = { messages: [message({ text, phase: 'partial' })], events: [] };
      desk.hear(250);
    };
    stream('a');
    clock.advance(100);
    stream('ab');
    clock.advance(150);
    stream('abc');
    expect(recorded.flatMap(({ messages }) => messages.map(({ text }) => text))).toEqual(['a', 'abc']);
  });

  it('says which transcript should hold a message: by its key, by its own session, by neither', () => {
    const { desk, witnesses, recorded } = rig(main);
    witnesses[0].batch = {
      messages: [
        message({ ref: 'key', agent: 'unknown', sessionKey: 'agent:main:main' }),
        message({ ref: 'old', sessionKey: 'agent:main:main', sessionId: 's-0' }),
        message({ ref: 'own', sessionId: 's-1' }),
        message({ ref: 'none', sessionKey: 'agent:other:main' }),
      ],
      events: [],
    };
    desk.hear(0);
    expect(recorded[0]?.messages.map(({ ref, agent, nativeId }) => [ref, agent, nativeId])).toEqual([
      ['key', 'main', 's-1-topic-7'],
      ['old', 'main', 's-0'],
      ['own', 'main', 's-1-topic-7'],
      ['none', 'main', undefined],
    ]);
  });
});

describe('turns under way', () => {
  it('begin and end as the witnesses tell, and end with their gateway', () => {
    const { desk, witnesses } = rig(main);
    const at = 1;
    const run = { witness: 'gateway-stream', at, agent: 'main', sessionKey: 'agent:main:main', runId: 'r' } as const;
    const notice = (...events: WitnessBatch['events']) => {
      witnesses[0].batch = { messages: [], events };
      desk.hear(0);
      return desk.isRunning(7, 'Agent:Main:Main');
    };
    expect(notice({ ...run, event: 'run-started' })).toBe(true);
    expect(desk.isRunning(8, 'agent:main:main')).toBe(false);
    expect(notice({ ...run, event: 'run-ended', outcome: 'final', withText: true })).toBe(false);
    expect(notice({ ...run, event: 'run-started' })).toBe(true);
    expect(notice({ witness: 'gateway-stream', at, event: 'gateway-ended', clean: false })).toBe(false);
  });

  it('are over when OpenClaw would have ended them, though nobody saw it', () => {
    const { desk, witnesses, clock } = rig(main);
    const run = { witness: 'gateway-stream', at: 1, agent: 'main', sessionKey: 'agent:main:main', runId: 'r' } as const;
    witnesses[0].batch = { messages: [], events: [{ ...run, event: 'run-started' }] };
    desk.hear(0);
    clock.advance(700_000);
    expect(desk.isRunning(7, 'agent:main:main')).toBe(true);
    clock.advance(30_000);
    expect(desk.isRunning(7, 'agent:main:main')).toBe(false);
  });
});
