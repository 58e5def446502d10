import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { parseAcpRecord } from '../../../main/core/witness/acp-record.ts';
import { createAcpStore } from '../../../main/core/witness/acp-store.ts';
import type { RecorderFeed, RecorderReading } from '../../../main/core/witness/recorder-feed.ts';
import type { KeyBook, KeyedSession, Witness, WitnessedMessage } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/acpx');
const key = 'agent:kimi:acp:ac2c2840-d418-4dce-b272-309f7ef6943f';

function turn(index: number): object[] {
  return [
    { User: { id: `u-${index}`, content: [{ Text: `[Sun 2026-11-22 12:2${index} UTC] question ${index}` }] } },
    { Agent: { content: [{ Text: `answer ${index}` }], tool_results: {} } },
  ];
}

function record(over: object = {}): string {
  const known = { schema: 'acpx.session.v1', acpx_record_id: 'rec-1', name: key, created_at: '2026-11-22T12:20:00.000Z', closed: false };
  return JSON.stringify({ ...known, messages: turn(1), ...over });
}

describe("an ACP runner's record", () => {
  it('tells both sides of every turn, in time, without the stamp that OpenClaw adds', () => {
    const parsed = parseAcpRecord(readFileSync(join(fixtures, 'completed-turns.json')));
    expect(parsed?.sessionKey).toBe(key);
    expect(parsed?.said.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: hello one #a1',
      'assistant: acp reply to a1: part1 part2 part3 end-a1',
      'user: SLOW 6 300 two #a2',
      'assistant: acp reply to a2: part1 part2 part3 part4 part5 end-a2',
      'user: TOOL THINK three #a3',
      'assistant: [tool read file]',
      'assistant: acp reply to a3: part1 part2 part3 end-a3',
    ]);
    const times = parsed?.said.map(({ at }) => at) ?? [];
    expect(times.every((at, index) => index === 0 || at > (times[index - 1] ?? 0))).toBe(true);
    expect(new Date(times.at(-1) ?? 0).toISOString()).toBe('2026-11-22T12:20:31.237Z');
  });

  it('makes of a turn with a tool what OpenClaw would have written of it', () => {
    const content = [
      { Text: 'Let me look.' },
      { ToolUse: { id: 't1', name: 'read', input: { path: 'a' } } },
      { Text: 'It says forty-two.' },
    ];
    const tool_results = { t1: { tool_use_id: 't1', tool_name: 'read', is_error: false, content: { Text: 'forty-two' } } };
    const said = parseAcpRecord(Buffer.from(record({ messages: [{ Agent: { content, tool_results } }] })))?.said ?? [];
    expect(said.map(({ message, endsRun }) => [JSON.parse(message).role, JSON.parse(message).stopReason, endsRun])).toEqual([
      ['assistant', 'toolUse', false],
      ['toolResult', undefined, false],
      ['assistant', 'stop', true],
    ]);
    expect(said[1]).toMatchObject({ role: 'tool', text: 'forty-two' });
  });

  it('is never anything else, and nothing else makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseAcpRecord(Buffer.from(text))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.object(), fc.record({ Agent: fc.object() }), fc.record({ User: fc.object() }))), (messages) => {
        parseAcpRecord(Buffer.from(record({ messages })));
      }),
    );
  });
});

