import { describe, expect, it } from 'vitest';
import { Scene, startAt } from './scene.ts';

const key = 'agent:main:main';

function talked(): Scene {
  const scene = new Scene();
  scene.index(key, { sessionId: 's1' });
  scene.say('s1', 5);
  scene.run(1_000);
  return scene;
}

/** `/new`: the index first, then the rename; the new file waits for the first reply. */
function reset(scene: Scene, next = 's2', hasSessionFile = true): void {
  scene.index(key, { sessionId: next, ranOnce: false, hasSessionFile });
  scene.archive('s1', 'reset');
  scene.run(1_000);
}

function turn(scene: Scene, nativeId: string, options: { wrote: number; updated?: boolean; aborted?: boolean }): void {
  const { wrote, updated = true, aborted = false } = options;
  scene.locks = [{ nativeId, pid: 7, createdAt: scene.now, holderAlive: true }];
  scene.run(2_000);
  if (wrote > 0) scene.say(nativeId, wrote);
  if (updated) scene.index(key, { sessionId: nativeId, ranOnce: false, abortedLastRun: aborted });
  scene.locks = [];
  scene.run(500);
}

describe('resets', () => {
  it('waits quietly for the first reply of the new session', () => {
    const scene = talked();
    reset(scene);
    scene.run(3_600_000, 60_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('reset');
  });

  it('names the successor and explains a command', () => {
    const scene = talked();
    reset(scene);
    scene.commandStarted.add('s2');
    turn(scene, 's2', { wrote: 2 });
    expect(scene.stateOf('s1')).toBe('superseded');
    expect(scene.transitions.find(({ to }) => to === 'superseded')?.successor?.nativeId).toBe('s2');
    const { draft, resolution } = scene.only('expected-reset');
    expect(draft).toMatchObject({ severity: 'info', messages: 5, evidence: { cause: 'command' } });
    expect(resolution).toBe('expected');
  });

  it('takes an index entry without a file as a reset that somebody called for', () => {
    const scene = talked();
    reset(scene, 's2', false);
    turn(scene, 's2', { wrote: 2 });
    expect(scene.only('expected-reset').draft.evidence.cause).toBe('command');
  });

  it('explains the daily reset', () => {
    const scene = talked();
    scene.now = startAt + 20 * 3_600_000;
    scene.tick();
    reset(scene);
    turn(scene, 's2', { wrote: 2 });
    expect(scene.only('expected-reset').draft.evidence).toMatchObject({ cause: 'daily', atHour: 4 });
  });

  it('explains a reset after idle time', () => {
    const scene = talked();
    scene.resetPolicy = { mode: 'idle', atHour: 4, idleMinutes: 30 };
    scene.run(45 * 60_000, 60_000);
    reset(scene);
    turn(scene, 's2', { wrote: 2 });
    expect(scene.only('expected-reset').draft.evidence).toMatchObject({ cause: 'idle', idleMinutes: 30 });
  });

  it('keeps a reset that nothing explains as quiet history', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 2 });
    expect(scene.only('unexplained-reset')).toMatchObject({ resolution: 'expected', draft: { severity: 'info' } });
  });

  it('follows the key to a third session when the second never said anything', () => {
    const scene = talked();
    reset(scene);
    scene.index(key, { sessionId: 's3', ranOnce: false });
    scene.run(1_000);
    turn(scene, 's3', { wrote: 2 });
    expect(scene.transitions.find(({ to }) => to === 'superseded')?.successor?.nativeId).toBe('s3');
    expect(scene.openKinds).toEqual([]);
  });

  it('finds the successor under the name that the index gives its file', () => {
    const scene = talked();
    scene.index(key, { sessionId: 's2', fileName: 's2-topic-9.jsonl', ranOnce: false });
    scene.archive('s1', 'reset');
    scene.run(1_000);
    scene.say('s2-topic-9', 2);
    scene.run(3_000);
    expect(scene.stateOf('s1')).toBe('superseded');
  });

  it('names the successor also when it appeared while the core was down', () => {
    const scene = talked();
    reset(scene);
    scene.restart();
    scene.say('s2', 2);
    scene.run(5_000);
    expect(scene.stateOf('s1')).toBe('superseded');
    expect(scene.openKinds).toEqual([]);
  });

  it('is silent about archives found at the first import', () => {
    const scene = new Scene();
    for (let i = 0; i < 30; i++) scene.foundArchived(`s${i}`, i % 3 === 0 ? 'deleted' : i % 3 === 1 ? 'backup' : 'reset', 3);
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
    expect(new Set([...scene.kept.states.values()].map(({ state }) => state))).toEqual(new Set(['archived']));
  });

  it.each([
    ['with its reset', false],
    ['a look before its reset', true],
  ])('follows a conversation that came and went between two looks, its key named anew %s', (_when, isSooner) => {
    const scene = new Scene();
    scene.tick();
    scene.index(key, { sessionId: 's1', ranOnce: false });
    scene.tick();
    scene.index(key, { sessionId: 's2', ranOnce: false });
    if (isSooner) scene.tick();
    scene.foundArchived('s1', 'reset', 5, undefined, scene.now);
    scene.run(1_000);
    expect(scene.stateOf('s1')).toBe('reset');
    turn(scene, 's2', { wrote: 2 });
    expect(scene.stateOf('s1')).toBe('superseded');
    expect(scene.only('unexplained-reset').draft).toMatchObject({ nativeId: 's1', messages: 5 });
    expect(scene.openKinds).toEqual([]);
  });

  it('takes a reset from before the first look for history, however late it is found', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.tick();
    scene.foundArchived('s1', 'reset', 5, undefined, startAt - 1);
    scene.run(10_000);
    expect(scene.stateOf('s1')).toBe('archived');
    expect(scene.incidents.size).toBe(0);
  });

  it('is quiet about a conversation archived as deleted', () => {
    const scene = talked();
    scene.index(key, undefined);
    scene.tick();
    scene.archive('s1', 'deleted');
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('archived');
  });

  it('goes on with a conversation whose file was backed up and written anew', () => {
    const scene = talked();
    scene.archive('s1', 'backup');
    scene.begin('s1', ['a3', 'a4']);
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('takes a conversation back as live when somebody undid its reset', () => {
    const scene = talked();
    const { messages } = scene.mustLive('s1');
    reset(scene);
    scene.begin('s1', messages);
    scene.index(key, { sessionId: 's1' });
    scene.run(5_000);
    expect(scene.stateOf('s1')).toBe('live');
    expect(scene.incidents.size).toBe(0);
  });

  it('is quiet about the straggling line of a turn that outlived its reset', () => {
    const scene = talked();
    reset(scene);
    scene.say('s1', 1, { header: false });
    turn(scene, 's2', { wrote: 2 });
    scene.run(10_000);
    expect(scene.openKinds).toEqual([]);
    expect(scene.stateOf('s1')).toBe('superseded');
  });
});

