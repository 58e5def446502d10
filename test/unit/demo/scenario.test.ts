import { describe, expect, test } from 'vitest';
import { cast, demoActs, describeAct, lossesDoneAtMs, type TimedAct } from '../../../main/demo/scenario.ts';

function actsUntil(untilMs: number): TimedAct[] {
  const acts: TimedAct[] = [];
  for (const timed of demoActs()) {
    if (timed.atMs > untilMs) break;
    acts.push(timed);
  }
  return acts;
}

describe('demo scenario', () => {
  test('acts come in the order of their times', () => {
    const times = actsUntil(120_000).map((timed) => timed.atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('the three losses have happened within 25 s', () => {
    const losses = actsUntil(25_000)
      .map((timed) => timed.act.act)
      .filter((act) => act === 'reset' || act === 'truncate' || act === 'delete');
    expect(losses).toEqual(['reset', 'truncate', 'delete']);
  });

  test('turns of one conversation never overlap', () => {
    const running = new Set<string>();
    for (const { act } of actsUntil(120_000)) {
      if (act.act === 'turn-starts') {
        expect(running).not.toContain(act.routingKey);
        running.add(act.routingKey);
      } else if (act.act === 'turn-ends') running.delete(act.routingKey);
      else expect(running).not.toContain(act.routingKey);
    }
  });

  test('turns after the reset are answered and written nowhere', () => {
    const acts = actsUntil(lossesDoneAtMs).map((timed) => timed.act);
    const resetAt = acts.findIndex((act) => act.act === 'reset');
    const reset = acts[resetAt];
    const later = acts.slice(resetAt + 1).filter((act) => act.act === 'turn-ends' && act.routingKey === reset?.routingKey);
    expect(later.length).toBeGreaterThanOrEqual(3);
    expect(later.every((act) => act.act === 'turn-ends' && !act.persisted)).toBe(true);
  });

  test('a conversation lives on after the losses', () => {
    const later = actsUntil(120_000).filter((timed) => timed.atMs > lossesDoneAtMs && timed.act.act === 'turn-ends');
    expect(later.length).toBeGreaterThanOrEqual(5);
    expect(new Set(later.map((timed) => timed.act.routingKey)).size).toBe(1);
  });

  test('every act is told with the name of its conversation', () => {
    const names = cast.map((conversation) => conversation.displayName);
    for (const { act } of actsUntil(30_000)) expect(names.some((name) => describeAct(act).startsWith(`${name}: `))).toBe(true);
  });
});
