import { describe, expect, it } from 'vitest';
import { key, WitnessedScene } from './witnessed-scene.ts';
import { talked } from './witnessed-stories.ts';

describe('a reply that the end of the gateway cut off', () => {
  it('is told with the part that had arrived', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.killGateway();
    scene.run(10_000);
    expect(scene.alarms).toEqual(['interrupted-reply']);
    expect(scene.only('interrupted-reply').draft).toMatchObject({
      severity: 'loss',
      messages: 1,
      evidence: { closeCode: 1006, clean: false, pid: 7 },
    });
    expect(scene.only('interrupted-reply').draft.evidence.userMessagesMissing).toBeUndefined();
    expect(scene.witnessed.texts('unpersisted')).toEqual(['the beginning of an answer']);
  });

  it('is told with the prompt in a first turn, of which OpenClaw writes nothing', () => {
    const scene = talked();
    scene.archive('s1', 'reset');
    scene.index(key, { sessionId: 's2', ranOnce: false });
    scene.beginReply('s2', 'the beginning of an answer', { userWritten: false, recorder: true });
    scene.killGateway();
    scene.run(10_000);
    expect(scene.alarms).toEqual(['interrupted-reply']);
    expect(scene.only('interrupted-reply').draft).toMatchObject({ nativeId: 's2', messages: 2 });
  });

  it('says that nobody saw the prompt where only the stream did', () => {
    const scene = talked();
    scene.archive('s1', 'reset');
    scene.index(key, { sessionId: 's2', ranOnce: false });
    scene.beginReply('s2', 'the beginning of an answer', { userWritten: false, recorder: false });
    scene.killGateway();
    scene.run(10_000);
    expect(scene.only('interrupted-reply').draft).toMatchObject({ messages: 1, evidence: { userMessagesMissing: 1 } });
  });

  it('stays only here when the conversation goes on', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.killGateway();
    scene.run(10_000);
    scene.locks = [];
    scene.gateway = 'running';
    scene.converse('s1');
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['interrupted-reply']);
    expect(scene.only('interrupted-reply').draft.messages).toBe(1);
  });

  it('is told too when an orderly stop cut it off and took the lock away', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.locks = [];
    scene.gateway = 'stopped';
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-ended', clean: true, closeCode: 1012, sourceId: 1 });
    scene.run(10_000);
    expect(scene.only('interrupted-reply').draft).toMatchObject({ messages: 1, evidence: { clean: true } });
  });

  it('is judged after a restart of the core that saw only half of it', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.killGateway();
    scene.restart(60_000);
    scene.run(10_000);
    expect(scene.alarms).toEqual(['interrupted-reply']);
    expect(scene.only('interrupted-reply').draft.messages).toBe(1);
  });

  it('is judged as soon as another gateway answers than the one that an earlier run heard', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.locks = [];
    scene.restart(20_000);
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', startedAt: scene.now - 5_000, sourceId: 1 });
    scene.run(10_000);
    expect(scene.only('interrupted-reply').draft.messages).toBe(1);
  });

  it('waits while the gateway that it came from still answers', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.restart(20_000);
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', startedAt: scene.now - 3_600_000, sourceId: 1 });
    scene.run(10_000);
    expect(scene.alarms).toEqual([]);
  });

  it('waits while the stream goes on through a restart of the core', () => {
    const scene = talked();
    scene.beginReply('s1', 'the beginning of an answer', { userWritten: true, recorder: false });
    scene.restart(10_000);
    scene.run(60_000);
    expect(scene.alarms).toEqual([]);
  });

  it('is told of an OpenClaw that keeps no files, by what the same conversation was called before', () => {
    const scene = new WitnessedScene();
    scene.state = 'missing';
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', version: '2026.9.6', sourceId: 1 });
    scene.run(5_000);
    const stream = { witness: 'gateway-stream', sessionKey: key, runId: 'run' } as const;
    scene.notice({
      witness: 'gateway-stream',
      at: scene.now,
      event: 'run-started',
      agent: 'main',
      sessionKey: key,
      runId: 'run',
      sourceId: 1,
    });
    scene.witness('u', { ...stream, role: 'user', text: 'the last question', nativeId: 's1' });
    scene.tick(1_000);
    scene.witness('run', { ...stream, role: 'assistant', phase: 'partial', endsRun: false, text: 'the beginning of an answer' });
    scene.tick(1_000);
    scene.killGateway();
    scene.run(10_000);
    expect(scene.alarms).toEqual(['interrupted-reply']);
    expect(scene.only('interrupted-reply').draft).toMatchObject({
      nativeId: 's1',
      messages: 1,
      evidence: { closeCode: 1006, clean: false },
    });
    expect(scene.witnessed.texts('unpersisted')).toEqual(['the beginning of an answer']);
  });
});
