import { expect, test } from 'vitest';
import {
  arrive,
  decide,
  emptyBudget,
  grown,
  isAnnounced,
  type NotificationBudget,
  saw,
  withdraw,
} from '../../../main/app/notification-budget.ts';
import { incident } from './incident.ts';

const settled = 300;
const losses = (...ids: readonly string[]) => ids.map((id) => incident(id));

function shown(budget: NotificationBudget, now: number): readonly string[] {
  return decide(budget, now).show.map((a) => (a.is === 'single' ? a.incident.id : a.incidents.map((i) => i.id).join('+')));
}

test('one incident is announced by itself after a moment', () => {
  const budget = arrive(emptyBudget, losses('a'), 0);
  expect(decide(budget, 0)).toEqual({ budget, show: [], againAt: settled });
  expect(shown(budget, settled)).toEqual(['a']);
});

test('the same cause is announced once, however often it changes', () => {
  const first = decide(arrive(emptyBudget, losses('a'), 0), settled).budget;
  const again = arrive(first, [incident('a', { messages: 50 })], 60_000);
  expect(shown(again, 61_000)).toEqual([]);
});

test('a loss that grows while it waits is announced once, as it is then', () => {
  let budget = arrive(emptyBudget, [incident('a', { messages: 2 })], 0);
  budget = arrive(budget, [incident('a', { messages: 4 })], 100);
  expect(decide(budget, settled).show).toMatchObject([{ is: 'single', incident: { messages: 4 } }]);
});

test('a loss that grows after it was seen is not announced again, and counts as seen', () => {
  const budget = saw(decide(arrive(emptyBudget, losses('a'), 0), settled).budget, losses('a'));
  const more = [incident('a', { messages: 50 })];
  expect(grown(budget, more)).toEqual(more);
  expect(shown(arrive(budget, more, 60_000), 61_000)).toEqual([]);
});

test('a loss that grows before its notification was on the screen does not count as seen', () => {
  const budget = decide(arrive(emptyBudget, losses('a'), 0), settled).budget;
  expect(grown(budget, [incident('a', { messages: 50 })])).toEqual([]);
});

test('a loss that an earlier run announced grows in silence', () => {
  const budget = arrive(emptyBudget, [incident('a', { notifiedAt: 1 })], 0);
  const more = [incident('a', { messages: 50 })];
  expect(grown(budget, more)).toEqual(more);
  expect(shown(arrive(budget, more, 1_000), 2_000)).toEqual([]);
});

test.each([
  ['dismissed', ['a']],
  ['restored', ['a']],
  ['self-healed', []],
  ['expected', []],
] as const)('what was %s and then loses more is announced: %j', (resolution, announced) => {
  const seen = saw(decide(arrive(emptyBudget, losses('a'), 0), settled).budget, losses('a'));
  const over = withdraw(seen, incident('a', { resolvedAt: 1, resolution }));
  expect(shown(arrive(over, [incident('a', { messages: 50 })], 60_000), 61_000)).toEqual(announced);
});

test('what was announced by an earlier run, or is over, is not announced', () => {
  const budget = arrive(emptyBudget, [incident('a', { notifiedAt: 1 }), incident('b', { resolvedAt: 1 })], 0);
  expect(shown(budget, settled)).toEqual([]);
});

test('up to three at once are announced one by one', () => {
  expect(shown(arrive(emptyBudget, losses('a', 'b', 'c'), 0), settled)).toEqual(['a', 'b', 'c']);
});

test('more than three at once are one announcement', () => {
  expect(shown(arrive(emptyBudget, losses('a', 'b', 'c', 'd'), 0), settled)).toEqual(['a+b+c+d']);
});

test('what arrives bit by bit beyond three in five seconds waits and is gathered', () => {
  const early = decide(arrive(emptyBudget, losses('a', 'b', 'c'), 0), settled).budget;
  const late = arrive(arrive(early, losses('d', 'e'), 1000), losses('f', 'g'), 2000);
  const waiting = decide(late, 3000);
  expect(waiting.show).toEqual([]);
  expect(waiting.againAt).toBe(settled + 5000);
  expect(shown(waiting.budget, settled + 5000)).toEqual(['d+e+f+g']);
});

test('a storm of a thousand in ten seconds is at most four announcements', () => {
  let budget = emptyBudget;
  let announcements = 0;
  for (let now = 0; now <= 20_000; now += 10) {
    if (now < 10_000) budget = arrive(budget, losses(`s${now}`), now);
    const decision = decide(budget, now);
    budget = decision.budget;
    announcements += decision.show.length;
  }
  expect(announcements).toBeGreaterThan(0);
  expect(announcements).toBeLessThanOrEqual(4);
});

test('what healed by itself before it was announced is dropped', () => {
  const budget = withdraw(arrive(emptyBudget, losses('a', 'b'), 0), incident('a', { resolvedAt: 1, resolution: 'self-healed' }));
  expect(shown(budget, settled)).toEqual(['b']);
});

test.each([
  ['all', 'loss', true],
  ['all', 'warning', true],
  ['all', 'info', false],
  ['loss-only', 'loss', true],
  ['loss-only', 'warning', false],
  ['off', 'loss', false],
] as const)('under the policy %s a %s is announced: %s', (notify, severity, expected) => {
  expect(isAnnounced(incident('a', { severity }), { notify, notifyResets: true })).toBe(expected);
});

const reset = (id: string) => incident(id, { kind: 'expected-reset', severity: 'info', resolvedAt: 1, resolution: 'expected' });

test.each([
  ['all', false, false],
  ['all', true, true],
  ['loss-only', true, true],
  ['off', true, false],
] as const)('under the policy %s with resets %s an expected reset is announced: %s', (notify, notifyResets, expected) => {
  expect(isAnnounced(reset('a'), { notify, notifyResets })).toBe(expected);
});

test('an expected reset is announced once, although it is over when it is known', () => {
  const told = decide(arrive(emptyBudget, [reset('a')], 0), settled);
  expect(told.show).toMatchObject([{ is: 'single', incident: { id: 'a' } }]);
  expect(shown(arrive(told.budget, [reset('a')], 60_000), 61_000)).toEqual([]);
});

test('many resets at once are one announcement, apart from what needs somebody', () => {
  const resets = ['r', 's', 't', 'u'].map(reset);
  expect(shown(arrive(emptyBudget, [...resets, ...losses('a')], 0), settled)).toEqual(['a', 'r+s+t+u']);
});
