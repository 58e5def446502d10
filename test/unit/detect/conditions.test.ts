import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

const key = 'agent:main:main';

describe('a transcript that OpenClaw is about to empty', () => {
  function headerless(messages = 3): Scene {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1' });
    scene.say('s1', messages, { header: false });
    return scene;
  }

  it('is told when its header is missing, with the messages at risk', () => {
    const scene = headerless();
    scene.run(1_500);
    expect(scene.openKinds).toEqual([]);
    scene.run(2_000);
    expect(scene.only('wipe-pending').draft).toMatchObject({ severity: 'warning', messages: 3, evidence: { reason: 'no-header' } });
  });

  it('is told when it has no reply', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1' });
    scene.say('s1', 2, { roles: 'user' });
    scene.run(4_000);
    expect(scene.only('wipe-pending').draft.evidence.reason).toBe('no-reply');
  });

  it('is told when it is empty and a conversation took place', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1', ranOnce: true });
    scene.say('s1', 0, { header: false });
    scene.run(4_000);
    expect(scene.only('wipe-pending').draft).toMatchObject({ messages: 0, evidence: { reason: 'empty' } });
  });

  it('is not told of a file that the index does not name', () => {
    const scene = new Scene();
    scene.say('s1', 3, { header: false });
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is told once the index names it', () => {
    const scene = new Scene();
    scene.say('s1', 3, { header: false });
    scene.run(10_000);
    scene.index(key, { sessionId: 's1' });
    scene.run(3_000);
    expect(scene.openKinds).toEqual(['wipe-pending']);
  });

  it('is not told while a turn runs on it', () => {
    const scene = headerless();
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(60_000);
    expect(scene.openKinds).toEqual([]);
    scene.locks = [];
    scene.run(4_000);
    expect(scene.openKinds).toEqual(['wipe-pending']);
  });

  it('is not told after a compaction whose backup holds it all', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1' });
    scene.say('s1', 5);
    scene.run(3_000);
    scene.archive('s1', 'backup');
    scene.begin('s1', ['a3', 'a4'], false);
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is not told when a truncation of it was told already', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1' });
    scene.say('s1', 5);
    scene.run(3_000);
    scene.truncate('s1', 0);
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['truncated']);
  });

  it('heals when the file becomes whole', () => {
    const scene = headerless();
    scene.run(4_000);
    scene.rewrite('s1');
    scene.run(4_000);
    expect(scene.only('wipe-pending').resolution).toBe('self-healed');
  });

  it('heals after a restart too', () => {
    const scene = headerless();
    scene.run(4_000);
    scene.restart();
    scene.rewrite('s1');
    scene.run(4_000);
    expect(scene.only('wipe-pending').resolution).toBe('self-healed');
  });
});

