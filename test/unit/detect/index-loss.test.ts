import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

function listed(): Scene {
  const scene = new Scene();
  for (const id of ['s1', 's2', 's3']) {
    scene.index(`agent:main:${id}`, { sessionId: id });
    scene.say(id, 2);
  }
  scene.run(5_000);
  return scene;
}

describe('the index', () => {
  it('is told to be unreadable when it stays so', () => {
    const scene = listed();
    scene.indexReading({ ok: false, reason: 'not JSON' });
    scene.run(1_500);
    expect(scene.openKinds).toEqual([]);
    scene.run(2_000);
    expect(scene.only('index-lost').draft).toMatchObject({
      severity: 'warning',
      messages: 0,
      evidence: { reason: 'unreadable', lostKeys: 3, previousSize: 3 },
    });
  });

  it('is not told of while it is being replaced', () => {
    const scene = listed();
    scene.indexReading({ ok: false, reason: 'not JSON' });
    scene.run(1_000);
    scene.indexBack();
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is told to be missing when it had entries', () => {
    const scene = listed();
    scene.indexReading(undefined);
    scene.run(5_000);
    expect(scene.only('index-lost').draft.evidence.reason).toBe('missing');
  });

  it('is not told to be missing where all it named went with it: that is told as what it is', () => {
    const scene = listed();
    for (const id of ['s1', 's2', 's3']) scene.remove(id);
    scene.indexReading(undefined);
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['deleted', 'deleted', 'deleted']);
  });

  it('counts what it named and is still there when it is missing', () => {
    const scene = listed();
    scene.remove('s1');
    scene.indexReading(undefined);
    scene.run(10_000);
    expect(scene.only('index-lost').draft.evidence).toMatchObject({ lostKeys: 2, keys: ['agent:main:s2', 'agent:main:s3'] });
  });

  it('is not told of where there never was one', () => {
    const scene = new Scene();
    scene.say('s1', 2);
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is told to have lost keys whose transcripts lie there unnamed', () => {
    const scene = listed();
    scene.indexReading({ ok: true, entries: new Map() });
    scene.run(5_000);
    const { draft } = scene.only('index-lost');
    expect(draft.evidence).toMatchObject({ reason: 'keys-vanished', lostKeys: 3, previousSize: 3 });
    expect(draft.evidence.keys).toEqual(['agent:main:s1', 'agent:main:s2', 'agent:main:s3']);
  });

  it('heals when the keys return', () => {
    const scene = listed();
    scene.indexReading({ ok: true, entries: new Map() });
    scene.run(5_000);
    scene.indexBack();
    scene.tick();
    expect(scene.only('index-lost').resolution).toBe('self-healed');
  });

  it('stays one incident when an unreadable index is replaced by one that names a new session only', () => {
    const scene = listed();
    scene.indexReading({ ok: false, reason: 'empty' });
    scene.run(5_000);
    scene.index('agent:main:s2', undefined);
    scene.index('agent:main:s3', undefined);
    scene.run(5_000);
    expect(scene.only('index-lost')).toMatchObject({ resolution: undefined, draft: { evidence: { lostKeys: 2 } } });
  });

  it('is told to have lost a key too that leads to a new session since, while the old one lies there unnamed', () => {
    const scene = listed();
    scene.index('agent:main:s2', undefined);
    scene.index('agent:main:s3', undefined);
    scene.index('agent:main:s1', { sessionId: 's9' });
    scene.run(5_000);
    expect(scene.only('index-lost').draft.evidence).toMatchObject({ reason: 'keys-vanished', lostKeys: 3, previousSize: 3 });
  });

  it('is told to have lost its only key when it was empty before that led to a new session', () => {
    const scene = new Scene();
    scene.index('agent:main:main', { sessionId: 's1' });
    scene.say('s1', 2);
    scene.run(5_000);
    scene.indexReading({ ok: false, reason: 'empty' });
    scene.tick();
    scene.index('agent:main:main', { sessionId: 's9' });
    scene.run(5_000);
    expect(scene.only('index-lost')).toMatchObject({
      resolution: undefined,
      draft: { evidence: { lostKeys: 1, keys: ['agent:main:main'] } },
    });
  });

  it('is quiet about keys of which one was deleted while another began anew and a late line came to its old file', () => {
    const scene = listed();
    scene.index('agent:main:s2', undefined);
    scene.index('agent:main:s1', { sessionId: 's9', ranOnce: false });
    scene.tick();
    scene.archive('s2', 'deleted');
    scene.archive('s1', 'reset');
    scene.tick();
    scene.write('s1', 'assistant', 'late', { header: false });
    scene.run(10_000);
    expect(scene.openKinds).toEqual([]);
  });

  it('is quiet about a key that was deleted with its transcript', () => {
    const scene = listed();
    scene.index('agent:main:s2', undefined);
    scene.tick();
    scene.archive('s2', 'deleted');
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is quiet about a key that was renamed', () => {
    const scene = listed();
    scene.index('agent:main:s2', undefined);
    scene.index('agent:main:renamed', { sessionId: 's2' });
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.kept.facts.get('s2')?.routingKey).toBe('agent:main:renamed');
  });

  it('is quiet about a key that names another session now', () => {
    const scene = listed();
    scene.index('agent:main:s2', { sessionId: 's9', ranOnce: false });
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is told of when it was lost while the core was down', () => {
    const scene = listed();
    scene.indexReading({ ok: true, entries: new Map() });
    scene.restart();
    scene.run(5_000);
    expect(scene.only('index-lost').draft.evidence.lostKeys).toBe(3);
  });

  it('heals after a restart too', () => {
    const scene = listed();
    scene.indexReading({ ok: true, entries: new Map() });
    scene.run(5_000);
    scene.restart();
    scene.run(5_000);
    expect(scene.openKinds).toEqual(['index-lost']);
    scene.indexBack();
    scene.run(5_000);
    expect(scene.only('index-lost').resolution).toBe('self-healed');
  });

  it('tells what it says of a conversation once', () => {
    const scene = new Scene();
    scene.say('s1', 1);
    scene.index('agent:main:s1', { sessionId: 's1', label: 'Plan' });
    scene.tick();
    expect(scene.kept.facts.get('s1')).toEqual({ sessionId: 's1', routingKey: 'agent:main:s1', label: 'Plan' });
    scene.index('agent:main:s1', { sessionId: 's1', label: 'Plan' });
    expect(scene.tick().sessions).toEqual([]);
  });

  it('tells what it says of a conversation whose transcript comes later', () => {
    const scene = new Scene();
    scene.index('agent:main:s1', { sessionId: 's1' });
    scene.tick();
    scene.say('s1', 1);
    scene.tick();
    expect(scene.kept.facts.get('s1')?.routingKey).toBe('agent:main:s1');
  });
});
