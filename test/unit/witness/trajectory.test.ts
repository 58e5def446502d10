import { appendFileSync, copyFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../main/core/platform/node-file-system.ts';
import { createTrajectoryWitness } from '../../../main/core/witness/trajectory.ts';
import { readTrajectoryLine } from '../../../main/core/witness/trajectory-lines.ts';
import type { Witness } from '../../../main/core/witness/witness.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type TempDir, tempDir } from '../../support/temp-dir.ts';

const recorded = join(
  import.meta.dirname,
  '../../fixtures/openclaw-2026.6/agents/main/sessions/481d82f6-cbd4-4545-850e-d72d14b401c8.trajectory.jsonl',
);
const runId = '0142b666-a0cf-4898-96c2-e0cc14bf0561';

function step(type: string, data: object, over: object = {}): string {
  const known = { traceSchema: 'openclaw-trajectory', schemaVersion: 1, ts: '2026-11-22T12:00:00.000Z', sessionId: 's-1' };
  return `${JSON.stringify({ ...known, sessionKey: 'Agent:Main:Main', runId: 'r-1', type, data, ...over })}\n`;
}

function read(line: string) {
  return readTrajectoryLine(Buffer.from(line.trimEnd()), 'main');
}

describe('a line of a trajectory', () => {
  it('tells both sides of a recorded turn, and when it ended', () => {
    const sightings = readFileSync(recorded, 'utf8').trimEnd().split('\n').map(read);
    expect(sightings.flatMap(({ messages }) => messages)).toMatchObject([
      { role: 'user', text: 'hello #one', ref: `${runId}:user`, sessionKey: 'agent:main:main', endsRun: false },
      { role: 'assistant', text: 'reply to one: part1 part2 part3 end-one', ref: `${runId}:0`, phase: 'final', endsRun: true },
    ]);
    expect(sightings.flatMap(({ events }) => events).map(({ event }) => event)).toEqual(['run-started', 'run-ended']);
  });

  it('takes from the snapshot what came after the last prompt, tools included', () => {
    const messagesSnapshot = [
      { role: 'user', content: 'before' },
      { role: 'assistant', content: [{ type: 'text', text: 'an older reply' }] },
      { role: 'user', content: 'now' },
      { role: 'assistant', content: [{ type: 'toolCall', id: 't', name: 'read', arguments: {} }], stopReason: 'toolUse' },
      { role: 'toolResult', toolCallId: 't', toolName: 'read', content: [{ type: 'text', text: 'forty-two' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'It is forty-two.' }], stopReason: 'stop' },
    ];
    const { messages } = read(step('model.completed', { messagesSnapshot, assistantTexts: ['It is forty-two.'] }));
    expect(messages.map(({ role, text, endsRun, ref }) => ({ role, text, endsRun, ref }))).toEqual([
      { role: 'assistant', text: '[tool read]', endsRun: false, ref: 'r-1:0' },
      { role: 'tool', text: 'forty-two', endsRun: false, ref: 'r-1:1' },
      { role: 'assistant', text: 'It is forty-two.', endsRun: true, ref: 'r-1:2' },
    ]);
  });

  it('ends a run with the last that was said, when what failed comes after it', () => {
    const messagesSnapshot = [
      { role: 'user', content: 'now' },
      { role: 'assistant', content: [{ type: 'text', text: 'All of the answer.' }], stopReason: 'stop' },
      { role: 'assistant', content: [{ type: 'text', text: '' }], stopReason: 'error', errorMessage: 'EACCES: permission denied' },
    ];
    expect(read(step('model.completed', { messagesSnapshot })).messages).toMatchObject([
      { role: 'assistant', text: 'All of the answer.', phase: 'final', endsRun: true },
    ]);
  });

  it('calls a reply that was cut off aborted', () => {
    expect(read(step('model.completed', { aborted: true, assistantTexts: ['Half of'] })).messages).toMatchObject([
      { phase: 'aborted', text: 'Half of', endsRun: true },
    ]);
  });

  it('passes over what OpenClaw asks by itself at the start of a session', () => {
    const prompt = 'A new session was started via /new or /reset. Run your Session Startup sequence.';
    expect(read(step('prompt.submitted', { prompt })).messages).toEqual([]);
  });

  it('never throws and never takes another file for a trajectory', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(read(line)).toEqual({ messages: [], events: [] });
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('model.completed', 'prompt.submitted', 'session.ended'), fc.object(), (type, data) => {
        read(step(type, data));
      }),
    );
  });
});

