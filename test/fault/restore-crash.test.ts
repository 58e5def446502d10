import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import type { Scene } from '../unit/restore/scene.ts';
import { healthy } from '../unit/restore/transcripts.ts';
import { cases, expectNothingOrFinished, indexBefore, prepareScene } from './restore-outcome.ts';

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

describe('what happens between a crash and the next start', () => {
  /** Ends at the named step and gives the interrupted restore. */
  async function interrupted(scene: Scene, request: Parameters<Scene['restore']>[0], step: string) {
    let crashed = false;
    const failpoint = (name: string) => {
      crashed ||= name === step;
      if (crashed) throw new Crash(name);
    };
    await expect(scene.restore(request, { failpoint })).rejects.toBeInstanceOf(Crash);
    const [restore] = scene.journal.catalog.restores();
    if (restore === undefined) throw new Error('nothing was recorded');
    return restore;
  }

  function setUp(base: string) {
    return prepareScene(base, { name: 'small', content: healthy(2), target: 'new-session' });
  }

  test('a conversation that went on is a finished restore', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { id, path } = await interrupted(scene, request, 'index-sync');
    appendFileSync(path, '{"type":"custom","id":"next","parentId":"bbbb0002"}\n');
    await scene.restorer().recover();
    expect(scene.journal.catalog.restore(id)?.phase).toBe('verified');
    expect(readFileSync(path, 'utf8')).toContain('"next"');
  });

  test('a file that was taken away leaves no key behind', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { path } = await interrupted(scene, request, 'index-sync');
    rmSync(path);
    await scene.restorer().recover();
    expect(expectNothingOrFinished(scene, ['failed'])).toBe('nothing');
  });

  test('another file in the place of the restored one stays', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { id, path } = await interrupted(scene, request, 'record-linked');
    writeFileSync(path, 'somebody else');
    await scene.restorer().recover();
    expect(readFileSync(path, 'utf8')).toBe('somebody else');
    expect(scene.journal.catalog.restore(id)).toMatchObject({ phase: 'failed', error: 'target-changed' });
  });

  test('a file that another key names by now stays', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { path, sessionId } = await interrupted(scene, request, 'record-linked');
    writeFileSync(scene.index, JSON.stringify({ 'agent:main:main': { sessionId } }));
    await scene.restorer().recover();
    expect(existsSync(path)).toBe(true);
  });

  test('an index that does not parse leaves the question open until it does', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { id, path } = await interrupted(scene, request, 'record-linked');
    writeFileSync(scene.index, '{"torn');
    await scene.restorer().recover();
    expect(scene.journal.catalog.restore(id)?.phase).toBe('written');
    expect(existsSync(path)).toBe(true);
    writeFileSync(scene.index, indexBefore);
    await scene.restorer().recover();
    expect(expectNothingOrFinished(scene, ['failed'])).toBe('nothing');
  });

  test('a folder that is gone took the restore with it', async () => {
    using dir = tempDir();
    const { scene, request } = setUp(dir.path);
    using _scene = scene;
    const { id } = await interrupted(scene, request, 'index-lock');
    rmSync(scene.sessions, { recursive: true });
    await scene.restorer().recover();
    expect(scene.journal.catalog.restore(id)).toMatchObject({ phase: 'failed', error: 'directory-gone' });
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
