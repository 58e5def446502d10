import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecorderSetup } from '../../../main/core/recorder-plugin/setup.ts';
import type { RecorderReading } from '../../../main/core/witness/recorder-feed.ts';
import { createRecorderWitness, type RecorderWitness } from '../../../main/core/witness/recorder-spool.ts';
import type { WitnessBatch } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const NAME = '1795350000000-4711';
const KEY = 'agent:main:main';
const envelope = 'Sender (untrusted metadata):\n```json\n{\n  "id": "gateway-client"\n}\n```\n\n[Sun 2026-11-22 11:24 UTC] ';
const user = { role: 'user', content: [{ type: 'text', text: `${envelope}hello` }] };

let dir: TempDir;
let spoolDir: string;
let root: string;
let clock: FakeClock;
let alive: Set<number>;
let setup: RecorderSetup;
let logged: unknown[];
let seq: number;

beforeEach(() => {
  dir = tempDir();
  spoolDir = join(dir.path, 'recorder-spool');
  root = join(dir.path, 'state');
  mkdirSync(root);
  clock = new FakeClock();
  alive = new Set([4711]);
  setup = { is: 'installed' };
  logged = [];
  seq = 0;
});

afterEach(() => dir[Symbol.dispose]());

function witness(cursor?: string): RecorderWitness {
  return createRecorderWitness({
    spoolDir,
    root,
    cursor,
    clock,
    log: { log: (_level, event, fields) => logged.push([event, fields]) },
    processAlive: (pid) => alive.has(pid),
    setup: () => setup,
  });
}

function line(hook: string, fields: object = {}): string {
  return `${JSON.stringify({ v: 1, t: clock.now(), seq: hook === 'spool' ? 0 : ++seq, hook, ...fields })}\n`;
}

function append(text: string, name = `${NAME}.jsonl`): void {
  mkdirSync(spoolDir, { recursive: true });
  appendFileSync(join(spoolDir, name), text);
}

function begin(stateDir = root, pid = 4711, name = `${NAME}.jsonl`): void {
  append(line('spool', { part: 0, pid, stateDir, openclaw: '2026.3.13' }), name);
}

function said(message: object, fields: object = {}): string {
  return line('before_message_write', { agentId: 'main', sessionKey: KEY, sessionId: 's-1', message, ...fields });
}

function assistant(text: string, stopReason = 'stop'): object {
  return { role: 'assistant', content: [{ type: 'text', text }], stopReason };
}

function taken(subject: RecorderWitness): WitnessBatch {
  const batch = subject.collect();
  subject.committed();
  return batch;
}

