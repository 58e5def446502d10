import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

function many(count: number): Scene {
  const scene = new Scene();
  for (let i = 0; i < count; i++) scene.say(`s${i}`, 2);
  scene.run(3_000);
  return scene;
}

const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `s${from + i}`);

describe('many losses at once', () => {
  it('are one incident', () => {
    const scene = many(950);
    for (const id of ids(0, 950)) scene.remove(id);
    scene.run(5_000);
    expect(scene.incidents.size).toBe(1);
    const { draft } = scene.only('mass-change');
    expect(draft).toMatchObject({ severity: 'loss', messages: 1_900, bytes: 190_000 });
    expect(draft.evidence).toMatchObject({ sessions: 950, counts: { deleted: 950 } });
    expect(draft.evidence.nativeIds).toHaveLength(200);
  });

  it('are incidents of their own below the limit', () => {
    const scene = many(12);
    for (const id of ids(0, 9)) scene.remove(id);
    scene.run(5_000);
    expect(scene.openKinds).toEqual(Array.from({ length: 9 }, () => 'deleted'));
  });

  it('take in the single ones of the same minute', () => {
    const scene = many(12);
    for (const id of ids(0, 4)) scene.remove(id);
    scene.run(10_000);
    for (const id of ids(4, 12)) scene.remove(id);
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['mass-change']);
    const grouped = scene.ofKind('deleted');
    expect(grouped.map(({ resolution }) => resolution)).toEqual(['expected', 'expected', 'expected', 'expected']);
    expect(scene.only('mass-change').draft).toMatchObject({ messages: 24, evidence: { sessions: 12 } });
  });

  it('grow while they go on', () => {
    const scene = many(30);
    for (const id of ids(0, 15)) scene.remove(id);
    scene.run(30_000);
    for (const id of ids(15, 30)) scene.remove(id);
    scene.run(10_000);
    expect(scene.only('mass-change').draft.evidence.sessions).toBe(30);
  });

  it('grow after a restart too', () => {
    const scene = many(30);
    for (const id of ids(0, 15)) scene.remove(id);
    scene.run(10_000);
    scene.restart();
    for (const id of ids(15, 30)) scene.remove(id);
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['mass-change']);
    expect(scene.only('mass-change').draft.messages).toBe(60);
  });

  it('do not come up again one by one after a restart', () => {
    const scene = many(12);
    for (const id of ids(0, 12)) scene.remove(id);
    scene.run(10_000);
    scene.restart();
    scene.tick();
    scene.say('s1', 2);
    scene.run(1_000);
    scene.rewrite('s1');
    scene.run(5_000);
    expect(scene.openKinds).toEqual(['mass-change']);
  });

  it('heal when all bytes are back', () => {
    const scene = many(12);
    const kept = ids(0, 12).map((id) => [id, scene.mustLive(id).messages] as const);
    for (const id of ids(0, 12)) scene.remove(id);
    scene.run(10_000);
    for (const [id, messages] of kept.slice(1)) scene.begin(id, messages);
    scene.run(1_000);
    expect(scene.openKinds).toEqual(['mass-change']);
    for (const [id, messages] of kept.slice(0, 1)) scene.begin(id, messages);
    scene.run(1_000);
    expect(scene.only('mass-change').resolution).toBe('self-healed');
  });

  it('put all their conversations away when dismissed', () => {
    const scene = many(12);
    for (const id of ids(0, 12)) scene.remove(id);
    scene.run(10_000);
    scene.dismiss('mass-change');
    expect(new Set(ids(0, 12).map((id) => scene.stateOf(id)))).toEqual(new Set(['archived']));
  });

  it('are none when a thousand files are renamed to archives', () => {
    const scene = many(1_000);
    for (const id of ids(0, 1_000)) scene.archive(id, 'deleted');
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });
});

describe('archives that are removed', () => {
  function archived(count: number): Scene {
    const scene = many(count);
    for (const id of ids(0, count)) scene.archive(id, 'deleted');
    scene.run(3_000);
    return scene;
  }

  it('are quiet when they are few', () => {
    const scene = archived(12);
    for (const id of ids(0, 9)) scene.archiveGone(id);
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('are one warning when they are many', () => {
    const scene = archived(40);
    for (const id of ids(0, 40)) scene.archiveGone(id);
    scene.run(10_000);
    expect(scene.only('mass-change').draft).toMatchObject({
      severity: 'warning',
      messages: 80,
      evidence: { what: 'archives', sessions: 40 },
    });
  });

  it('do not make a later harmless rewrite look like a loss', () => {
    const scene = new Scene();
    scene.say('s1', 5);
    scene.run(1_000);
    scene.archive('s1', 'backup');
    scene.begin('s1', ['a3', 'a4']);
    scene.run(5_000);
    scene.archiveGone('s1');
    scene.run(5_000);
    scene.rewrite('s1');
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
  });
});
