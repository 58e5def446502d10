import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key, WitnessedScene } from './witnessed-scene.ts';

const say = fc.constantFrom('ok', 'go on', 'what else', 'tell me more about it', 'ok');
const answer = fc.constantFrom('Done. ', 'Let me see. ', 'It is so. ', 'Done. ', '[[reply_to_current]] Here. ');
const turn = fc.record({
  do: fc.constant('turn' as const),
  user: say,
  replies: fc.array(answer, { minLength: 1, maxLength: 3 }),
  toolMs: fc.constantFrom(1_000, 20_000, 200_000),
  seenBy: fc.constantFrom(['stream'] as const, ['recorder'] as const, ['stream', 'recorder'] as const),
});
const pause = fc.record({ do: fc.constant('pause' as const), ms: fc.constantFrom(300, 3_000, 10_000, 700_000) });
const event = fc.record({
  do: fc.constantFrom(
    'reset' as const,
    'api-reset' as const,
    'restart-core' as const,
    'restart-gateway' as const,
    'sleep' as const,
    'clock-back' as const,
    'abort' as const,
    'rewrite' as const,
  ),
});
const step = fc.oneof({ weight: 6, arbitrary: turn }, { weight: 3, arbitrary: pause }, { weight: 2, arbitrary: event });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A gateway that loses nothing, whatever happens around it. */
class NormalDay {
  readonly scene = new WitnessedScene();
  #session = 0;
  #aborts = 0;

  get id(): string {
    return `s${this.#session}`;
  }

  live(one: Step): void {
    const { scene } = this;
    switch (one.do) {
      case 'turn':
        scene.converse(this.id, one);
        return;
      case 'pause':
        scene.run(one.ms, Math.max(500, one.ms / 50));
        return;
      case 'reset':
      case 'api-reset':
        if (scene.live(this.id) !== undefined) scene.archive(this.id, 'reset');
        this.#session += 1;
        scene.index(key, { sessionId: this.id, ranOnce: false, hasSessionFile: one.do === 'reset' });
        scene.tick();
        return;
      case 'restart-core':
        scene.restart(20_000);
        return;
      case 'restart-gateway':
        scene.gateway = 'stopped';
        scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-ended', clean: true, closeCode: 1012, sourceId: 1 });
        scene.run(6_000);
        scene.gateway = 'running';
        scene.notice({ witness: 'gateway-stream', at: scene.now, event: 'gateway-up', version: '2026.3.13', sourceId: 1 });
        scene.tick();
        return;
      case 'sleep':
        scene.tick(8 * 3_600_000);
        return;
      case 'clock-back':
        scene.now -= 1_800_000;
        scene.tick();
        return;
      case 'abort':
        this.#abort();
        return;
      case 'rewrite':
        if (scene.live(this.id) !== undefined) scene.rewrite(this.id);
        scene.tick();
        return;
    }
  }

  #abort(): void {
    const { scene } = this;
    if (scene.live(this.id) === undefined) return;
    const run = `abort-${this.#aborts++}`;
    const place = { nativeId: this.id, sessionKey: key } as const;
    const text = 'as far as it came before ';
    scene.locks = [{ nativeId: this.id, pid: 7, createdAt: scene.now, holderAlive: true }];
    scene.notice({
      witness: 'gateway-stream',
      at: scene.now,
      event: 'run-started',
      agent: 'main',
      sessionKey: key,
      runId: run,
      sourceId: 1,
    });
    scene.witness(`r:${run}:u`, { witness: 'recorder-plugin', role: 'user', text: 'a long one', ...place });
    scene.write(this.id, 'user', 'a long one');
    scene.tick(1_000);
    const streamed = { witness: 'gateway-stream', role: 'assistant', runId: run, ...place } as const;
    scene.witness(`s:${run}`, { ...streamed, text: text.slice(0, 12), phase: 'partial', endsRun: false });
    scene.tick(1_000);
    scene.witness(`s:${run}`, { ...streamed, text, phase: 'aborted' });
    scene.ended(run, 'aborted');
    scene.write(this.id, 'assistant', text.slice(0, 20));
    scene.write(this.id, 'assistant', text);
    scene.witness(`r:${run}:a`, { witness: 'recorder-plugin', role: 'assistant', text, phase: 'aborted', ...place });
    scene.locks = [];
    scene.tick();
  }
}

describe('any day on which OpenClaw writes everything', () => {
  it('raises no alarm and calls nothing lost', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const day = new NormalDay();
        for (const one of steps) day.live(one);
        day.scene.run(60_000);
        expect(day.scene.witnessed.texts('unpersisted')).toEqual([]);
        expect(day.scene.alarms).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves nothing without a verdict', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 15 }), (steps) => {
        const day = new NormalDay();
        for (const one of steps) day.live(one);
        day.scene.run(200_000, 2_000);
        expect(day.scene.witnessed.texts('pending')).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('any day on which turns are lost', () => {
  it('finds every lost message that was seen, and tells each loss once', () => {
    const lossy = fc.record({
      before: fc.array(step, { maxLength: 8 }),
      lost: fc.array(turn, { minLength: 1, maxLength: 4 }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(lossy, ({ before, lost, restart }) => {
        const day = new NormalDay();
        day.scene.converse('s0');
        for (const one of before) day.live(one);
        day.scene.run(200_000, 2_000);
        day.scene.converse(day.id, { user: 'a beginning', replies: ['Begun.'] });
        day.scene.run(200_000, 2_000);
        const expected: string[] = [];
        for (const [n, { replies }] of lost.entries()) {
          const own = { user: `lost question ${n}`, replies: replies.map((reply, at) => `${reply} ${n}.${at} `) };
          day.scene.converse(day.id, { ...own, written: 'none', seenBy: ['stream', 'recorder'] });
          expected.push(own.user, ...own.replies.map((text) => text.trim()));
          day.scene.run(10_000);
        }
        if (restart) day.scene.restart(30_000);
        day.scene.run(30_000);
        const found = day.scene.witnessed.texts('unpersisted').map((text) => text.replace('\n[tool exec]', '').trim());
        expect(found.filter((text) => !text.startsWith('ran ')).sort()).toEqual(expected.sort());
        expect(day.scene.openKinds).toHaveLength(1);
        expect(day.scene.incidents.get([...day.scene.incidents.keys()].at(-1) ?? '')?.draft.messages).toBe(found.length);
      }),
      { numRuns: 60 },
    );
  });
});
