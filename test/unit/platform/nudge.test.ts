import { expect, test } from 'vitest';
import { Nudge } from '../../../main/core/platform/nudge.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function nudged() {
  const clock = new FakeClock();
  const times: number[] = [];
  const nudge = new Nudge(clock, 50, () => times.push(clock.monotonic()));
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

test('what calls after that is answered again', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  clock.advance(60);
  nudge.soon();
  clock.advance(60);
  expect(times).toEqual([50, 110]);
});

test('nothing is answered after the end', () => {
  const { clock, times, nudge } = nudged();
  nudge.soon();
  nudge[Symbol.dispose]();
  clock.advance(100);
  expect(times).toEqual([]);
});
