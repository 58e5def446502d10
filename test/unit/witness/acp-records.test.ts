import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../../main/core/platform/file-system.ts';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import type { SeenRecord } from '../../../main/core/witness/acp-cursor.ts';
import { AcpRecords } from '../../../main/core/witness/acp-records.ts';
import type { KeyBook, KeyedSession } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const key = 'agent:main:main';
const keyed = (over: Partial<KeyedSession> = {}): KeyedSession => ({
  agent: 'main',
  sessionKey: key,
  sessionId: 's-1',
  nativeId: 's-1',
  isAcp: true,
  ...over,
});

const asked = (id: string, text: string, stamp = 'Sun 2026-11-22 12:20 UTC') => ({
  User: { id, content: [{ Text: `[${stamp}] ${text}` }] },
});
const answered = (text: string) => ({ Agent: { content: [{ Text: text }], tool_results: {} } });
const turn = (index: number) => [asked(`u-${index}`, `question ${index}`), answered(`answer ${index}`)];
const turns = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => turn(from + at)).flat();

describe("an ACP runner's records", () => {
  let dir: TempDir;
  let sessions: KeyedSession[];
  let clock: FakeClock;
  let calls: string[];
  const keys: KeyBook = {
    byKey: (wanted) => sessions.find(({ sessionKey }) => sessionKey === wanted),
    bySessionId: (id) => sessions.find(({ sessionId }) => sessionId === id),
    get all() {
      return sessions;
    },
  };
  const fs: FileSystem = {
    stat: (path) => note('stat', nodeFileSystem.stat(path)),
    glance: (path) => note('glance', nodeFileSystem.glance(path)),
    list: (path) => note('list', nodeFileSystem.list(path)),
    open: (path) => note('open', nodeFileSystem.open(path)),
  };

  function note<T>(call: string, result: T): T {
    calls.push(call);
    return result;
  }

  beforeEach(() => {
    dir = tempDir();
    mkdirSync(join(dir.path, 'sessions'));
    sessions = [keyed()];
    clock = new FakeClock(Date.now());
    calls = [];
  });
  afterEach(() => dir[Symbol.dispose]());

  function open(seen: readonly (readonly [string, SeenRecord])[] = [], directory = join(dir.path, 'sessions')): AcpRecords {
    return new AcpRecords({ directory, fs, clock, keys, seen });
  }

  function write(messages: readonly unknown[], over: Readonly<Record<string, unknown>> = {}, name = 'rec-1'): void {
    const known = { schema: 'acpx.session.v1', acpx_record_id: name, name: key, created_at: '2026-11-22T12:20:00.000Z', closed: false };
    writeFileSync(join(dir.path, 'part'), JSON.stringify({ ...known, messages, ...over }));
    renameSync(join(dir.path, 'part'), join(dir.path, 'sessions', `${name}.json`));
  }

  function wire(lines: readonly object[], name = 'rec-1'): void {
    writeFileSync(join(dir.path, 'sessions', `${name}.stream.ndjson`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  const prompt = (text: string) => ({ id: 2, method: 'session/prompt', params: { prompt: [{ type: 'text', text }] } });
  const update = (fields: object) => ({ method: 'session/update', params: { update: fields } });
  const chunk = (text: string) => update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  const said = (records: AcpRecords) => records.read().map(({ role, text }) => `${role}: ${text}`);

  it('goes on when the runner drops the oldest of 200 messages', () => {
    const records = open();
    write(turns(0, 100));
    expect(said(records)).toHaveLength(200);
    write(turns(0, 101).slice(-200));
    expect(said(records)).toEqual(['user: question 100', 'assistant: answer 100']);
    // After a prompt alone was added, the oldest that is left is an answer whose prompt is gone.
    write([...turns(1, 101), asked('u-101', 'question 101')].slice(-200));
    expect(said(records)).toEqual(['user: question 101']);
  });

  it('tells under other names what a record holds that took the place of another', () => {
    const records = open();
    write(turns(0, 2));
    const before = records.read().map(({ ref }) => ref);
    write([asked('other', 'something else'), answered('indeed')]);
    const after = records.read();
    expect(after.map(({ text }) => text)).toEqual(['something else', 'indeed']);
    expect(after.filter(({ ref }) => before.includes(ref))).toEqual([]);
  });

  it('tells nothing anew when a record has shrunk', () => {
    const records = open();
    write(turns(0, 3));
    records.read();
    write(turns(0, 2));
    const again = records.read().map(({ ref }) => ref);
    write(turns(0, 3));
    expect(records.read().map(({ ref }) => ref)).toEqual(['rec-1:u-2', 'rec-1:u-2:0.0']);
    expect(new Set(again).size).toBe(4);
  });

  it('tells a turn again that has grown', () => {
    const records = open();
    write([asked('u-1', 'question'), answered('as far as')]);
    const [, first] = records.read();
    write([asked('u-1', 'question'), answered('as far as it goes')]);
    expect(records.read()).toMatchObject([{ role: 'user' }, { text: 'as far as it goes', ref: first?.ref }]);
  });

  it('tells the same words twice when they were said twice', () => {
    write([asked('u-1', 'again'), answered('yes'), asked('u-2', 'again'), answered('yes')]);
    const messages = open().read();
    expect(messages.map(({ text }) => text)).toEqual(['again', 'yes', 'again', 'yes']);
    expect(new Set(messages.map(({ ref }) => ref)).size).toBe(4);
  });

  it('keeps prompts apart that a hostile record gives one id', () => {
    write([asked('u', 'one'), asked('u', 'two'), { User: { content: [{ Text: 'three' }] } }, { User: 7 }, 'Resume']);
    const messages = open().read();
    expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(new Set(messages.map(({ ref }) => ref)).size).toBe(3);
  });

  it('takes from the wire what the record cut, left out, or ran together', () => {
    const long = `${'so it went on, '.repeat(700)}to the end`;
    const calls = [{ Text: 'First.Then' }, { ToolUse: { id: 'call-1', name: 'read', input: {} } }, { Text: `${long.slice(0, 7_997)}...` }];
    const tool_results = { 'call-1': { tool_use_id: 'call-1', tool_name: 'read', is_error: false, content: { Text: '' } } };
    wire([
      prompt('[Sun 2026-11-22 12:20 UTC] question'),
      chunk('First.'),
      chunk('\n\n'),
      chunk('Then'),
      update({ sessionUpdate: 'tool_call', toolCallId: 'call-1', title: 'read' }),
      update({
        sessionUpdate: 'tool_call_update',
        toolCallId: 'call-1',
        content: [{ type: 'content', content: { type: 'text', text: 'found' } }],
      }),
      chunk(long.slice(0, 5_000)),
      chunk(long.slice(5_000)),
      { id: 2, result: { stopReason: 'end_turn' } },
    ]);
    write([asked('u-1', 'question'), { Agent: { content: calls, tool_results } }]);
    expect(
      open()
        .read()
        .map(({ role, text }) => [role, text]),
    ).toEqual([
      ['user', 'question'],
      ['assistant', 'First.\n\nThen\n[tool read]'],
      ['tool', 'found'],
      ['assistant', long],
    ]);
  });

  it('takes from the wire what a record that is first seen late has dropped, and nothing twice', () => {
    const lines = Array.from({ length: 130 }, (_, n) => [prompt(`[Sun 2026-11-22 12:20 UTC] question ${n}`), chunk(`answer ${n}`)]).flat();
    wire(lines);
    write(turns(0, 130).slice(-199));
    const records = open();
    const texts = records.read().map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 130 }, (_, n) => [`question ${n}`, `answer ${n}`]).flat());
    wire([...lines, prompt('[Sun 2026-11-22 12:21 UTC] question 130'), chunk('answer 130')]);
    write(turns(0, 131).slice(-200));
    expect(said(records)).toEqual(['user: question 130', 'assistant: answer 130']);
  });

  it('are read beside any wire, whatever it holds', () => {
    const anything = fc.oneof(fc.string(), fc.array(fc.object()), fc.object(), fc.constant(undefined));
    const line = fc.oneof(
      fc.record({ method: fc.constantFrom('session/prompt', 'session/update', 'other'), params: anything }),
      fc.record({ method: fc.constant('session/prompt'), params: fc.record({ prompt: anything }) }),
      fc.record({
        method: fc.constant('session/update'),
        params: fc.record({
          update: fc.record({
            sessionUpdate: fc.constantFrom('agent_message_chunk', 'agent_thought_chunk', 'tool_call', 'tool_call_update'),
            content: fc.oneof(anything, fc.record({ text: fc.string() })),
            toolCallId: fc.oneof(fc.string(), anything),
          }),
        }),
      }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.string(), (lines, torn) => {
        wire([prompt('[Sun 2026-11-22 12:20 UTC] question 1'), ...lines, { torn }]);
        write(turn(1));
        expect(said(open()).slice(0, 1)).toEqual(['user: question 1']);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves a record as it is that its wire says nothing of', () => {
    wire([prompt('[Sun 2026-11-22 12:20 UTC] another question'), chunk('another answer')]);
    write(turn(1));
    expect(said(open())).toEqual(['user: question 1', 'assistant: answer 1']);
  });

  it('gives turns the time that was on the wall, where that is not UTC', () => {
    const stamp = (minute: string) => `Sun 2026-11-22 ${minute} GMT+5:30`;
    const messages = [asked('u-1', 'one', stamp('17:51')), answered('first'), asked('u-2', 'two', stamp('17:59')), answered('second')];
    write(messages, { last_prompt_at: '2026-11-22T12:29:30.000Z', last_used_at: '2026-11-22T12:29:40.000Z' });
    expect(
      open()
        .read()
        .map(({ at }) => new Date(at).toISOString().slice(11, 19)),
    ).toEqual(['12:21:00', '12:21:00', '12:29:30', '12:29:40']);
  });

  it('is not led into the future for ever by a clock that was ahead for one turn', () => {
    const ahead = [asked('u-1', 'one', 'Fri 2099-01-02 10:00 UTC'), answered('first'), ...turn(2)];
    write(ahead, { last_prompt_at: '2026-11-22T12:29:30.000Z', last_used_at: '2026-11-22T12:29:40.000Z' });
    const times = open()
      .read()
      .map(({ at }) => at);
    expect(Math.max(...times)).toBeLessThan(Date.UTC(2026, 10, 22, 12, 30));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('keeps turns in order that were told at different times', () => {
    const records = open();
    write(turn(1), { last_prompt_at: '2026-11-22T12:20:31.000Z', last_used_at: '2026-11-22T12:20:40.000Z' });
    const first = records.read();
    write([...turns(1, 4)], { last_prompt_at: '2026-11-22T12:20:50.000Z', last_used_at: '2026-11-22T12:20:55.000Z' });
    const times = [...first, ...records.read()].map(({ at }) => at);
    expect(times).toHaveLength(6);
    expect(times.every((at, index) => index === 0 || at > (times[index - 1] ?? 0))).toBe(true);
  });

  it('wait for an index that comes to know later that a runner leads their conversation', () => {
    sessions = [keyed({ isAcp: false })];
    write(turn(1));
    const records = open();
    expect(said(records)).toEqual([]);
    sessions = [keyed({ sessionId: 's-2' })];
    clock.advance(1_000);
    expect(records.read()).toMatchObject([{ sessionId: 's-2' }, { sessionId: 's-2' }]);
  });

  it('get a conversation of their own when no index comes to know it', () => {
    sessions = [keyed({ isAcp: false })];
    write(turn(1));
    const records = open();
    expect(said(records)).toEqual([]);
    clock.advance(30_000);
    expect(records.read()).toMatchObject([{ sessionId: 'acpx-rec-1' }, { sessionId: 'acpx-rec-1' }]);
  });

  describe('of several state directories that share one runner', () => {
    it('are taken by the one whose index names them', () => {
      sessions = [keyed({ acpRecordId: 'rec-2', acpCwd: '/ours' })];
      write(turn(1), { cwd: '/theirs' }, 'rec-1');
      write(turn(2), { cwd: '/theirs' }, 'rec-2');
      expect(said(open())).toEqual(['user: question 2', 'assistant: answer 2']);
    });

    it('are left alone where the agent works elsewhere, until the index names them', () => {
      sessions = [keyed({ acpCwd: '/ours' })];
      write(turn(1), { cwd: '/theirs' });
      const records = open();
      expect(said(records)).toEqual([]);
      sessions = [keyed({ acpCwd: '/ours', acpRecordId: 'rec-1' })];
      clock.advance(1_000);
      expect(said(records)).toHaveLength(2);
    });
  });

  it('are found through a link', () => {
    write(turn(1));
    symlinkSync(join(dir.path, 'sessions'), join(dir.path, 'linked'));
    expect(said(open([], join(dir.path, 'linked')))).toHaveLength(2);
  });

  it('cost one stat while nothing changes, however many there are and whoever they belong to', () => {
    for (let index = 0; index < 200; index++) write(turn(1), { name: index % 2 === 0 ? key : 'agent:other:main' }, `rec-${index}`);
    writeFileSync(join(dir.path, 'sessions', 'torn.json'), '{"schema":');
    const records = open();
    expect(records.read()).toHaveLength(200);
    clock.advance(5_000);
    expect(records.read()).toEqual([]);
    clock.advance(5_000);
    calls = [];
    expect(records.read()).toEqual([]);
    expect(calls).toEqual(['stat']);
  });

  it('are looked at in portions, and one that changes meanwhile is not put off', () => {
    for (let index = 0; index < 40; index++) write(turn(index), {}, `rec-${index}`);
    const slow: FileSystem = {
      ...fs,
      open(path) {
        clock.advance(10);
        return nodeFileSystem.open(path);
      },
    };
    const records = new AcpRecords({ directory: join(dir.path, 'sessions'), fs: slow, clock, keys, seen: [] });
    const first = records.read();
    expect(first.length).toBeLessThan(20);
    const name = first[0]?.ref.split(':')[0] ?? '';
    write(
      [...turns(0, 1), ...turn(7)].slice(-2).map((message) => structuredClone(message)),
      {},
      name,
    );
    const found = new Set(first.map(({ ref }) => ref));
    const next = records.read();
    expect(next.some(({ ref }) => ref.startsWith(`${name}:`))).toBe(true);
    for (const { ref } of next) found.add(ref);
    for (let round = 0; round < 60; round++) {
      // Something changes all the time.
      write(turn(99), {}, 'busy');
      for (const { ref } of records.read()) found.add(ref);
    }
    for (let index = 0; index < 40; index++) expect(found).toContain(`rec-${index}:u-${index}`);
  });

  it('are gone on with after a restart', () => {
    write(turns(0, 2));
    const before = open();
    before.read();
    write(turns(0, 3));
    expect(said(open(before.seen))).toEqual(['user: question 2', 'assistant: answer 2']);
  });
});
