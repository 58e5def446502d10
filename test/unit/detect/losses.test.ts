import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

function talked(messages = 5): Scene {
  const scene = new Scene();
  scene.index('agent:main:main', { sessionId: 's1' });
  scene.say('s1', messages);
  scene.run(1_000);
  return scene;
}

describe('losses', () => {
  it('tells of a deletion without an archive once the file had time to settle', () => {
    const scene = talked();
    scene.remove('s1');
    scene.run(1_500);
    expect(scene.openKinds).toEqual([]);
    scene.run(1_500);
    expect(scene.only('deleted').draft).toMatchObject({ severity: 'loss', messages: 5, bytes: 500, nativeId: 's1', generationId: 1 });
  });

  it('tells of a truncation in place', () => {
    const scene = talked();
    scene.truncate('s1', 2);
    scene.run(3_000);
    expect(scene.only('truncated').draft).toMatchObject({ severity: 'loss', messages: 3 });
    expect(scene.stateOf('s1')).toBe('lost');
  });

  it('tells of a rewrite that left messages out', () => {
    const scene = talked();
    scene.rewrite('s1', ['a0', 'a1'], 'rewritten');
    scene.run(3_000);
    expect(scene.only('overwritten').draft.messages).toBe(3);
  });

  it('tells of a record that vanished from the middle of a replaced file', () => {
    const scene = talked();
    scene.rewrite('s1', ['a0', 'a1', 'a3', 'a4'], 'replaced');
    scene.run(3_000);
    expect(scene.only('overwritten').draft.messages).toBe(1);
  });

  it('keeps quiet about a rewrite that kept every message', () => {
    const scene = talked();
    scene.rewrite('s1');
    scene.run(3_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('keeps quiet about a file that was gone for a moment', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    scene.remove('s1');
    scene.run(1_000);
    scene.begin('s1', messages);
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('keeps quiet about a deletion that turns out to be an archive found under another identity', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    scene.remove('s1');
    scene.run(500);
    scene.foundArchived('s1', 'deleted', 0, messages);
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('archived');
  });

  it('keeps quiet about a header-only file that was deleted', () => {
    const scene = new Scene();
    scene.say('s1', 0);
    scene.run(1_000);
    scene.remove('s1');
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('archived');
  });

  it('resolves the incident by itself when the bytes come back', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    scene.remove('s1');
    scene.run(5_000);
    scene.begin('s1', messages);
    scene.run(1_000);
    expect(scene.only('deleted').resolution).toBe('self-healed');
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('resolves the incident by itself when a further rewrite brings the bytes back', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    scene.truncate('s1', 2);
    scene.run(5_000);
    scene.rewrite('s1', messages);
    scene.run(5_000);
    expect(scene.only('truncated').resolution).toBe('self-healed');
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('tells of the same loss once however long it lasts', () => {
    const scene = talked();
    scene.truncate('s1', 2);
    scene.run(3_000);
    scene.say('s1', 1);
    scene.run(60_000);
    expect(scene.only('truncated').timesWritten).toBe(1);
  });

  it('tells of a second truncation of the same conversation as another incident with its own count', () => {
    const scene = talked();
    scene.truncate('s1', 2);
    scene.run(3_000);
    scene.say('s1', 4);
    scene.run(1_000);
    scene.truncate('s1', 2);
    scene.run(3_000);
    expect(scene.ofKind('truncated').map(({ draft }) => draft.messages)).toEqual([3, 4]);
  });

  it('does not tell of a dismissed loss again when the file is rewritten without losing more', () => {
    const scene = talked();
    scene.truncate('s1', 2);
    scene.run(3_000);
    scene.dismiss('truncated');
    scene.say('s1', 1);
    scene.run(1_000);
    scene.rewrite('s1');
    scene.run(5_000);
    expect(scene.openKinds).toEqual([]);
  });

  it('tells of messages that came back and were lost again', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    scene.truncate('s1', 2);
    scene.run(3_000);
    scene.dismiss('truncated');
    scene.rewrite('s1', messages);
    scene.run(3_000);
    scene.remove('s1');
    scene.run(3_000);
    expect(scene.only('deleted').draft.messages).toBe(5);
  });

  it('does not tell of a dismissed loss again after a restart', () => {
    const scene = talked();
    scene.truncate('s1', 2);
    scene.run(3_000);
    scene.dismiss('truncated');
    scene.restart();
    scene.rewrite('s1');
    scene.run(5_000);
    expect(scene.openKinds).toEqual([]);
  });

  it('settles a loss that was waiting when the core ended, with its kind', () => {
    const scene = talked();
    scene.rewrite('s1', ['a0']);
    scene.tick();
    expect(scene.stateOf('s1')).toBe('suspended');
    scene.restart();
    scene.run(5_000);
    expect(scene.only('overwritten').draft.messages).toBe(4);
  });

  it('dates a series of rewrites by its first one', () => {
    const scene = talked();
    scene.rewrite('s1', ['a0', 'a1'], 'rewritten');
    for (let i = 0; i < 4; i++) {
      scene.run(1_000);
      scene.rewrite('s1', ['a0', 'a1'], 'rewritten');
    }
    scene.tick();
    expect(scene.openKinds).toEqual(['overwritten']);
  });

  it('tells of a loss although nothing else changes from then on', () => {
    const scene = talked();
    scene.remove('s1');
    scene.tick();
    for (let i = 0; i < 4; i++) {
      scene.now += 1_000;
      scene.decide();
    }
    expect(scene.openKinds).toEqual(['deleted']);
  });

  it('waits for a file that is still being read again', () => {
    const scene = talked();
    const file = scene.mustLive('s1');
    const { messages } = file;
    scene.rewrite('s1', []);
    scene.tick();
    const begun = scene.mustLive('s1');
    const view = scene.view();
    scene.now += 3_000;
    const unread = { ...view, transcripts: new Map([['s1', 600]]) };
    scene.detector.observe({ at: scene.now, changes: [], directories: [unread] });
    expect(scene.detector.decide(scene.now, scene.evidence).drafts).toEqual([]);
    begun.messages = messages;
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('calls nothing deleted while the directory cannot be seen', () => {
    const scene = talked();
    scene.remove('s1');
    scene.state = 'unreadable';
    scene.run(60_000);
    expect(scene.openKinds).toEqual(['source-unreadable']);
  });

  it('brings a lost conversation to restored and resolves its incident', () => {
    const scene = talked();
    scene.remove('s1');
    scene.run(3_000);
    scene.restored('s1', 'started');
    scene.restored('s1', 'verified');
    expect(scene.only('deleted').resolution).toBe('restored');
    expect(scene.stateOf('s1')).toBe('restored');
  });

  it('returns to lost when the restore failed, with the incident open', () => {
    const scene = talked();
    scene.remove('s1');
    scene.run(3_000);
    scene.restored('s1', 'started');
    scene.restored('s1', 'failed');
    expect(scene.openKinds).toEqual(['deleted']);
    expect(scene.stateOf('s1')).toBe('lost');
  });

  it('puts a dismissed loss away', () => {
    const scene = talked();
    scene.remove('s1');
    scene.run(3_000);
    scene.dismiss('deleted');
    expect(scene.only('deleted').resolution).toBe('dismissed');
    expect(scene.stateOf('s1')).toBe('archived');
  });

  it('takes an inode that is used again for a new conversation as that and no more', () => {
    const scene = talked();
    scene.archive('s1', 'deleted');
    scene.say('s2', 3);
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
  });
});
