import { describe, expect, it } from 'vitest';
import { key, type WitnessedScene } from './witnessed-scene.ts';
import { seed, talked } from './witnessed-stories.ts';

const half = 'Here is half of the answer,';
const whole = `${half} and here is the rest of it.`;
const question = 'what now';

type Said = Partial<Parameters<WitnessedScene['witness']>[1]>;

function streamed(scene: WitnessedScene, ref: string, text: string, more: Said = {}): void {
  const known = { runId: 'failed', sessionKey: key, nativeId: 's1', phase: 'error' } as const;
  scene.witness(ref, { witness: 'gateway-stream', role: 'assistant', text, ...known, ...more });
}

function recorded(scene: WitnessedScene, ref: string, role: 'user' | 'assistant', text: string, more: Said = {}): void {
  scene.witness(ref, { witness: 'recorder-plugin', role, text, sessionKey: key, nativeId: 's1', ...more });
}

/** As a trajectory tells a run when it is over. */
function traced(scene: WitnessedScene, answer: string): void {
  const known = { witness: 'trajectory', runId: 'failed', sessionKey: key, nativeId: 's1' } as const;
  scene.witness('t:user', { ...known, role: 'user', text: question });
  scene.witness('t:0', { ...known, role: 'assistant', text: answer });
  const run = { witness: 'trajectory', at: scene.now, agent: 'main', sessionKey: key, runId: 'failed', sourceId: 1 } as const;
  scene.notice({ ...run, event: 'run-ended', outcome: 'error', withText: true });
}

function started(scene: WitnessedScene, runId = 'failed'): void {
  const run = { witness: 'gateway-stream', at: scene.now, agent: 'main', sessionKey: key, runId, sourceId: 1 } as const;
  scene.notice({ ...run, event: 'run-started' });
}

/** A question that is on disk, and a run that fails in the middle of its answer. */
function failed(text = half): WitnessedScene {
  const scene = talked();
  scene.write('s1', 'user', question);
  started(scene);
  scene.tick(1_000);
  streamed(scene, 'failed', text);
  scene.ended('failed', 'error');
  return scene;
}

const here = (scene: WitnessedScene) => scene.witnessed.texts('unpersisted');