describe('a reset without a successor', () => {
  it('is told when a turn completed by its lock and nothing was written', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0 });
    scene.run(2_000);
    expect(scene.openKinds).toEqual([]);
    scene.run(1_500);
    const { draft } = scene.only('reset-without-successor');
    expect(draft).toMatchObject({ severity: 'warning', messages: 0, nativeId: 's1' });
    expect(draft.evidence).toMatchObject({ newSessionId: 's2', turnsSeen: 1, seenBy: 'lock' });
    expect(draft.evidence.archivePath).toContain('s1.jsonl.reset.');
    expect(scene.stateOf('s1')).toBe('orphaned');
  });

  it('is told when the index shows that a run took place', () => {
    const scene = talked();
    reset(scene);
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.run(4_000);
    expect(scene.only('reset-without-successor').draft.evidence.seenBy).toBe('index');
  });

  it('is told of a conversation that came and went between two looks', () => {
    const scene = new Scene();
    scene.tick();
    scene.index(key, { sessionId: 's1', ranOnce: false });
    scene.tick();
    scene.index(key, { sessionId: 's2', ranOnce: false });
    scene.foundArchived('s1', 'reset', 5, undefined, scene.now);
    scene.run(1_000);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    expect(scene.only('reset-without-successor').draft).toMatchObject({ nativeId: 's1', evidence: { newSessionId: 's2' } });
  });

  it('is a loss when what came before the reset is gone too', () => {
    const scene = talked();
    reset(scene);
    scene.archiveGone('s1');
    scene.run(5_000);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    expect(scene.only('reset-without-successor').draft).toMatchObject({ severity: 'loss', messages: 5 });
  });

  it('is told once however many turns follow', () => {
    const scene = talked();
    reset(scene);
    for (let i = 0; i < 3; i++) {
      turn(scene, 's2', { wrote: 0 });
      scene.run(10_000);
    }
    expect(scene.only('reset-without-successor').timesWritten).toBe(1);
  });

  it('is told after a restart once a further turn is not written', () => {
    const scene = talked();
    reset(scene);
    scene.restart();
    scene.run(2_000);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    expect(scene.openKinds).toEqual(['reset-without-successor']);
  });

  it('heals when the file appears later', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    scene.say('s2', 4);
    scene.run(3_000);
    expect(scene.only('reset-without-successor').resolution).toBe('self-healed');
    expect(scene.stateOf('s1')).toBe('superseded');
  });

  it('heals after a restart too', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    scene.restart();
    scene.tick();
    scene.say('s2', 4);
    scene.run(3_000);
    expect(scene.only('reset-without-successor').resolution).toBe('self-healed');
  });

  it('is told where nothing but the files speaks of a gateway', () => {
    const scene = talked();
    scene.gateway = 'stopped';
    reset(scene);
    turn(scene, 's2', { wrote: 0 });
    scene.run(5_000);
    expect(scene.only('reset-without-successor').draft).toMatchObject({ nativeId: 's1' });
  });

  it('is not told of a turn whose holder was killed', () => {
    const scene = talked();
    reset(scene);
    scene.locks = [{ nativeId: 's2', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(1_000);
    scene.locks = [{ nativeId: 's2', pid: 7, createdAt: scene.now - 1_000, holderAlive: false }];
    scene.run(500);
    scene.locks = [];
    scene.run(60_000);
    expect(scene.ofKind('reset-without-successor')).toEqual([]);
  });

  it('is not told when the gateway stopped with the turn', () => {
    const scene = talked();
    reset(scene);
    scene.locks = [{ nativeId: 's2', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(1_000);
    scene.gateway = 'stopped';
    scene.locks = [];
    scene.run(60_000);
    expect(scene.ofKind('reset-without-successor')).toEqual([]);
  });

  it('is not told when the index says nothing of the turn', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0, updated: false });
    scene.run(60_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is told of a run that completed before the reset was seen, as when nobody was watching', () => {
    const scene = talked();
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.archive('s1', 'reset');
    scene.run(1_000);
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.run(60_000);
    expect([...scene.incidents.values()]).toMatchObject([{ draft: { kind: 'reset-without-successor' } }]);
  });

  it('is not told of an aborted turn', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0, aborted: true });
    scene.run(60_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is not told when the key was deleted after the turn', () => {
    const scene = talked();
    reset(scene);
    turn(scene, 's2', { wrote: 0 });
    scene.index(key, undefined);
    scene.run(60_000);
    expect(scene.ofKind('reset-without-successor')).toEqual([]);
  });

  it('is not told when neither the holder of the lock nor the gateway is known', () => {
    const scene = talked();
    scene.gateway = 'unknown';
    reset(scene);
    scene.locks = [{ nativeId: 's2', pid: 7, createdAt: scene.now }];
    scene.run(2_000);
    scene.index(key, { sessionId: 's2', ranOnce: false });
    scene.locks = [];
    scene.run(60_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is not told while the turn is running', () => {
    const scene = talked();
    reset(scene);
    scene.locks = [{ nativeId: 's2', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.index(key, { sessionId: 's2', ranOnce: true });
    scene.run(300_000, 5_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('is explained and not alarming for a conversation that ACP leads', () => {
    const scene = talked();
    scene.index(key, { sessionId: 's2', ranOnce: false, isAcp: true });
    scene.archive('s1', 'reset');
    scene.run(1_000);
    scene.index(key, { sessionId: 's2', ranOnce: true, isAcp: true });
    scene.run(60_000);
    expect(scene.openKinds).toEqual([]);
    expect(scene.only('expected-reset').draft.evidence.acp).toBe(true);
    expect(scene.stateOf('s1')).toBe('reset');
  });

  it('is not told of the first session of a key, which nothing was reset for', () => {
    const scene = new Scene();
    scene.index(key, { sessionId: 's1', ranOnce: true });
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(1_000);
    scene.locks = [];
    scene.run(60_000);
    expect(scene.incidents.size).toBe(0);
  });
});