describe('the trajectory witness', () => {
  let dir: TempDir;
  let path: string;
  const clock = new FakeClock(Date.now());

  beforeEach(() => {
    dir = tempDir();
    path = join(dir.path, 's-1.trajectory.jsonl');
  });
  afterEach(() => dir[Symbol.dispose]());

  const open = (cursor?: string) => createTrajectoryWitness({ fs: nodeFileSystem, clock, cursor });

  /** Texts of one collect, and the cursor that was committed with them. */
  function take(witness: Witness): { readonly texts: readonly string[]; readonly cursor: string | undefined } {
    const { messages, cursor } = witness.collect();
    witness.committed();
    return { texts: messages.map(({ text }) => text), cursor };
  }

  const say = (text: string) => appendFileSync(path, step('prompt.submitted', { prompt: text }, { runId: text }));

  it('gives what was written since it last looked, and a torn line only once it is whole', () => {
    using witness = open();
    say('one');
    const torn = step('prompt.submitted', { prompt: 'two' });
    appendFileSync(path, torn.slice(0, 40));
    witness.follows.changed(path, 'main');
    expect(take(witness).texts).toEqual(['one']);
    appendFileSync(path, torn.slice(40));
    witness.follows.changed(path, 'main');
    expect(take(witness).texts).toEqual(['two']);
  });

  it('offers the same again until it is durable', () => {
    using witness = open();
    say('one');
    witness.follows.changed(path, 'main');
    expect(witness.collect().messages).toHaveLength(1);
    say('two');
    witness.follows.changed(path, 'main');
    expect(witness.collect().messages.map(({ text }) => text)).toEqual(['one']);
    witness.committed();
    expect(take(witness).texts).toEqual(['two']);
  });

  it('goes on after a restart where it was', () => {
    say('one');
    using before = open();
    before.follows.changed(path, 'main');
    const { cursor } = take(before);
    say('two');
    using after = open(cursor);
    after.follows.changed(path, 'main');
    expect(take(after).texts).toEqual(['two']);
  });

  it('does not read again what an earlier run read and no longer remembers by name', () => {
    say('one');
    utimesSync(path, new Date(clock.now() - 3_600_000), new Date(clock.now() - 3_600_000));
    using witness = open(JSON.stringify({ readBefore: clock.now(), marks: [] }));
    witness.follows.changed(path, 'main');
    expect(take(witness).texts).toEqual([]);
    say('two');
    witness.follows.changed(path, 'main');
    expect(take(witness).texts).toEqual(['two']);
  });

  it('reads a file from its beginning that took the place of another', () => {
    using witness = open();
    say('one');
    witness.follows.changed(path, 'main');
    take(witness);
    writeFileSync(join(dir.path, 'new'), step('prompt.submitted', { prompt: 'other' }));
    rmSync(path);
    copyFileSync(join(dir.path, 'new'), path);
    witness.follows.changed(path, 'main');
    expect(take(witness).texts).toEqual(['other']);
  });

  it('reads a long file in several looks', () => {
    const long = 'x'.repeat(700_000);
    for (const name of ['a', 'b', 'c']) say(`${name}${long}`);
    using witness = open();
    witness.follows.changed(path, 'main');
    const counts: number[] = [];
    for (let texts = take(witness).texts; texts.length > 0; texts = take(witness).texts) counts.push(texts.length);
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('takes a file that is gone for nothing', () => {
    using witness = open();
    witness.follows.changed(join(dir.path, 'gone.trajectory.jsonl'), 'main');
    expect(take(witness).texts).toEqual([]);
  });
});
