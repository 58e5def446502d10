import { describe, expect, it } from 'vitest';
import { Scene, startAt } from './scene.ts';

const hour = 3_600_000;
const main = 'agent:main:main';
const group = 'agent:main:telegram:group:1';

/** What a busy but healthy OpenClaw does in two days, with a core that is restarted in between. */
function twoNormalDays(): Scene {
  const scene = new Scene();
  scene.foundArchived('old1', 'reset', 40);
  scene.foundArchived('old2', 'deleted', 3);
  scene.say('m1', 30, { mtimeAt: startAt - 3 * hour });
  scene.index(main, { sessionId: 'm1' });
  scene.run(5_000);
  for (let i = 0; i < 5; i++) {
    scene.turn(main, 'm1');
    scene.turn(group, 'g1');
    scene.run(10 * 60_000, 10_000);
  }

  // `/new`: a real turn runs at once.
  scene.index(main, { sessionId: 'm2', ranOnce: false });
  scene.archive('m1', 'reset');
  scene.commandStarted.add('m2');
  scene.turn(main, 'm2');
  scene.run(5_000);

  // Compaction keeps a backup and leaves a shorter, headerless file.
  for (let i = 0; i < 3; i++) scene.turn(main, 'm2');
  const { messages } = scene.mustLive('m2');
  scene.archive('m2', 'backup');
  scene.begin('m2', messages.slice(-3), false);
  scene.run(60_000);
  scene.rewrite('m2', [], 'rewritten');
  scene.say('m2', 2);
  scene.run(10_000);

  // A subagent's session is deleted with its archive.
  scene.turn('agent:main:subagent:1', 'sub1');
  scene.index('agent:main:subagent:1', undefined);
  scene.tick();
  scene.archive('sub1', 'deleted');
  scene.run(10_000);

  // The gateway's reset call, and nobody writes until the next day; the machine sleeps.
  scene.index(group, { sessionId: 'g2', ranOnce: false, hasSessionFile: false });
  scene.archive('g1', 'reset');
  scene.run(60_000);
  scene.now += 8 * hour;
  scene.run(5_000);
  scene.restart();
  scene.run(5_000);

  // Daily reset with the first message of the morning, which is aborted before a reply.
  scene.now = startAt + 22 * hour;
  scene.tick();
  scene.index(main, { sessionId: 'm3', ranOnce: false });
  scene.archive('m2', 'reset');
  scene.locks = [{ nativeId: 'm3', pid: 7, createdAt: scene.now, holderAlive: true }];
  scene.run(5_000);
  scene.index(main, { sessionId: 'm3', ranOnce: false, abortedLastRun: true });
  scene.locks = [];
  scene.run(60_000);
  scene.turn(main, 'm3');
  scene.turn(group, 'g2');
  scene.run(60_000);

  // Another reset; kill -9 in the first turn, and a gateway that comes back and removes the lock.
  scene.index(main, { sessionId: 'm4', ranOnce: false });
  scene.archive('m3', 'reset');
  const killedAt = scene.now;
  scene.locks = [{ nativeId: 'm4', pid: 7, createdAt: killedAt, holderAlive: true }];
  scene.run(3_000);
  scene.gateway = 'stopped';
  scene.locks = [{ nativeId: 'm4', pid: 7, createdAt: killedAt, holderAlive: false }];
  scene.run(5_000);
  scene.gateway = 'running';
  scene.locks = [];
  scene.run(30_000);
  scene.turn(main, 'm4');

  // An orderly restart of the gateway, an atomic save of the same bytes, and an hour of peace.
  scene.gateway = 'stopped';
  scene.run(5_000);
  scene.gateway = 'running';
  scene.rewrite('m4');
  scene.run(hour, 30_000);
  return scene;
}

describe('two normal days', () => {
  const scene = twoNormalDays();

  it('leave no open incident', () => {
    expect(scene.openKinds).toEqual([]);
  });

  it('raise no alarm but the reply that kill -9 cut off, which is over when the conversation goes on', () => {
    const alarms = [...scene.incidents.values()].filter(({ draft }) => draft.severity !== 'info');
    expect(alarms.map(({ draft, resolution }) => [draft.kind, resolution])).toEqual([['interrupted-reply', 'self-healed']]);
  });

  it('explain each reset that was continued', () => {
    expect(scene.ofKind('expected-reset').map(({ draft }) => [draft.nativeId, draft.evidence.cause])).toEqual([
      ['m1', 'command'],
      ['m2', 'daily'],
      ['g1', 'command'],
    ]);
    expect(scene.ofKind('unexplained-reset').map(({ draft }) => draft.nativeId)).toEqual(['m3']);
  });

  it('link each conversation to the one that continued it', () => {
    const links = scene.transitions
      .filter(({ to }) => to === 'superseded')
      .map(({ session, successor }) => [session.nativeId, successor?.nativeId]);
    expect(links).toEqual([
      ['m1', 'm2'],
      ['m2', 'm3'],
      ['g1', 'g2'],
      ['m3', 'm4'],
    ]);
  });
});
