import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

type Step =
  | { readonly step: 'turn' | 'rewrite' | 'backup' | 'reset' | 'delete' | 'return'; readonly key: number }
  | { readonly step: 'wait'; readonly ms: number }
  | { readonly step: 'sleep'; readonly ms: number }
  | { readonly step: 'restart' };

const key = fc.integer({ min: 0, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ step: fc.constantFrom('turn', 'turn', 'rewrite', 'backup', 'reset', 'delete', 'return'), key }),
  fc.record({ step: fc.constant('wait' as const), ms: fc.integer({ min: 250, max: 20_000 }) }),
  fc.record({ step: fc.constant('sleep' as const), ms: fc.integer({ min: -3_600_000, max: 36_000_000 }) }),
  fc.constant({ step: 'restart' as const }),
);

/** Applies what a healthy OpenClaw does: whatever leaves the live name lies somewhere on disk. */
function perform(steps: readonly Step[]): Scene {
  const scene = new Scene();
  const current = new Map<number, string>();
  let made = 0;
  for (const action of steps) {
    switch (action.step) {
      case 'wait':
        scene.run(action.ms, 1_000);
        continue;
      case 'sleep':
        scene.now += action.ms;
        scene.tick();
        continue;
      case 'restart':
        scene.restart();
        scene.tick();
        continue;
      default:
    }
    const routingKey = `agent:main:k${action.key}`;
    const id = current.get(action.key) ?? `s${made++}`;
    current.set(action.key, id);
    if (action.step === 'turn') scene.turn(routingKey, id);
    const file = scene.live(id);
    if (file === undefined) continue;
    const { messages } = file;
    if (action.step === 'rewrite') scene.rewrite(id);
    if (action.step === 'backup') {
      scene.archive(id, 'backup');
      scene.begin(id, messages.slice(-2));
    }
    if (action.step === 'return') {
      scene.remove(id);
      scene.tick();
      scene.begin(id, messages);
    }
    if (action.step === 'reset') {
      const next = `s${made++}`;
      current.set(action.key, next);
      scene.index(routingKey, { sessionId: next, ranOnce: false });
      scene.archive(id, 'reset');
    }
    if (action.step === 'delete') {
      current.delete(action.key);
      scene.index(routingKey, undefined);
      scene.archive(id, 'deleted');
    }
    scene.tick();
  }
  scene.run(30_000, 1_000);
  return scene;
}

describe('quiet facts', () => {
  it('open no incident in any order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const alarms = [...perform(steps).incidents.values()].filter(({ draft }) => draft.severity !== 'info');
        expect(alarms.map(({ draft }) => draft)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
