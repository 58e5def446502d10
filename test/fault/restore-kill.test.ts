import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.ts';
import { Scene } from '../unit/restore/scene.ts';
import { healthy } from '../unit/restore/transcripts.ts';
import type { ChildTask } from './restore-child.ts';
import { expectNothingOrFinished, indexBefore, prepareScene } from './restore-outcome.ts';

const fault = { name: 'verbatim', content: healthy(3), target: 'new-session' } as const;

async function run(task: ChildTask): Promise<{ readonly killed: boolean; readonly steps: number }> {
  const script = new URL('./restore-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code, signal]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'close')]);
  if (signal === 'SIGKILL') return { killed: true, steps: task.killAt };
  if (code !== 0) throw new Error(`the child failed: ${errors}`);
  return { killed: false, steps: (JSON.parse(output) as { steps: number }).steps };
}

type Check = (scene: Scene) => void;

/** Runs the task in processes that are killed one step later each time, until one comes to its end; two at once. */
async function killedAtEveryStep(undo: boolean, check: Check): Promise<number> {
  for (let killAt = 0; ; killAt += 2) {
    const ends = await Promise.all([killedAt(killAt, undo, check), killedAt(killAt + 1, undo, check)]);
    const survivor = ends.find((end) => !end.killed);
    if (survivor !== undefined) return survivor.steps;
  }
}

async function killedAt(killAt: number, undo: boolean, check: Check): ReturnType<typeof run> {
  using dir = tempDir();
  const { scene, request } = prepareScene(dir.path, fault);
  const restoreId = undo ? (await scene.restore(request)).restoreId : undefined;
  scene[Symbol.dispose]();
  const task = { base: dir.path, home: 'home', killAt, requests: undo ? [] : [request] };
  const ended = await run(restoreId === undefined ? task : { ...task, undo: restoreId });
  using after = new Scene(dir.path);
  await after.restorer().recover();
  check(after);
  return ended;
}

describe('a process that is killed at any step', () => {
  test('of a restore leaves nothing or a finished restore', async () => {
    const outcomes = new Set<string>();
    const steps = await killedAtEveryStep(false, (scene) => {
      outcomes.add(expectNothingOrFinished(scene, ['failed', 'verified']));
    });
    expect(steps).toBeGreaterThan(15);
    expect([...outcomes].sort()).toEqual(['finished', 'nothing']);
  });

  test('of an undo leaves the restore as it was or takes it back whole', async () => {
    const outcomes = new Set<string>();
    const steps = await killedAtEveryStep(true, (scene) => {
      outcomes.add(expectNothingOrFinished(scene, ['verified', 'undone']));
    });
    expect(steps).toBeGreaterThan(10);
    expect([...outcomes].sort()).toEqual(['finished', 'nothing']);
  });
});

test('processes that restore into the same index at the same time lose no key of each other', async () => {
  using dir = tempDir();
  const homes = ['home-1', 'home-2', 'home-3'];
  const tasks: ChildTask[] = [];
  for (const home of homes) {
    using scene = new Scene(dir.path, { home });
    writeFileSync(scene.index, indexBefore);
    const rows = Array.from({ length: 8 }, (_, index) => scene.record(`lost-${home}-${index}`, [healthy(2)]));
    tasks.push({ base: dir.path, home, killAt: -1, requests: rows.map((sessionRow) => ({ sessionRow, target: 'new-session' as const })) });
  }
  await Promise.all(tasks.map(run));
  using scene = new Scene(dir.path, { home: 'home-1' });
  const keys = Object.keys(scene.readIndex());
  expect(keys).toHaveLength(2 + homes.length * 8);
  expect(scene.names()).toHaveLength(1 + homes.length * 8);
});