describe('locks', () => {
  const lock = (scene: Scene, holderAlive: boolean | undefined) => [
    { nativeId: 's1', pid: 42, createdAt: scene.now, ...(holderAlive === undefined ? {} : { holderAlive }) },
  ];

  it('tell that writes are blocked when one is held for longer than any turn', () => {
    const scene = new Scene();
    scene.say('s1', 2);
    scene.locks = lock(scene, true);
    scene.run(719_000, 1_000);
    expect(scene.openKinds).toEqual([]);
    scene.run(3_000);
    expect(scene.only('writes-blocked').draft).toMatchObject({ severity: 'warning', nativeId: 's1', evidence: { pid: 42 } });
  });

  it('tell nothing of one whose holder is not known', () => {
    const scene = new Scene();
    scene.locks = lock(scene, undefined);
    scene.run(900_000, 1_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('tell of one without content after half a minute', () => {
    const scene = new Scene();
    scene.locks = [{ nativeId: 's1' }];
    scene.run(29_000);
    expect(scene.openKinds).toEqual([]);
    scene.run(3_000);
    expect(scene.only('writes-blocked').draft.evidence.lockUnreadable).toBe(true);
  });

  it('resolve the blocking when they go', () => {
    const scene = new Scene();
    scene.locks = [{ nativeId: 's1' }];
    scene.run(40_000);
    scene.locks = [];
    scene.tick();
    expect(scene.only('writes-blocked').resolution).toBe('self-healed');
  });

  it('do not tell of the same blocking twice after a restart', () => {
    const scene = new Scene();
    scene.locks = [{ nativeId: 's1' }];
    scene.run(40_000);
    scene.restart();
    scene.run(60_000);
    expect(scene.ofKind('writes-blocked')).toHaveLength(1);
  });

  it('resolve the blocking when they went while the core was down', () => {
    const scene = new Scene();
    scene.locks = [{ nativeId: 's1' }];
    scene.run(40_000);
    scene.locks = [];
    scene.restart();
    scene.tick();
    expect(scene.only('writes-blocked').resolution).toBe('self-healed');
  });

  it('tell of a reply that was cut off when the holder is dead', () => {
    const scene = new Scene();
    scene.say('s1', 2);
    scene.locks = lock(scene, true);
    scene.run(5_000);
    scene.locks = lock(scene, false).map((held) => ({ ...held, createdAt: scene.now - 5_000 }));
    scene.run(1_000);
    expect(scene.openKinds).toEqual([]);
    scene.run(2_000);
    expect(scene.only('interrupted-reply').draft).toMatchObject({ severity: 'warning', messages: 0 });
  });

  function interrupted(): Scene {
    const scene = new Scene();
    scene.say('s1', 2);
    scene.locks = lock(scene, false);
    scene.run(5_000);
    return scene;
  }

  it('leave the interrupted reply open when a restarted gateway only removed the lock', () => {
    const scene = interrupted();
    scene.locks = [];
    scene.run(60_000);
    expect(scene.openKinds).toEqual(['interrupted-reply']);
  });

  it('resolve the interrupted reply when the conversation goes on', () => {
    const scene = interrupted();
    scene.locks = [];
    scene.run(1_000);
    scene.say('s1', 2);
    scene.tick();
    expect(scene.only('interrupted-reply').resolution).toBe('self-healed');
  });

  it('take the interrupted reply along when the conversation is reset', () => {
    const scene = interrupted();
    scene.locks = [];
    scene.archive('s1', 'reset');
    scene.tick();
    expect(scene.only('interrupted-reply').resolution).toBe('expected');
  });

  it('tell nothing of a gateway that removes its dead lock at once', () => {
    const scene = new Scene();
    scene.locks = lock(scene, false);
    scene.run(1_500);
    scene.locks = [];
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });
});

describe('a directory that cannot be read', () => {
  it('is told once and heals', () => {
    const scene = new Scene();
    scene.say('s1', 2);
    scene.run(1_000);
    scene.state = 'unreadable';
    scene.run(60_000);
    expect(scene.only('source-unreadable')).toMatchObject({ timesWritten: 1, draft: { severity: 'warning', evidence: { whole: true } } });
    scene.state = 'ok';
    scene.tick();
    expect(scene.only('source-unreadable').resolution).toBe('self-healed');
  });

  it('is told again when it happens again', () => {
    const scene = new Scene();
    for (let i = 0; i < 2; i++) {
      scene.state = 'unreadable';
      scene.run(5_000);
      scene.state = 'ok';
      scene.run(5_000);
    }
    expect(scene.ofKind('source-unreadable')).toHaveLength(2);
  });

  it('is one incident for all names that are skipped', () => {
    const scene = new Scene();
    scene.skipped = [
      { name: 'a.jsonl', reason: 'EACCES' },
      { name: 'b.jsonl', reason: 'directory' },
    ];
    scene.run(5_000);
    expect(scene.only('source-unreadable').draft.evidence).toMatchObject({ whole: false, skipped: 2 });
  });

  it('is not told twice after a restart', () => {
    const scene = new Scene();
    scene.state = 'unreadable';
    scene.run(5_000);
    scene.restart();
    scene.run(5_000);
    expect(scene.ofKind('source-unreadable')).toHaveLength(1);
  });
});
