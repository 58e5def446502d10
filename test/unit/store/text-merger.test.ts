import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../../main/core/store/migrations.ts';
import { openSqlite, type Sqlite } from '../../../main/core/store/sqlite.ts';
import { TextIndex } from '../../../main/core/store/text-index.ts';
import { TextMerger } from '../../../main/core/store/text-merger.ts';

let db: Sqlite;
let index: TextIndex;
let merger: TextMerger;

beforeEach(() => {
  db = openSqlite(':memory:', { busyTimeoutMs: 0 });
  migrate(db);
  index = new TextIndex(db);
  merger = new TextMerger(db);
});
afterEach(() => db.close());

function add(from: number, count: number): void {
  for (let id = from; id < from + count; id++) {
    index.add(id, `lantern word${id}`);
    index.flush();
  }
}

function merged(): number {
  let steps = 0;
  while (merger.step()) steps += 1;
  return steps;
}

const segments = () => db.prepare('SELECT count(DISTINCT segid) FROM message_text_idx').pluck().get();
const holders = (word: string) => db.prepare('SELECT rowid FROM message_text WHERE message_text MATCH ?').pluck().all(word).length;

test('many small segments become few, and every word is still found', () => {
  add(0, 12);
  expect(segments()).toBe(12);
  expect(merged()).toBeGreaterThan(0);
  expect(segments()).toBeLessThan(4);
  expect([holders('lantern'), holders('word7')]).toEqual([12, 1]);
});

test('a word that was taken back stays away when its segments are merged', () => {
  add(0, 12);
  index.remove(7, 'lantern word7');
  merged();
  expect([holders('lantern'), holders('word7')]).toEqual([11, 0]);
});

test('nothing is written while nothing is new', () => {
  add(0, 12);
  merged();
  const changes = db.prepare('SELECT total_changes()').pluck();
  const before = changes.get();
  expect(merger.step()).toBe(false);
  expect(changes.get()).toBe(before);
});

test('what comes later is merged too', () => {
  add(0, 12);
  merged();
  add(12, 12);
  expect(merged()).toBeGreaterThan(0);
  expect(segments()).toBeLessThan(8);
});