describe('the witness of ACP conversations', () => {
  let dir: TempDir;
  let sessions: KeyedSession[];
  const clock = new FakeClock(Date.UTC(2026, 10, 22, 13));
  const opened: Witness[] = [];

  const keyed = (over: Partial<KeyedSession> = {}): KeyedSession => ({
    agent: 'kimi',
    sessionKey: key,
    sessionId: 's-1',
    nativeId: 's-1',
    isAcp: true,
    acpState: 'idle',
    ...over,
  });
  const keys: KeyBook = {
    byKey: (wanted) => sessions.find(({ sessionKey }) => sessionKey === wanted),
    bySessionId: (id) => sessions.find(({ sessionId }) => sessionId === id),
    get all() {
      return sessions;
    },
  };

  class ScriptedFeed implements RecorderFeed {
    received: (reading: RecorderReading) => void = () => undefined;
    reply: (reading: RecorderReading) => void = () => undefined;

    onReceived(listener: (reading: RecorderReading) => void): Disposable {
      this.received = listener;
      return { [Symbol.dispose]: () => undefined };
    }

    onReply(listener: (reading: RecorderReading) => void): Disposable {
      this.reply = listener;
      return { [Symbol.dispose]: () => undefined };
    }
  }

  let feed: ScriptedFeed;
  let children: boolean | undefined;
  let transcripts: string[];

  beforeEach(() => {
    dir = tempDir();
    sessions = [keyed()];
    feed = new ScriptedFeed();
    children = undefined;
    transcripts = [];
  });
  afterEach(() => {
    for (const witness of opened.splice(0)) witness[Symbol.dispose]();
    dir[Symbol.dispose]();
  });

  function open(cursor?: string): Witness {
    const witness = createAcpStore({
      directory: dir.path,
      fs: nodeFileSystem,
      clock,
      keys,
      cursor,
      agentOf: (nativeId) => (transcripts.includes(nativeId) ? 'main' : undefined),
      hasChild: () => children,
      alive: () => true,
      recorder: feed,
    });
    opened.push(witness);
    return witness;
  }

  function take(witness: Witness): { readonly messages: readonly WitnessedMessage[]; readonly cursor: string | undefined } {
    const { messages, cursor } = witness.collect();
    witness.committed();
    return { messages, cursor };
  }

  const said = (witness: Witness) => take(witness).messages.map(({ role, text }) => `${role}: ${text}`);

  function write(name: string, content: string): void {
    mkdirSync(join(dir.path, 'sessions'), { recursive: true });
    writeFileSync(join(dir.path, 'part'), content);
    renameSync(join(dir.path, 'part'), join(dir.path, 'sessions', name));
  }

  it('gives each turn once, as it is completed', () => {
    const witness = open();
    expect(witness.status.state).toBe('waiting');
    write('rec-1.json', record());
    expect(said(witness)).toEqual(['user: question 1', 'assistant: answer 1']);
    write('rec-1.json', record({ messages: [...turn(1), ...turn(2)] }));
    expect(said(witness)).toEqual(['user: question 2', 'assistant: answer 2']);
    expect(said(witness)).toEqual([]);
    expect(witness.status.state).toBe('listening');
  });

  it('goes on after a restart where it was', () => {
    write('rec-1.json', record());
    const { cursor } = take(open());
    write('rec-1.json', record({ messages: [...turn(1), ...turn(2)] }));
    expect(said(open(cursor))).toEqual(['user: question 2', 'assistant: answer 2']);
  });

  it('leaves a record with the conversation that it belonged to when the key gets another session', () => {
    write('rec-1.json', record());
    const witness = open();
    expect(take(witness).messages[0]).toMatchObject({ sessionId: 's-1', agent: 'kimi', sessionKey: key });
    sessions = [keyed({ sessionId: 's-2', nativeId: 's-2', isAcp: false })];
    write('rec-1.json', record({ closed: true, messages: [...turn(1), ...turn(2)] }));
    expect(take(witness).messages[0]).toMatchObject({ sessionId: 's-1', text: 'question 2' });
  });

  it('gives a record that was closed before anybody looked a conversation of its own', () => {
    write('rec-1.json', record({ closed: true }));
    expect(take(open()).messages[0]).toMatchObject({ sessionId: 'acpx-rec-1' });
  });

  it('leaves conversations alone that this state directory does not know, until it does', () => {
    sessions = [];
    write('rec-1.json', record());
    const witness = open();
    expect(said(witness)).toEqual([]);
    sessions = [keyed()];
    expect(said(witness)).toHaveLength(2);
  });

  it('offers the same again until it is durable', () => {
    write('rec-1.json', record());
    const witness = open();
    expect(witness.collect().messages).toHaveLength(2);
    expect(witness.collect().messages).toHaveLength(2);
    witness.committed();
    expect(witness.collect().messages).toHaveLength(0);
  });

  it('reads what a spawned agent says while it says it', () => {
    const path = join(dir.path, 'child.acp-stream.jsonl');
    const lines = readFileSync(join(fixtures, 'spawned.acp-stream.jsonl'), 'utf8').split('\n');
    const witness = open();
    writeFileSync(path, `${lines.slice(0, 4).join('\n')}\n`);
    witness.follows?.changed(path, 'kimi');
    expect(take(witness).messages).toMatchObject([{ text: 'acp reply to c1: part1 ', phase: 'partial', sessionId: 'child' }]);
    appendFileSync(path, lines.slice(4).join('\n'));
    witness.follows?.changed(path, 'kimi');
    expect(take(witness).messages).toMatchObject([{ text: 'acp reply to c1: part1 part2 part3 part4 part5 end-c1', phase: 'final' }]);
  });

  describe('with the recorder', () => {
    const asked = (over: Partial<RecorderReading> = {}): RecorderReading => ({
      ref: 'p:1',
      at: clock.now(),
      runId: 'run-1',
      text: 'question 1',
      ...over,
    });
    const end = (witness: Witness, sessionKey: string) =>
      witness.notice?.([
        {
          witness: 'gateway-stream',
          at: clock.now(),
          event: 'run-ended',
          agent: 'kimi',
          sessionKey,
          runId: 'run-1',
          outcome: 'final',
          withText: false,
        },
      ]);

    it('knows what was asked in a turn that the stream names', () => {
      const witness = open();
      feed.received(asked());
      expect(said(witness)).toEqual([]);
      end(witness, key);
      expect(take(witness).messages).toMatchObject([{ role: 'user', text: 'question 1', sessionKey: key, sessionId: 's-1' }]);
    });

    it('leaves alone what was asked of the embedded agent', () => {
      sessions = [keyed(), keyed({ sessionKey: 'agent:main:main', isAcp: false, sessionId: 'm', nativeId: 'm' })];
      const witness = open();
      feed.received(asked());
      end(witness, 'agent:main:main');
      expect(said(witness)).toEqual([]);
      expect(said(witness)).toEqual([]);
    });

    it('takes a prompt that nothing answers for the one conversation whose runner is at work', () => {
      sessions = [keyed({ acpState: 'running', acpActiveAt: clock.now() })];
      const witness = open();
      feed.received(asked());
      expect(said(witness)).toEqual([]);
      clock.advance(20_000);
      expect(said(witness)).toEqual(['user: question 1']);
    });

    it('remembers over a restart what it could not place yet', () => {
      const before = open();
      feed.received(asked());
      const { cursor } = take(before);
      const after = open(cursor);
      end(after, key);
      expect(said(after)).toEqual(['user: question 1']);
    });

    it('gives a refused prompt back to the file that holds its error alone', () => {
      transcripts = ['run-1'];
      const witness = open();
      feed.received(asked());
      expect(take(witness).messages).toMatchObject([{ agent: 'main', sessionId: 'run-1', text: 'question 1' }]);
    });

    it('hears no commands', () => {
      const witness = open();
      feed.received(asked({ text: '/acp status' }));
      end(witness, key);
      expect(said(witness)).toEqual([]);
    });

    it('hears the replies of newer versions, for ACP conversations alone', () => {
      sessions = [keyed(), keyed({ sessionKey: 'agent:main:main', isAcp: false })];
      const witness = open();
      feed.reply(asked({ ref: 'r:1', sessionKey: key, text: 'an answer' }));
      feed.reply(asked({ ref: 'r:2', sessionKey: 'agent:main:main', text: 'elsewhere' }));
      expect(said(witness)).toEqual(['assistant: an answer']);
    });

    it('tells of a conversation whose agent has died, once, and not while it works', () => {
      sessions = [keyed({ acpState: 'running' })];
      mkdirSync(join(dir.path, 'queues'));
      writeFileSync(join(dir.path, 'queues/q.lock'), JSON.stringify({ pid: 4711, sessionId: 'rec-1' }));
      write('index.json', JSON.stringify({ entries: [{ acpxRecordId: 'rec-1', name: key }] }));
      const witness = open();
      const events = () => {
        clock.advance(60_000);
        const { events: found } = witness.collect();
        witness.committed();
        return found;
      };
      children = true;
      expect([...events(), ...events(), ...events()]).toEqual([]);
      children = false;
      feed.received(asked());
      end(witness, 'agent:other:main');
      witness.notice?.([{ witness: 'gateway-stream', at: 0, event: 'run-started', agent: 'kimi', sessionKey: key, runId: 'run-1' }]);
      expect([...events(), ...events()]).toEqual([]);
      expect(events()).toMatchObject([{ event: 'acp-wedged', sessionKey: key, waiting: 1 }]);
      expect(events()).toEqual([]);
    });
  });
});
