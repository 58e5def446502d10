import { expect, test } from 'vitest';
import type { Change } from '../../../main/core/capture/change.ts';
import type { CommitResult } from '../../../main/core/store/store.ts';
import { Unwritten } from '../../../main/core/unwritten.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const nothing = { transitions: [], sessions: [], drafts: [], resolved: [] };
const change: Change = { change: 'archive-gone', generationId: 1, at: 0 };

function writing() {
  const calls: string[] = [];
  const written: CommitResult[] = [];
  let refusal: Error | undefined;
  const clock = new FakeClock();
  let fault: Error | undefined;
  const unwritten = new Unwritten({
    clock,
    journal: {
      prepare: () => void calls.push('prepare'),
      commit: (_changes, _outcome, at, durable = 'now') => {
        if (refusal !== undefined) throw refusal;
        calls.push(durable);
        return { bytes: 10, durationMs: 1, at, durable: durable === 'now', opened: [], resolved: [] };
      },
      sync: () => {
        calls.push('sync');
        if (fault !== undefined) throw fault;
      },
    },
    observe: () => nothing,
    onWritten: (result) => void written.push(result),
  });
  const commit = (durable?: 'now' | 'later') => {
    unwritten.add([change]);
    unwritten.commit(durable);
  };
  const refuse = (error: Error | undefined) => {
    fault = error;
  };
  const refuseCommits = (error: Error | undefined) => {
    refusal = error;
  };
  return { unwritten, clock, calls, written, commit, refuse, refuseCommits };
}

test('nothing is called written before it is durable', () => {
  const { unwritten, calls, written, commit } = writing();
  commit('later');
  commit('later');
  expect(written).toEqual([]);
  unwritten.sync();
  expect(calls).toEqual(['prepare', 'prepare', 'later', 'later', 'sync']);
  expect(written).toMatchObject([{ bytes: 20, durationMs: 2, durable: true }]);
  expect(unwritten.undurableBytes).toBe(0);
});

test('what may be durable later is written while the next is prepared, in order', () => {
  const { unwritten, clock, calls, commit } = writing();
  commit('later');
  expect(calls).toEqual(['prepare']);
  expect(unwritten.hasChanges).toBe(true);
  expect(unwritten.undurableSince).toBe(clock.monotonic());
  commit('later');
  expect(calls).toEqual(['prepare', 'prepare', 'later']);
  expect(unwritten.undurableBytes).toBe(10);
  unwritten.conclude({ ...nothing, resolved: [{ dedupeKey: 'a', as: 'expected', at: 0 }] });
  expect(calls).toEqual(['prepare', 'prepare', 'later', 'later', 'now']);
  expect(unwritten.hasChanges).toBe(false);
});

test('what was prepared comes after what the buffer refused, and nothing is left out', () => {
  const { unwritten, calls, commit, refuseCommits } = writing();
  commit('later');
  refuseCommits(new Error('full'));
  expect(() => commit('later')).toThrow('full');
  expect(() => commit('later')).toThrow('full');
  expect(unwritten.isRefused).toBe(true);
  refuseCommits(undefined);
  calls.length = 0;
  unwritten.commit();
  expect(calls).toEqual(['later', 'later', 'now']);
});

test('a commit that waits for the disk vouches for those before it', () => {
  const { unwritten, calls, written, commit } = writing();
  commit('later');
  commit();
  unwritten.sync();
  expect(calls).toEqual(['prepare', 'later', 'now']);
  expect(written).toMatchObject([{ bytes: 20, durable: true }]);
});

test('the time that counts is that of the first commit that a power cut could undo', () => {
  const { unwritten, clock, commit } = writing();
  expect(unwritten.undurableSince).toBeUndefined();
  commit('later');
  const since = clock.monotonic();
  clock.advance(500);
  commit('later');
  expect(unwritten.undurableSince).toBe(since);
});

test('what the disk refuses to sync stays undurable and is tried again', () => {
  const { unwritten, calls, written, commit, refuse } = writing();
  commit('later');
  refuse(new Error('EIO'));
  expect(() => unwritten.sync()).toThrow('EIO');
  expect(unwritten.undurableBytes).toBe(10);
  refuse(undefined);
  unwritten.sync();
  expect(calls).toEqual(['prepare', 'later', 'sync', 'sync']);
  expect(written).toMatchObject([{ bytes: 10, durable: true }]);
});
