import { describe, expect, it } from 'vitest';
import { witnessGeneration } from './scene.ts';
import { key, type WitnessedScene } from './witnessed-scene.ts';
import { seed, talked } from './witnessed-stories.ts';

describe('a conversation that goes on unwritten after a reset', () => {
  it('is one incident, of the reset, with every message in it', () => {
    const scene = seed();
    scene.run(10_000);
    expect(scene.alarms).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft).toMatchObject({
      severity: 'loss',
      nativeId: 's1',
      messages: 2,
      generationId: witnessGeneration,
      evidence: { successor: 's2', unpersisted: 2, witnesses: ['recorder-plugin'], reason: 'directory-read-only' },
    });
    expect(scene.witnessed.texts('unpersisted')).toEqual(['question 2', 'answer 2']);
  });

  it('grows in the same incident while it lasts', () => {
    const scene = seed();
    scene.run(10_000);
    for (let turn = 0; turn < 5; turn++) {
      scene.converse('s2', { written: 'none', leaksLock: true, isFirst: true });
      scene.run(20_000);
    }
    expect(scene.alarms).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft.messages).toBe(12);
  });

  it('is one incident when the lock is gone and the index tells of the turn first', () => {
    const scene = seed({ leaksLock: false });
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.run(30_000);
    expect(scene.alarms).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft.messages).toBe(2);
  });

  it('is one incident when the reset is understood after the loss was told', () => {
    const scene = talked();
    scene.probe = { directory: 'read-only', transcript: 'missing' };
    scene.index(key, { sessionId: 's2', ranOnce: false });
    scene.converse('s2', { written: 'none', leaksLock: false });
    scene.run(6_000);
    expect(scene.openKinds).toEqual(['unpersisted']);
    scene.archive('s1', 'reset');
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft).toMatchObject({ messages: 2, generationId: witnessGeneration });
    expect(scene.only('unpersisted').resolution).toBe('expected');
  });

  it('says that the prompts are missing where only the stream saw it', () => {
    const scene = seed({ seenBy: ['stream'] });
    scene.converse('s2', { written: 'none', leaksLock: true, seenBy: ['stream'], isFirst: true });
    scene.run(10_000);
    expect(scene.only('reset-without-successor').draft).toMatchObject({
      messages: 2,
      evidence: { userMessagesMissing: 2, witnesses: ['gateway-stream'] },
    });
  });

  it('knows between which times the prompts are missing', () => {
    const scene = seed({ seenBy: ['stream'] });
    scene.converse('s2', { written: 'none', leaksLock: true, seenBy: ['stream'], isFirst: true });
    scene.run(10_000);
    const { firstAt, lastAt, unheard } = scene.only('reset-without-successor').draft.evidence;
    expect(unheard).toEqual([
      [expect.any(Number), firstAt],
      [expect.any(Number), lastAt],
    ]);
  });

  it('stays open when OpenClaw writes again, but not what it missed', () => {
    const scene = seed();
    scene.run(10_000);
    scene.probe = { directory: 'writable', transcript: 'missing' };
    scene.converse('s2');
    scene.run(20_000);
    expect(scene.openKinds).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft.messages).toBe(2);
  });

  it('heals when all of it is written after all', () => {
    const scene = seed();
    const at = scene.now;
    scene.run(10_000);
    scene.write('s2', 'user', 'question 2', { at: at - 1_000 });
    scene.write('s2', 'assistant', 'answer 2', { at });
    scene.run(10_000);
    expect(scene.only('reset-without-successor').resolution).toBe('self-healed');
    expect(scene.witnessed.texts('unpersisted')).toEqual([]);
  });

  it('is not told again after a restart, and goes on growing', () => {
    const scene = seed();
    scene.run(10_000);
    scene.restart(60_000);
    scene.run(10_000);
    scene.converse('s2', { written: 'none', leaksLock: true, isFirst: true });
    scene.run(10_000);
    expect(scene.alarms).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft.messages).toBe(4);
  });

  it('is told once when gateway and core died in the middle of it', () => {
    const scene = seed();
    scene.run(10_000);
    scene.beginReply('s2', 'the beginning of an answer', { userWritten: false, recorder: true });
    scene.restart(30_000);
    scene.killGateway();
    scene.run(30_000);
    expect(scene.openKinds).toEqual(['reset-without-successor']);
    expect(scene.only('reset-without-successor').draft).toMatchObject({ messages: 4, evidence: { interrupted: true } });
  });

  it('is resolved by its restore', () => {
    const scene = seed();
    scene.run(10_000);
    scene.restored('s1', 'started');
    scene.restored('s1', 'verified');
    scene.run(10_000);
    expect(scene.only('reset-without-successor').resolution).toBe('restored');
  });
});

