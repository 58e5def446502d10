import { expect, test } from 'vitest';
import { SpareTime } from '../../../main/core/spare-time.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function spending(slicesOfWork: number) {
  const clock = new FakeClock();
  let left = slicesOfWork;
  const counts = { upkeep: 0, givenBack: 0 };
  const journal = {
    upkeep: () => {
      counts.upkeep += 1;
      left -= 1;
      return left > 0;
    },
  };
  const spare = new SpareTime(clock, journal, () => {
    counts.givenBack += 1;
  });
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) {
      clock.advance(1_000);
      spare.use();
    }
  };
  return { counts, rounds };
}

test('nothing is done in the first half minute, and then a slice in each round until nothing is left', () => {
  const { counts, rounds } = spending(5);
  rounds(29);
  expect(counts.upkeep).toBe(0);
  rounds(10);
  expect(counts.upkeep).toBe(5);
  rounds(30);
  expect(counts.upkeep).toBe(6);
});

test('what long work leaves behind is given back while it goes on, and at its end', () => {
  const { counts, rounds } = spending(30);
  rounds(29 + 19);
  expect(counts.givenBack).toBe(0);
  rounds(1);
  expect(counts.givenBack).toBe(1);
  rounds(10);
  expect(counts).toEqual({ upkeep: 30, givenBack: 2 });
});

test('a look that finds nothing to do gives nothing back', () => {
  const { counts, rounds } = spending(1);
  rounds(120);
  expect(counts.upkeep).toBeGreaterThan(2);
  expect(counts.givenBack).toBe(0);
});