describe('what was said before its own run failed', () => {
  it('is kept in its conversation, and nobody is told', () => {
    const scene = failed();
    scene.run(60_000);
    expect(here(scene)).toEqual([half]);
    expect([...scene.incidents.values()]).toEqual([]);
  });

  it('is kept also when its run ends twice, with its error and with that of its turn', () => {
    const scene = failed();
    scene.ended('failed', 'error', key, false);
    scene.run(60_000);
    expect([here(scene), scene.alarms]).toEqual([[half], []]);
  });

  it('is nothing when OpenClaw keeps a database, which nobody can read', () => {
    const scene = talked();
    scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', version: '2026.9.6', sourceId: 1 });
    started(scene);
    streamed(scene, 'failed', half);
    scene.ended('failed', 'error');
    scene.run(20_000);
    expect([here(scene), scene.alarms]).toEqual([[], []]);
  });

  it('is nothing when an ACP runner says what went wrong', () => {
    const scene = talked();
    scene.index('agent:kimi:acp:1', { sessionId: 'a1', isAcp: true, acpState: 'idle' });
    recorded(scene, 'r', 'assistant', 'The agent could not be started.', {
      phase: 'error',
      sessionKey: 'agent:kimi:acp:1',
      nativeId: 'a1',
      runId: 'acp',
    });
    scene.run(20_000);
    expect([here(scene), scene.alarms]).toEqual([[], []]);
  });

  it('is nothing when it has no words, or those of OpenClaw, or the beginning of a silence', () => {
    for (const text of ['', ' \n', '⚠️ Agent failed before reply: session file locked', 'NO_REPLY', 'NO_RE', 'HEARTBEAT_O']) {
      const scene = failed(text);
      scene.run(20_000);
      expect([here(scene), scene.alarms]).toEqual([[], []]);
    }
  });

  it('is nothing of a heartbeat', () => {
    const scene = talked();
    recorded(scene, 'hu', 'user', 'Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.');
    scene.tick(1_000);
    recorded(scene, 'ha', 'assistant', 'You have one unre', { phase: 'error' });
    scene.run(20_000);
    expect([here(scene), scene.alarms]).toEqual([[], []]);
  });

  it('is not here where a transcript holds it', () => {
    const scene = failed();
    scene.write('s1', 'assistant', half);
    scene.run(20_000);
    expect(here(scene)).toEqual([]);
  });

  it('is no longer here when a transcript comes to hold it', () => {
    const scene = failed();
    scene.run(20_000);
    scene.write('s1', 'assistant', half);
    scene.run(5_000);
    expect([here(scene), scene.alarms]).toEqual([[], []]);
  });

  it('is here once where two witnesses saw it', () => {
    const scene = failed();
    recorded(scene, 'ra', 'assistant', half, { phase: 'error' });
    scene.run(20_000);
    expect([here(scene), scene.witnessed.texts('covered'), scene.alarms]).toEqual([[half], [half], []]);
  });

  it('leaves an aborted reply to be told as before', () => {
    const scene = talked();
    scene.write('s1', 'user', question);
    started(scene);
    streamed(scene, 'failed', half, { phase: 'aborted' });
    scene.ended('failed', 'aborted');
    scene.run(20_000);
    expect(scene.alarms).toEqual(['unpersisted']);
  });

  describe('and was said again, and to its end, when the model was asked once more', () => {
    it('is part of what the transcript holds', () => {
      const scene = failed();
      scene.run(10_000);
      expect(here(scene)).toEqual([half]);
      started(scene);
      scene.write('s1', 'assistant', whole);
      streamed(scene, 'failed#2', whole, { phase: 'final' });
      scene.ended('failed', 'final');
      scene.run(20_000);
      expect([here(scene), scene.alarms]).toEqual([[], []]);
    });

    it('is part of what the transcript holds, also when nobody else saw that', () => {
      const scene = failed();
      scene.run(10_000);
      scene.write('s1', 'assistant', whole);
      scene.run(5_000);
      expect([here(scene), scene.alarms]).toEqual([[], []]);
    });

    it('is part of what is told when that was lost', () => {
      const scene = failed();
      scene.run(10_000);
      started(scene);
      streamed(scene, 'failed#2', whole, { phase: 'final' });
      scene.ended('failed', 'final');
      scene.run(20_000);
      expect(here(scene)).toEqual([whole]);
      expect(scene.only('unpersisted').draft).toMatchObject({ severity: 'loss', messages: 1 });
    });

    it('is here once when each time failed', () => {
      const scene = failed();
      scene.run(5_000);
      for (const part of [2, 3]) {
        started(scene);
        streamed(scene, `failed#${part}`, half);
        scene.ended('failed', 'error');
        scene.run(5_000);
      }
      expect([here(scene), scene.alarms]).toEqual([[half], []]);
    });

    it('stays beside another answer', () => {
      const scene = failed();
      scene.run(10_000);
      started(scene);
      scene.write('s1', 'assistant', 'Something else altogether.');
      streamed(scene, 'failed#2', 'Something else altogether.', { phase: 'final' });
      scene.ended('failed', 'final');
      scene.run(20_000);
      expect([here(scene), scene.alarms]).toEqual([[half], []]);
    });
  });

  describe('hides no loss', () => {
    const told = (scene: WitnessedScene) => scene.only('writes-blocked').draft;

    for (const wait of [0, 1_000, 20_000]) {
      for (const restarts of [false, true]) {
        const name = `of the same turn that a trajectory tells ${wait} ms later${restarts ? ', after a restart of the core' : ''}`;
        it(name, () => {
          const scene = failed();
          scene.probe = { directory: 'writable', transcript: 'read-only' };
          scene.run(wait);
          if (restarts) scene.restart(5_000);
          traced(scene, whole);
          scene.run(20_000);
          expect(scene.alarms).toEqual(['writes-blocked']);
          expect(told(scene)).toMatchObject({
            severity: 'loss',
            messages: 1,
            evidence: { reason: 'read-only-file', witnesses: ['trajectory'] },
          });
          expect(here(scene)).toEqual([whole]);
        });
      }
    }

    it('of the same turn that a trajectory tells although its run ended twice', () => {
      const scene = failed();
      scene.probe = { directory: 'writable', transcript: 'read-only' };
      traced(scene, whole);
      scene.ended('failed', 'error', key, false);
      scene.run(20_000);
      expect(scene.alarms).toEqual(['writes-blocked']);
      expect(here(scene)).toEqual([whole]);
    });

    it('of the same turn of which a recorder tells the question', () => {
      const scene = talked();
      started(scene);
      const asked = scene.now;
      scene.tick(1_000);
      streamed(scene, 'failed', half);
      scene.ended('failed', 'error');
      scene.run(20_000);
      expect([here(scene), scene.alarms]).toEqual([[half], []]);
      recorded(scene, 'ru', 'user', question, { at: asked });
      scene.run(20_000);
      expect(scene.only('unpersisted').draft).toMatchObject({ severity: 'loss', messages: 2 });
      expect(here(scene)).toEqual([question, half]);
    });

    it('of the next turn', () => {
      const scene = failed();
      scene.run(20_000);
      scene.converse('s1', { written: 'none', seenBy: ['stream'] });
      scene.run(20_000);
      expect(scene.only('unpersisted').draft).toMatchObject({ severity: 'loss', messages: 1 });
      expect(here(scene)).toEqual([half, 'answer 2']);
    });

    it('that grows, and is told as one with it', () => {
      const scene = seed();
      scene.run(20_000);
      const before = scene.only('reset-without-successor').draft.messages;
      started(scene);
      streamed(scene, 'failed', half, { nativeId: 's2' });
      scene.ended('failed', 'error');
      scene.run(20_000);
      expect(scene.alarms).toEqual(['reset-without-successor']);
      expect(scene.only('reset-without-successor').draft.messages).toBe(before + 1);
    });

    it('of files, and is not counted with it', () => {
      const scene = failed();
      scene.run(20_000);
      scene.remove('s1');
      scene.run(20_000);
      expect(scene.alarms).toEqual(['deleted']);
      expect(scene.only('deleted').draft.messages).toBe(5);
    });
  });

  it('keeps no loss open that OpenClaw has caught up with', () => {
    const scene = talked();
    const asked = scene.now;
    started(scene);
    scene.tick(1_000);
    streamed(scene, 'failed', half);
    scene.ended('failed', 'error');
    scene.run(10_000);
    recorded(scene, 'ru', 'user', question, { at: asked });
    scene.run(10_000);
    expect(scene.openKinds).toEqual(['unpersisted']);
    scene.write('s1', 'user', question, { at: asked });
    scene.run(10_000);
    expect([scene.openKinds, here(scene)]).toEqual([[], [half]]);
    expect(scene.only('unpersisted').resolution).toBe('self-healed');
  });
});