describe('a transcript that stays as it is while replies arrive', () => {
  function blocked(): WitnessedScene {
    const scene = talked();
    scene.probe = { directory: 'writable', transcript: 'read-only' };
    scene.converse('s1', { written: 'none' });
    scene.run(10_000);
    return scene;
  }

  it('is told with its reason', () => {
    const scene = blocked();
    expect(scene.alarms).toEqual(['writes-blocked']);
    expect(scene.only('writes-blocked').draft).toMatchObject({
      severity: 'loss',
      nativeId: 's1',
      messages: 2,
      evidence: { reason: 'read-only-file' },
    });
  });

  it('is one incident for all its turns, tool results among them', () => {
    const scene = blocked();
    scene.converse('s1', { written: 'none', replies: ['Let me run that. ', 'Done.'] });
    scene.run(10_000);
    expect(scene.alarms).toEqual(['writes-blocked']);
    expect(scene.only('writes-blocked').draft.messages).toBe(6);
    expect(scene.witnessed.texts('covered')).toEqual(['answer 2', 'Let me run that. Done.']);
  });

  it('is known by its second lost turn where no reason can be seen', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none', seenBy: ['stream'] });
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['unpersisted']);
    scene.converse('s1', { written: 'none', seenBy: ['stream'] });
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['writes-blocked']);
    expect(scene.only('writes-blocked').draft).toMatchObject({ messages: 2, evidence: { reason: 'unknown', userMessagesMissing: 2 } });
  });

  it('names a full disk', () => {
    const scene = talked();
    scene.probe = { directory: 'writable', transcript: 'writable', freeBytes: 0 };
    scene.converse('s1', { written: 'none' });
    scene.run(10_000);
    expect(scene.only('writes-blocked').draft.evidence.reason).toBe('disk-full');
  });

  it('names a directory that is gone', () => {
    const scene = talked();
    scene.state = 'missing';
    scene.converse('s1', { written: 'none' });
    scene.run(10_000);
    expect(scene.openKinds).toContain('writes-blocked');
    expect(scene.only('writes-blocked').draft.evidence.reason).toBe('no-directory');
  });

  it('is told of a directory that was removed in mid turn and made again without a list of conversations', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none' });
    scene.remove('s1');
    scene.indexReading(undefined);
    scene.run(10_000);
    expect(scene.openKinds).toContain('unpersisted');
    expect(scene.only('unpersisted').draft).toMatchObject({ nativeId: 's1', messages: 2 });
  });

  it('is not told while the directory cannot be seen', () => {
    const scene = talked();
    scene.state = 'unreadable';
    scene.converse('s1', { written: 'none' });
    scene.run(60_000);
    expect(scene.alarms).toEqual(['source-unreadable']);
  });

  it('merges with a lock that is held too long', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none', leaksLock: true });
    scene.run(800_000, 5_000);
    expect(scene.alarms).toHaveLength(1);
  });

  it('stays told when the lock goes', () => {
    const scene = blocked();
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(2_000);
    scene.locks = [];
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['writes-blocked']);
  });
});