describe('the spool of the recorder plugin', () => {
  it('tells every message as a person reads it and as OpenClaw means to save it', () => {
    begin();
    const tool = { role: 'toolResult', toolCallId: 't', content: [{ type: 'text', text: 'ran' }] };
    const call = { role: 'assistant', content: [{ type: 'toolCall', id: 't', name: 'exec', arguments: {} }], stopReason: 'toolUse' };
    append([user, call, tool, assistant('done')].map((message) => said(message)).join(''));
    const { messages } = witness().collect();
    expect(messages).toEqual([
      expect.objectContaining({ role: 'user', text: 'hello', endsRun: false, phase: 'final', ref: `${NAME}:1` }),
      expect.objectContaining({ role: 'assistant', text: '[tool exec]', endsRun: false, ref: `${NAME}:2` }),
      expect.objectContaining({ role: 'tool', text: 'ran', endsRun: false, ref: `${NAME}:3` }),
      expect.objectContaining({ role: 'assistant', text: 'done', endsRun: true, ref: `${NAME}:4` }),
    ]);
    expect(messages[0]).toMatchObject({
      witness: 'recorder-plugin',
      agent: 'main',
      sessionKey: KEY,
      sessionId: 's-1',
      at: clock.now(),
      message: JSON.stringify(user),
    });
  });

  it.each(['aborted', 'error'] as const)('knows a reply that ended %s', (stopReason) => {
    begin();
    append(said(assistant('Half of', stopReason)));
    expect(witness().collect().messages).toMatchObject([{ phase: stopReason, endsRun: true }]);
  });

  it('gives the same ref to a message that is announced twice', () => {
    begin();
    const twice = { role: 'user', content: 'first', idempotencyKey: 'run-1:user' };
    append(said(twice) + said(twice));
    expect(
      new Set(
        witness()
          .collect()
          .messages.map(({ ref }) => ref),
      ),
    ).toEqual(new Set(['key:main:run-1:user']));
    expect(witness().collect().messages[0]).toMatchObject({ runId: 'run-1', text: 'first' });
  });

  it('passes over what nobody said: the prompt of a new session, and messages without words', () => {
    begin();
    const startup = { role: 'user', content: 'A new session was started via /new or /reset. Run your Session Startup sequence.' };
    append(said(startup) + said({ role: 'assistant', content: [], stopReason: 'aborted' }) + said({ role: 'custom', content: 'x' }));
    expect(witness().collect().messages).toEqual([]);
  });

  it('waits for the end of a line that is being written', () => {
    begin();
    const whole = said(user);
    append(whole.slice(0, 50));
    const subject = witness();
    expect(taken(subject).messages).toEqual([]);
    append(whole.slice(50));
    expect(taken(subject).messages).toHaveLength(1);
  });

  it('passes over a line that a full disk tore, and says so without its words', () => {
    begin();
    append(`${said(user).slice(0, 150)}\n${said(assistant('next'))}`);
    expect(witness().collect().messages).toMatchObject([{ text: 'next' }]);
    expect(logged).toEqual([['recorder-lines-skipped', { lines: 1 }]]);
  });

  it('notices a spool that appears later', () => {
    const subject = witness();
    expect(taken(subject)).toEqual({ messages: [], events: [] });
    begin();
    append(said(user));
    expect(taken(subject).messages).toHaveLength(1);
  });

  it('gives a batch again until it is committed, and then no more', () => {
    begin();
    append(said(user));
    const subject = witness();
    const first = subject.collect();
    append(said(assistant('later')));
    expect(subject.collect()).toEqual(first);
    subject.committed();
    expect(taken(subject).messages).toMatchObject([{ text: 'later' }]);
    expect(subject.collect()).toEqual({ messages: [], events: [] });
  });

  it('goes on after a restart where the cursor says', () => {
    begin();
    append(said(user));
    const { cursor } = witness().collect();
    append(said(assistant('new')));
    expect(witness(cursor).collect().messages).toMatchObject([{ text: 'new' }]);
  });

  it('reads everything once more, under the same refs, when its cursor is none', () => {
    begin();
    append(said(user));
    expect(witness('{"v":7}').collect().messages).toEqual(witness().collect().messages);
  });

  it('reads the parts of a recording in order', () => {
    begin();
    append(said(assistant('one')));
    for (const part of [1, 2, 10]) begin(root, 4711, `${NAME}.${part}.jsonl`);
    append(said(assistant('four')), `${NAME}.10.jsonl`);
    append(said(assistant('three')), `${NAME}.2.jsonl`);
    append(said(assistant('two')), `${NAME}.1.jsonl`);
    expect(
      witness()
        .collect()
        .messages.map(({ text }) => text),
    ).toEqual(['one', 'two', 'three', 'four']);
  });

  it('reads only what belongs to its own OpenClaw', () => {
    begin(join(dir.path, 'another'), 5, '1795350000001-5.jsonl');
    append(said(assistant('theirs')), '1795350000001-5.jsonl');
    begin();
    append(said(assistant('ours')));
    expect(
      witness()
        .collect()
        .messages.map(({ text }) => text),
    ).toEqual(['ours']);
  });

  it('takes at most a few megabytes at a time, and all of them in the end', () => {
    begin();
    for (let n = 0; n < 12; n++) append(said(assistant(`${n} ${'x'.repeat(700_000)}`)));
    const subject = witness();
    const first = taken(subject).messages.length;
    expect(first).toBeLessThan(12);
    const rest = Array.from({ length: 12 }, () => taken(subject).messages.length).reduce((sum, count) => sum + count, 0);
    expect(first + rest).toBe(12);
  });

  it('takes a single message that is larger than that', () => {
    begin();
    append(said(assistant('x'.repeat(6_000_000))));
    const subject = witness();
    const texts = [taken(subject), taken(subject)].flatMap(({ messages }) => messages.map(({ text }) => text.length));
    expect(texts).toEqual([6_000_000]);
  });

  it('tells the plugin how far it has read, beside what others have', () => {
    begin();
    append(said(user));
    writeFileSync(join(spoolDir, '1795350000001-5.jsonl'), '');
    writeFileSync(join(spoolDir, 'read.json'), JSON.stringify({ files: { '1795350000001-5.jsonl': 3, 'gone.jsonl': 9 } }));
    const subject = witness();
    subject.collect();
    expect(JSON.parse(readFileSync(join(spoolDir, 'read.json'), 'utf8')).files).not.toHaveProperty(`${NAME}.jsonl`);
    subject.committed();
    expect(JSON.parse(readFileSync(join(spoolDir, 'read.json'), 'utf8')).files).toEqual({
      '1795350000001-5.jsonl': 3,
      [`${NAME}.jsonl`]: readFileSync(join(spoolDir, `${NAME}.jsonl`)).length,
    });
  });

  it('survives that the spool is taken away', () => {
    begin();
    append(said(user));
    const subject = witness();
    taken(subject);
    rmSync(spoolDir, { recursive: true });
    expect(taken(subject).messages).toEqual([]);
    expect(existsSync(spoolDir)).toBe(false);
  });

  it('reads a file from its beginning that was cut', () => {
    begin();
    append(said(user));
    const subject = witness();
    taken(subject);
    truncateSync(join(spoolDir, `${NAME}.jsonl`), 0);
    seq = 0;
    begin();
    append(said(assistant('x')));
    expect(taken(subject).messages).toMatchObject([{ text: 'x', ref: `${NAME}:1` }]);
  });
});

