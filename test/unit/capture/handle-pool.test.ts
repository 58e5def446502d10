import { expect, test } from 'vitest';
import { HandlePool } from '../../../main/core/capture/handle-pool.ts';
import type { FileStat, ReadableFile } from '../../../main/core/platform/file-system.ts';

const stat: FileStat = { type: 'file', dev: 1n, ino: 1n, birthtimeNs: 1n, mtimeNs: 1n, ctimeNs: 1n, size: 0, links: 1 };

/** Notes in `closed` when it is closed. */
function file(name: string, closed: string[]): ReadableFile {
  return { stat: () => stat, readAt: () => new Uint8Array(0), [Symbol.dispose]: () => void closed.push(name) };
}

test('the least recently active descriptor makes room', () => {
  const closed: string[] = [];
  using pool = new HandlePool(2);
  pool.hold(1, file('a', closed));
  pool.hold(2, file('b', closed));
  pool.touch(1);
  pool.hold(3, file('c', closed));
  expect(closed).toEqual(['b']);
  expect(pool.size).toBe(2);
  expect(pool.get(2)).toBeUndefined();
});

test('being looked at is no activity', () => {
  const closed: string[] = [];
  using pool = new HandlePool(2);
  pool.hold(1, file('a', closed));
  pool.hold(2, file('b', closed));
  pool.get(1);
  pool.hold(3, file('c', closed));
  expect(closed).toEqual(['a']);
});

test('a second descriptor of a generation replaces the first', () => {
  const closed: string[] = [];
  using pool = new HandlePool(2);
  const second = file('second', closed);
  pool.hold(1, file('first', closed));
  pool.hold(1, second);
  pool.hold(1, second);
  expect(closed).toEqual(['first']);
  expect(pool.size).toBe(1);
});

test('a taken descriptor stays open and belongs to the caller', () => {
  const closed: string[] = [];
  const pool = new HandlePool();
  const mine = file('a', closed);
  pool.hold(1, mine);
  expect(pool.take(1)).toBe(mine);
  pool[Symbol.dispose]();
  expect(closed).toEqual([]);
});

test('all are closed in the end, each once', () => {
  const closed: string[] = [];
  const pool = new HandlePool();
  pool.hold(1, file('a', closed));
  pool.hold(2, file('b', closed));
  pool.release(1);
  pool[Symbol.dispose]();
  pool[Symbol.dispose]();
  expect(closed).toEqual(['a', 'b']);
});
