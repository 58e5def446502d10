import { expect, test } from 'vitest';
import { afterCrash, type CrashHistory, noCrashes, type RestartDecision } from '../../../main/app/restart-policy.ts';

/** Deaths at these moments (ms), each after a run of this long; the decisions in order. */
function decisions(deaths: readonly { readonly at: number; readonly ranFor: number }[]): readonly RestartDecision[] {
  let history: CrashHistory = noCrashes;
  return deaths.map(({ at, ranFor }) => {
    const after = afterCrash(history, at, ranFor);
    history = after.history;
    return after.decision;
  });
}

test('the first death is followed by a start half a second later', () => {
  expect(decisions([{ at: 1000, ranFor: 1000 }])).toEqual([{ restart: true, afterMs: 500 }]);
});

test('deaths in a row wait twice as long each time', () => {
  const deaths = [0, 1000, 2500, 5000].map((at) => ({ at, ranFor: 100 }));
  expect(decisions(deaths)).toEqual([500, 1000, 2000, 4000].map((afterMs) => ({ restart: true, afterMs })));
});

test('the fifth death within two minutes ends the attempts', () => {
  const deaths = [0, 1000, 2500, 5000, 119_000].map((at) => ({ at, ranFor: 100 }));
  expect(decisions(deaths).at(-1)).toEqual({ restart: false, crashes: 5 });
});

test('a core that dies slowly is started for ever, at most half a minute apart', () => {
  const deaths = Array.from({ length: 12 }, (_, i) => ({ at: i * 60_000, ranFor: 30_000 }));
  const last = decisions(deaths).slice(-3);
  expect(last).toEqual(Array.from({ length: 3 }, () => ({ restart: true, afterMs: 30_000 })));
});

test('a run of two minutes starts the waiting anew', () => {
  const deaths = [
    { at: 0, ranFor: 100 },
    { at: 1000, ranFor: 100 },
    { at: 200_000, ranFor: 120_000 },
  ];
  expect(decisions(deaths).at(-1)).toEqual({ restart: true, afterMs: 500 });
});

test.each(['disk-full', 'buffer-locked', 'permission-denied', 'io', 'buffer-missing'])(
  'a core that cannot start because of %s is tried for ever',
  (code) => {
    let history: CrashHistory = noCrashes;
    for (let death = 0; death < 40; death += 1) {
      const after = afterCrash(history, death * 1000, 100, code);
      expect(after.decision).toEqual({ restart: true, afterMs: Math.min(30_000, 500 * 2 ** death) });
      history = after.history;
    }
  },
);

test('what was waited for does not count as a death', () => {
  const waited = afterCrash(noCrashes, 0, 100, 'disk-full').history;
  const deaths = [1000, 2000, 3000, 4000].reduce((history, at) => afterCrash(history, at, 100).history, waited);
  expect(deaths.crashedAt).toHaveLength(4);
});