describe('what the spool knows of the gateway', () => {
  it('tells its start and its announced end', () => {
    begin();
    append(line('gateway_start', { port: 1 }) + line('gateway_stop', { reason: 'gateway stopping' }));
    alive.clear();
    const subject = witness();
    expect(taken(subject).events).toMatchObject([
      { event: 'gateway-up', version: '2026.3.13', instance: NAME },
      { event: 'gateway-ended', clean: true, pid: 4711 },
    ]);
    expect(taken(subject).events).toEqual([]);
  });

  it('tells an end that nobody announced once, also over a restart', () => {
    begin();
    append(line('gateway_start') + said(user));
    const subject = witness();
    taken(subject);
    clock.advance(60_000);
    alive.clear();
    const { events, cursor } = taken(subject);
    expect(events).toMatchObject([{ event: 'gateway-ended', clean: false, pid: 4711, at: clock.now() - 60_000 }]);
    expect(taken(subject).events).toEqual([]);
    expect(witness(cursor).collect().events).toEqual([]);
  });

  it('takes a gateway for ended when the next one starts, though its pid lives on as something else', () => {
    begin();
    append(line('gateway_start'));
    const subject = witness();
    taken(subject);
    begin(root, 4712, '1795350009000-4712.jsonl');
    append(line('gateway_start'), '1795350009000-4712.jsonl');
    expect(taken(subject).events).toMatchObject([{ event: 'gateway-ended', clean: false, pid: 4711 }, { event: 'gateway-up' }]);
  });

  it('dates an end that it saw itself to now', () => {
    begin();
    append(line('gateway_start'));
    const subject = witness();
    taken(subject);
    taken(subject);
    clock.advance(60_000);
    alive.clear();
    expect(taken(subject).events).toMatchObject([{ event: 'gateway-ended', clean: false, at: clock.now() }]);
  });

  it('says nothing of the end of a process that was no gateway', () => {
    begin();
    append(said(user));
    alive.clear();
    const subject = witness();
    expect([...taken(subject).events, ...taken(subject).events]).toEqual([]);
  });

  it('tells that the plugin had to drop something', () => {
    begin();
    append(line('dropped', { count: 3 }));
    expect(witness().collect().events).toMatchObject([{ event: 'missed', frames: 3 }]);
  });

  it('hands over what was received and replied, each once', () => {
    begin();
    append(line('message_received', { runId: 'run-1', text: 'question' }));
    append(line('reply_payload_sending', { runId: 'run-1', sessionKey: 'Agent:Kimi:acp:1', text: 'answer' }));
    const subject = witness();
    const readings: [string, RecorderReading][] = [];
    using _received = subject.feed.onReceived((reading) => readings.push(['received', reading]));
    using _replied = subject.feed.onReply((reading) => readings.push(['reply', reading]));
    subject.collect();
    taken(subject);
    taken(subject);
    expect(readings).toEqual([
      ['received', { ref: `${NAME}:1`, at: clock.now(), runId: 'run-1', text: 'question' }],
      ['reply', { ref: `${NAME}:2`, at: clock.now(), runId: 'run-1', sessionKey: 'agent:kimi:acp:1', text: 'answer' }],
    ]);
  });
});

describe('how the recorder is doing', () => {
  it('is off where it is not installed', () => {
    setup = { is: 'absent' };
    expect(witness().status).toEqual({ kind: 'recorder-plugin', state: 'off' });
  });

  it('waits for the next start of the gateway', () => {
    expect(witness().status.state).toBe('waiting');
  });

  it('listens while a gateway with the plugin runs', () => {
    begin();
    append(line('gateway_start') + said(user));
    const subject = witness();
    taken(subject);
    expect(subject.status).toEqual({ kind: 'recorder-plugin', state: 'listening', lastMessageAt: clock.now() });
    alive.clear();
    expect(subject.status.state).toBe('waiting');
  });

  it('says what keeps it out, and looks again', () => {
    const problem = { code: 'plugins-disabled', message: 'no plugins', hint: 'change it' };
    setup = { is: 'blocked', problem };
    const subject = witness();
    expect(subject.status).toEqual({ kind: 'recorder-plugin', state: 'blocked', problem });
    setup = { is: 'installed' };
    expect(subject.status.state).toBe('blocked');
    clock.advance(10_000);
    expect(subject.status.state).toBe('waiting');
  });
});