describe('single messages that are missing', () => {
  it('are told when the conversation goes on without them', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none' });
    scene.converse('s1');
    scene.run(10_000);
    expect(scene.only('unpersisted').draft).toMatchObject({ severity: 'loss', messages: 2 });
    expect(scene.witnessed.texts('unpersisted')).toEqual(['question 2', 'answer 2']);
  });

  it('need a sighting each, also when they say the same', () => {
    const scene = talked();
    scene.converse('s1', { user: 'ok', replies: ['Done.'] });
    scene.run(2_000);
    scene.converse('s1', { user: 'ok', replies: ['Done.'], written: 'none' });
    scene.run(10_000);
    expect(scene.witnessed.texts('unpersisted')).toEqual(['ok', 'Done.']);
  });

  it('are told whatever they begin with, when they belong to a lost turn', () => {
    const scene = talked();
    scene.converse('s1', { user: 'stop', replies: ['⚠️ Agent failed before reply: nothing'], written: 'none', seenBy: ['recorder'] });
    scene.converse('s1', { user: 'why', replies: ['⚠️ Take care: it is hot.'], written: 'none', seenBy: ['recorder'] });
    scene.converse('s1');
    scene.run(10_000);
    expect(scene.witnessed.texts('unpersisted')).toContain('⚠️ Take care: it is hot.');
  });

  it('are found when the recorder is read hours later', () => {
    const scene = talked();
    const at = scene.now;
    scene.run(6 * 3_600_000, 60_000);
    scene.witness('late:u', { witness: 'recorder-plugin', role: 'user', text: 'lost', at, sessionKey: key, nativeId: 's1' });
    scene.witness('late:a', {
      witness: 'recorder-plugin',
      role: 'assistant',
      text: 'lost too',
      at: at + 1_000,
      sessionKey: key,
      nativeId: 's1',
    });
    scene.run(10_000);
    expect(scene.only('unpersisted').draft).toMatchObject({ messages: 2, evidence: { firstAt: at, lastAt: at + 1_000 } });
  });

  it('are a new incident after the first was dismissed', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none' });
    scene.converse('s1');
    scene.run(10_000);
    scene.dismiss('unpersisted');
    scene.converse('s1', { written: 'none' });
    scene.converse('s1');
    scene.run(10_000);
    const incidents = scene.ofKind('unpersisted');
    expect(incidents.map(({ draft, resolution }) => [draft.messages, resolution])).toEqual([
      [2, 'dismissed'],
      [2, undefined],
    ]);
  });

  it('are told without the runs that said them, of which nothing is left to tell', () => {
    const scene = talked();
    const stream = { witness: 'gateway-stream', role: 'assistant', sessionKey: key, nativeId: 's1' } as const;
    scene.witness('run-a', { ...stream, text: '', runId: 'run-a' });
    scene.probe = { directory: 'writable', transcript: 'read-only' };
    scene.witness('u1', { ...stream, role: 'user', text: 'is it there', endsRun: false });
    scene.witness('a1', { ...stream, text: 'It is not.', runId: 'run-b' });
    scene.witness('run-b', { ...stream, text: '', runId: 'run-b' });
    scene.run(10_000);
    expect(scene.witnessed.texts('unpersisted')).toEqual(['is it there', 'It is not.']);
  });

  it('are told with the signs of the log', () => {
    const scene = talked();
    scene.notice({
      witness: 'log',
      at: scene.now,
      event: 'log-sign',
      sign: 'lock-released-by-watchdog',
      path: '/x/s1.jsonl.lock',
      sourceId: 1,
    });
    scene.notice({ witness: 'log', at: scene.now, event: 'log-sign', sign: 'file-repaired', path: '/x/other.jsonl', sourceId: 1 });
    scene.converse('s1', { written: 'none' });
    scene.run(10_000);
    expect(scene.only('unpersisted').draft.evidence.signs).toEqual(['lock-released-by-watchdog']);
  });

  it('do not count as gone when the file is deleted later', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none' });
    scene.converse('s1');
    scene.run(10_000);
    scene.remove('s1');
    scene.run(10_000);
    expect(scene.only('deleted').draft.messages).toBe(6);
  });

  it('hide nothing of what is deleted after a restart', () => {
    const scene = talked();
    scene.converse('s1', { written: 'none' });
    scene.converse('s1');
    scene.run(10_000);
    scene.restart();
    scene.run(5_000);
    scene.remove('s1');
    scene.run(10_000);
    expect(scene.only('deleted').draft.messages).toBe(6);
    expect(scene.only('unpersisted').draft.messages).toBe(2);
  });
});
