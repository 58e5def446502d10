import { describe, expect, it } from 'vitest';
import { Scene, startAt } from './scene.ts';

const hour = 3_600_000;

describe('time', () => {
  it('raises nothing on waking from sleep for a file that comes back with the first sweep', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(1_000);
    const { messages } = scene.mustLive('s1');
    scene.remove('s1');
    scene.tick();
    scene.now += 8 * hour;
    scene.tick();
    scene.begin('s1', messages);
    scene.run(5_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('still tells of a real loss after sleep', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(1_000);
    scene.remove('s1');
    scene.tick();
    scene.now += 8 * hour;
    scene.run(5_000);
    expect(scene.openKinds).toEqual(['deleted']);
  });

  it('judges nothing by a clock that leapt before somebody looked', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(1_000);
    scene.remove('s1');
    scene.tick();
    scene.now += 8 * hour;
    expect(scene.decide().drafts).toEqual([]);
  });

  it('does not call a lock blocked for having been held through sleep', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.locks = [{ nativeId: 's1', pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.run(1_000);
    scene.now += 8 * hour;
    scene.run(60_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('settles in time although the clock was set back', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(1_000);
    scene.remove('s1');
    scene.tick();
    scene.now -= 5 * hour;
    scene.tick();
    scene.run(3_000);
    expect(scene.openKinds).toEqual(['deleted']);
  });

  it('raises nothing because the clock was set back', () => {
    const scene = new Scene();
    scene.turn('agent:main:main', 's1');
    scene.now -= 5 * hour;
    scene.turn('agent:main:main', 's1');
    scene.run(10_000);
    expect(scene.incidents.size).toBe(0);
  });

  it('settles a deadline that an earlier run set by a clock that was ahead', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(1_000);
    scene.remove('s1');
    scene.tick();
    scene.restart(-5 * hour);
    scene.run(5_000);
    expect(scene.openKinds).toEqual(['deleted']);
  });

  it('lets a conversation fall quiet and wakes it with its next line', () => {
    const scene = new Scene();
    scene.say('s1', 1);
    scene.run(11 * 60_000, 5_000);
    expect(scene.stateOf('s1')).toBe('dormant');
    scene.say('s1', 1);
    scene.tick();
    expect(scene.stateOf('s1')).toBe('live');
  });

  it('keeps a conversation live as long as it goes on', () => {
    const scene = new Scene();
    for (let i = 0; i < 5; i++) {
      scene.say('s1', 1);
      scene.run(5 * 60_000, 5_000);
    }
    expect(scene.stateOf('s1')).toBe('live');
    expect(scene.transitions).toHaveLength(1);
  });

  it('takes in ten thousand old conversations as dormant with one transition each', () => {
    const scene = new Scene();
    for (let i = 0; i < 10_000; i++) scene.say(`s${i}`, 1, { mtimeAt: startAt - 24 * hour });
    scene.run(30_000, 5_000);
    expect(scene.transitions).toHaveLength(10_000);
    expect(new Set(scene.transitions.map(({ to }) => to))).toEqual(new Set(['dormant']));
  });

  it('waits for nothing once everything is quiet', () => {
    const scene = new Scene();
    for (let i = 0; i < 1_000; i++) scene.say(`s${i}`, 1, { mtimeAt: startAt - 24 * hour });
    scene.run(10_000);
    expect(scene.detector.nextDeadlineAt).toBeUndefined();
  });

  it('asks the buffer nothing while nothing changes', () => {
    const scene = new Scene();
    for (let i = 0; i < 1_000; i++) {
      scene.say(`s${i}`, 1, { mtimeAt: startAt - 24 * hour });
      scene.index(`k${i}`, { sessionId: `s${i}` });
    }
    scene.run(10_000);
    const view = scene.view();
    const asked = new Proxy(scene.evidence, {
      get(_target, name) {
        throw new Error(`asked for ${String(name)}`);
      },
    });
    for (let i = 0; i < 1_000; i++) {
      scene.now += 250;
      const observed = scene.detector.observe({ at: scene.now, changes: [], directories: [view] });
      const decided = scene.detector.decide(scene.now, asked);
      expect([observed.transitions, observed.sessions, decided.transitions, decided.drafts]).toEqual([[], [], [], []]);
    }
  });

  it('names the next moment to look', () => {
    const scene = new Scene();
    scene.say('s1', 3);
    scene.run(5_000);
    scene.remove('s1');
    scene.tick();
    expect(scene.detector.nextDeadlineAt).toBe(scene.now + 2_000);
  });
});
