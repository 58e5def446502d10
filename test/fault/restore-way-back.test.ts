import { readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RestoreRequest } from '../../main/core/restore/restoring.ts';
import type { RestoreTarget } from '../../main/core/types.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { FakeGateway } from '../unit/restore/fake-gateway.ts';
import { type RestorerOptions, Scene } from '../unit/restore/scene.ts';

class Crash extends Error {}

type State = 'running' | 'stopped';

/** How a restore is done, and whether the gateway runs when Clawback starts again. */
const ways: readonly { readonly target: RestoreTarget; readonly during: State; readonly after: State }[] = [
  { target: 'new-session', during: 'running', after: 'running' },
  { target: 'new-session', during: 'running', after: 'stopped' },
  { target: 'same-session', during: 'running', after: 'running' },
  { target: 'same-session', during: 'running', after: 'stopped' },
  { target: 'same-session', during: 'stopped', after: 'running' },
];

const key = 'agent:main:main';
const index = { [key]: { sessionId: 'current', updatedAt: 1 }, 'agent:main:other': { sessionId: 'other', updatedAt: 2 } };

/** A chat of which OpenClaw wrote nothing, and a gateway that does what it is asked for. */
class Story implements Disposable {
  readonly #dir = tempDir();
  readonly scene = new Scene(this.#dir.path, { clock: new FakeClock(Date.now()) });
  readonly #gateway = new FakeGateway(this.scene.sessions);
  readonly request: RestoreRequest;

  constructor(target: RestoreTarget) {
    writeFileSync(this.scene.index, JSON.stringify(index));
    const lost = [
      { role: 'user', text: 'where is the oak', second: 1 },
      { role: 'assistant', text: 'by the river', second: 2 },
    ];
    this.request = { sessionRow: this.scene.witness('current', lost), target };
  }

  options(state: State, failpoint?: (step: string) => void): RestorerOptions {
    return { gateway: () => state, admin: this.#gateway, ...(failpoint === undefined ? {} : { failpoint }) };
  }

  /** Nothing of it, or all of it; and nothing of what belongs to others is other than it was. */
  outcome(allowed: readonly string[]): 'nothing' | 'finished' {
    const { scene } = this;
    const [restore] = scene.journal.catalog.restores();
    expect(allowed).toContain(restore?.phase ?? 'failed');
    const finished = restore?.phase === 'verified';
    const names = scene.names().filter((name) => !name.includes('.jsonl.deleted.'));
    expect(names).toEqual([...(finished ? [basename(restore.path)] : []), 'sessions.json'].sort());
    const isNew = finished && restore.target === 'new-session';
    expect(scene.readIndex()).toEqual({
      ...index,
      // Dated to now or not: nothing else of the chat's own entry is touched.
      [key]: { sessionId: 'current', updatedAt: expect.any(Number) },
      ...(isNew ? { [restore.sessionKey ?? '']: expect.objectContaining({ sessionId: restore.sessionId }) } : {}),
    });
    return finished ? 'finished' : 'nothing';
  }

  [Symbol.dispose](): void {
    expect(readdirSync(this.scene.sessions).filter((name) => name.startsWith('.') || name.endsWith('.lock'))).toEqual([]);
    this.scene[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}

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

describe.each(ways)('$target, the gateway $during, and $after at the next start', ({ target, during, after }) => {
  test('a restore that ends at any step leaves nothing or a finished restore, and can be repeated', async () => {
    const outcomes = new Set<string>();
    const passed = new Set<string>();
    for (let step = 0, last = never; step < last; step += 1) {
      using story = new Story(target);
      const { scene, request } = story;
      const crash = crashAt(step);
      const done = await scene.restore(request, story.options(during, crash.failpoint)).catch((error: unknown) => error);
      for (const name of crash.steps) passed.add(name);
      if (crash.steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ already: false });
      } else expect(done).toBeInstanceOf(Crash);
      await scene.restorer(story.options(after)).recover();
      const outcome = story.outcome(['failed', 'verified']);
      outcomes.add(outcome);
      const again = await scene.restore(request, story.options(after)).catch((error: unknown) => error);
      // A chat that was dated to now looks like one that was used a moment ago.
      if (outcome === 'nothing' && target === 'same-session' && again instanceof Error)
        expect(again).toMatchObject({ code: 'session-busy' });
      else expect(again).toMatchObject({ already: outcome === 'finished' });
    }
    expect([...outcomes].sort()).toEqual(['finished', 'nothing']);
    const named =
      target === 'new-session' ? ['gateway-create-done', 'record-place', 'publish'] : ['session-lock', 'publish', 'session-unlock'];
    expect([...passed]).toEqual(expect.arrayContaining(named));
  });

  test('an undo that ends at any step leaves the restore as it was or takes it back whole, and can be repeated', async () => {
    const outcomes = new Set<string>();
    for (let step = 0, last = never; step < last; step += 1) {
      using story = new Story(target);
      const { scene, request } = story;
      const { restoreId } = await scene.restore(request, story.options(during));
      const crash = crashAt(step);
      const done = await scene
        .restorer(story.options(during, crash.failpoint))
        .undo(restoreId)
        .catch((error: unknown) => error);
      if (crash.steps.length <= step) {
        last = step;
        expect(done).toMatchObject({ ok: true });
      } else expect(done).toBeInstanceOf(Crash);
      await scene.restorer(story.options(after)).recover();
      const outcome = story.outcome(['verified', 'undone']);
      outcomes.add(outcome);
      if (outcome === 'finished') await scene.restorer(story.options(after)).undo(restoreId);
      expect(story.outcome(['undone'])).toBe('nothing');
    }
    expect([...outcomes].sort()).toEqual(['finished', 'nothing']);
  });
});

test('a restore whose gateway cannot be asked at the next start waits for the one after', async () => {
  using story = new Story('new-session');
  const { scene, request } = story;
  let created = false;
  const failpoint = (name: string) => {
    created ||= name === 'gateway-create-done';
    if (created) throw new Crash(name);
  };
  await expect(scene.restore(request, story.options('running', failpoint))).rejects.toBeInstanceOf(Crash);
  await scene.restorer({ gateway: () => 'unknown', answers: true }).recover();
  expect(scene.journal.catalog.restores()).toMatchObject([{ phase: 'written' }]);
  await scene.restorer(story.options('running')).recover();
  expect(story.outcome(['failed'])).toBe('nothing');
});
