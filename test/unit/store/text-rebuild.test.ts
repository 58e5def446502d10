import { afterEach, beforeEach, expect, test } from 'vitest';
import { bufferPaths } from '../../../main/core/store/database.ts';
import { openSqlite } from '../../../main/core/store/sqlite.ts';
import { Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const found = (query: string) => recording.catalog.search(query, 200).length;
const lines = (word: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, n) =>
    said(`${word} number${from + n}`, { id: `${word}${n}`, at: 1_000_000 + (from + n) * 1_000 }),
  ).join('');

/** What another connection does to the text that the buffer itself never would. */
function inBuffer<T>(use: (db: ReturnType<typeof openSqlite>) => T): T {
  const db = openSqlite(bufferPaths(recording.home).database, { busyTimeoutMs: 1_000 });
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const tableNames = () =>
  inBuffer((db) => db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'message_text%' ORDER BY name`).pluck().all());
const settings = () => inBuffer((db) => db.prepare('SELECT k, v FROM message_text_config ORDER BY k').all());
const definition = () =>
  inBuffer((db) => String(db.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'message_text'`).pluck().get()).replaceAll(/["\s]+/g, ''));

function rebuild(): void {
  while (!recording.journal.rebuildText(0).isWhole);
}

test('an index that lost its words has them again, in a table like the one before', () => {
  recording.open('a', lines('lantern', 500));
  recording.index();
  const before = [tableNames(), settings(), definition()];
  inBuffer((db) => db.exec(`INSERT INTO message_text (message_text) VALUES ('delete-all')`));
  expect(found('number499')).toBe(0);
  rebuild();
  expect([found('number0'), found('number499'), found('lantern')]).toEqual([1, 1, 200]);
  expect([tableNames(), settings(), definition()]).toEqual(before);
});

test('search answers from the old index until the new one is whole', () => {
  recording.open('a', lines('lantern', 500));
  recording.index();
  expect(recording.journal.rebuildText(0)).toEqual({ done: 200, total: 500, isWhole: false });
  expect([found('number0'), found('number499')]).toEqual([1, 1]);
});

test('what is indexed meanwhile is found afterwards, once, whether it was said earlier or later', () => {
  const id = recording.open('a', lines('lantern', 300, 1_000));
  recording.index();
  recording.journal.rebuildText(0);
  recording.open('b', lines('candle', 3));
  recording.append(id, lines('torch', 3, 5_000));
  recording.index();
  rebuild();
  expect([found('candle'), found('torch'), found('number5002'), found('number1299')]).toEqual([3, 3, 1, 1]);
  expect(inBuffer((db) => db.prepare(`SELECT count(*) FROM message_text WHERE message_text MATCH 'torch'`).pluck().get())).toBe(3);
});

test('what is forgotten meanwhile is in neither index', () => {
  recording.open('a', lines('lantern', 300));
  recording.open('b', lines('secret', 3, 1_000));
  recording.index();
  recording.journal.rebuildText(0);
  recording.journal.rebuildText(0);
  const { forgetting } = recording.journal;
  forgetting.erase(forgetting.begin(recording.row('b'), recording.clock.now()));
  expect(tableNames().filter((name) => String(name).includes('next'))).toEqual([]);
  rebuild();
  expect([found('secret'), found('number1001'), found('number299')]).toEqual([0, 0, 1]);
});

test('a half-built index of a crash is gone at the next start, and the old one answers', () => {
  recording.open('a', lines('lantern', 500));
  recording.index();
  recording.journal.rebuildText(0);
  recording.reopen();
  expect(tableNames().filter((name) => String(name).includes('next'))).toEqual([]);
  expect(found('number499')).toBe(1);
  rebuild();
  expect(found('number499')).toBe(1);
});

test('an empty buffer has an empty index', () => {
  expect(recording.journal.rebuildText(0)).toEqual({ done: 0, total: 0, isWhole: true });
  recording.open('a', lines('lantern', 1));
  recording.index();
  expect(found('lantern')).toBe(1);
});
