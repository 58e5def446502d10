import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstIdAt, MessageIds, timeOfId } from '../../../main/core/store/message-ids.ts';
import { migrate } from '../../../main/core/store/migrations.ts';
import { openSqlite, type Sqlite } from '../../../main/core/store/sqlite.ts';

let db: Sqlite;
let ids: MessageIds;

beforeEach(() => {
  db = openSqlite(':memory:', { busyTimeoutMs: 0 });
  migrate(db);
  ids = new MessageIds(db);
});
afterEach(() => db.close());

function take(...numbers: readonly number[]): void {
  const insert = db.prepare('INSERT INTO record (session_row, message_id, generation_id, start, len) VALUES (1, ?, 1, 0, 1)');
  for (const id of numbers) insert.run(id);
}

/** Numbers of messages that are said at these times, one after the other. */
function given(...times: readonly number[]): readonly number[] {
  return times.map((at) => {
    const id = ids.next(at);
    take(id);
    return id;
  });
}

test('a message has the number of its second', () => {
  expect(ids.next(10_999)).toBe(10);
  expect(timeOfId(10)).toBe(10_000);
  expect(firstIdAt(10_999)).toBe(10);
});

test('messages of one time are numbered in the order in which they came', () => {
  expect(given(10_000, 10_001, 10_999, 11_000, 10_000, 15_000)).toEqual([10, 11, 12, 13, 14, 15]);
});

test('a number that is taken is left out, whoever took it', () => {
  take(10, 11, 13);
  expect(given(10_000, 10_000, 10_000)).toEqual([12, 14, 15]);
});

test('what lies between two conversations is free', () => {
  take(10, 20);
  expect(given(12_000, 19_000, 19_000, 30_000, 12_000)).toEqual([12, 19, 21, 30, 13]);
});

test('thousands of messages without a time of their own each get a number', () => {
  take(...Array.from({ length: 2_500 }, (_, index) => index));
  expect(given(0, 0, 2_600_000, 0)).toEqual([2_500, 2_501, 2_600, 2_502]);
});

test('a hundred thousand messages of one second do not make each other slow', () => {
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
           INSERT INTO record (session_row, message_id, generation_id, start, len) SELECT 1, i, 1, 0, 1 FROM n`);
  let queries = 0;
  const counting = new MessageIds({
    prepare: (sql: string) => {
      const statement = db.prepare(sql).pluck();
      const all = (...values: number[]) => {
        queries += 1;
        return statement.all(...values);
      };
      return { pluck: () => ({ all }) };
    },
  } as unknown as Sqlite);
  expect(counting.next(0)).toBeGreaterThanOrEqual(100_000);
  expect(queries).toBeLessThan(20);
});

test('numbers of a transaction that failed are free again', () => {
  ids.next(10_000);
  ids.forget();
  expect(ids.next(10_000)).toBe(10);
});

test('no time is too early or too late for a number', () => {
  expect(ids.next(-1)).toBe(0);
  expect(Number.isSafeInteger(ids.next(Number.MAX_VALUE))).toBe(true);
});
