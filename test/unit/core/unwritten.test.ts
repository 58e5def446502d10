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
  const clock = new FakeClock();
  let fault: Error | undefined;
  const unwritten = new Unwritten({
    clock,
    journal: {
      commit: (_changes, _outcome, at, durable = 'now') => {
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
  return { unwritten, clock, calls, written, commit, refuse };
}

test('nothing is called written before it is durable', () => {
  const { unwritten, calls, written, commit } = writing();
  commit('later');
  commit('later');
  expect(written).toEqual([]);
  expect(unwritten.undurableBytes).toBe(20);
  unwritten.sync();
  expect(calls).toEqual(['later', 'later', 'sync']);
  expect(written).toMatchObject([{ bytes: 20, durationMs: 2, durable: true }]);
  expect(unwritten.undurableBytes).toBe(0);
});

test('a commit that waits for the disk vouches for those before it', () => {
  const { unwritten, calls, written, commit } = writing();
  commit('later');
  commit();
  unwritten.sync();
  expect(calls).toEqual(['later', 'now']);
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
  expect(calls).toEqual(['later', 'sync', 'sync']);
  expect(written).toMatchObject([{ bytes: 10, durable: true }]);
});
