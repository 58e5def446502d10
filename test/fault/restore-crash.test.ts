import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { cases, expectNothingOrFinished, prepareScene } from './restore-outcome.ts';

class Crash extends Error {}

/** The program ends at one step: nothing that comes after it happens, clean-up included. */
function crashAt(step: number): { readonly failpoint: (name: string) => void; readonly steps: readonly string[] } {
  const steps: string[] = [];
  return {
    steps,
    failpoint(name) {
      steps.push(name);
      if (steps.length > step) throw new Crash(name);
    },
  };
}

const never = Number.POSITIVE_INFINITY;

describe.each(cases)('a restore, $name, that ends at any step', (fault) => {
  test('leaves nothing or a finished restore, and can be repeated', async () => {
    const outcomes = new Set<string>();
    for (let step = 0, last = never; step < last; step += 1) {
      using dir = tempDir();
      const { scene, request } = prepareScene(dir.path, fault);
      using _scene = scene;
      const crash = crashAt(step);
      const done = await scene.restore(request, { failpoint: crash.failpoint }).catch((error: unknown) => error);
      if (crash.steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ already: false });
      } else expect(done).toBeInstanceOf(Crash);
      await scene.restorer().recover();
      const outcome = expectNothingOrFinished(scene, ['failed', 'verified']);
      outcomes.add(outcome);
      expect((await scene.restore(request)).already).toBe(outcome === 'finished');
      expect(readdirSync(dir.path).filter((name) => name.startsWith('.'))).toEqual([]);
    }
    expect([...outcomes].sort()).toEqual(['finished', 'nothing']);
  });
});

describe.each(cases)('an undo, $name, that ends at any step', (fault) => {
  test('leaves the restore as it was or takes it back whole, and can be repeated', async () => {
    const outcomes = new Set<string>();
    for (let step = 0, last = never; step < last; step += 1) {
      using dir = tempDir();
      const { scene, request } = prepareScene(dir.path, fault);
      using _scene = scene;
      const { restoreId } = await scene.restore(request);
      const crash = crashAt(step);
      const done = await scene
        .restorer({ failpoint: crash.failpoint })
        .undo(restoreId)
        .catch((error: unknown) => error);
      if (crash.steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ ok: true });
      } else expect(done).toBeInstanceOf(Crash);
      await scene.restorer().recover();
      if (scene.journal.catalog.restore(restoreId)?.phase === 'verified') await scene.restorer().undo(restoreId);
      else outcomes.add('undone');
      expect(expectNothingOrFinished(scene, ['undone'])).toBe('nothing');
    }
    expect(outcomes).toEqual(new Set(['undone']));
  });
});

test('a start without an interrupted restore changes nothing', async () => {
  using dir = tempDir();
  const { scene, request } = prepareScene(dir.path, cases[0] ?? { name: '', content: '', target: 'file' });
  using _scene = scene;
  await scene.restore(request);
  const steps: string[] = [];
  await scene.restorer({ failpoint: (step) => steps.push(step) }).recover();
  expect(steps).toEqual(['begin']);
});
