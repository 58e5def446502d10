import { expect, test } from 'vitest';
import { Nudge } from '../../../main/core/platform/nudge.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function nudged() {
  const clock = new FakeClock();
  const times: number[] = [];
  const nudge = new Nudge(clock, { delayMs: 50, spacingMs: 250 }, () => times.push(clock.monotonic()));
  return { clock, times, nudge };
}

test('what calls within a moment is answered once, a moment after the first of it', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  clock.advance(49);
  nudge.soon();
  clock.advance(100);
  expect(times).toEqual([50]);
});

test('what calls after that is answered again, at a distance from the last time', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  clock.advance(60);
  nudge.soon();
  clock.advance(500);
  expect(times).toEqual([50, 300]);
});

test('what calls after a long silence waits no longer than the first did', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  clock.advance(1_000);
  nudge.soon();
  clock.advance(100);
  expect(times).toEqual([50, 1_050]);
});

test('nothing is answered after the end', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  nudge[Symbol.dispose]();
  clock.advance(100);
  expect(times).toEqual([]);
});
