import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../../main/core/store/migrations.ts';
import { openSqlite, type Sqlite } from '../../../main/core/store/sqlite.ts';
import { indexedForm, TextIndex } from '../../../main/core/store/text-index.ts';

let db: Sqlite;
let index: TextIndex;

beforeEach(() => {
  db = openSqlite(':memory:', { busyTimeoutMs: 0 });
  migrate(db);
  index = new TextIndex(db);
});
afterEach(() => db.close());

function holders(word: string): readonly unknown[] {
  return db.prepare('SELECT rowid FROM message_text WHERE message_text MATCH ?').pluck().all(word);
}

test('texts are found by their words, in whatever order they came', () => {
  index.add(7, 'a late lantern');
  index.add(3, 'an early lantern');
  index.flush();
  expect(holders('lantern')).toEqual([3, 7]);
  expect(holders('early')).toEqual([3]);
});

test('a text that is taken back is found by none of its words, and the others still are', () => {
  const text = 'lantern 灯籠 Ümlaut, lantern\u00a0lantern 灯';
  index.add(3, indexedForm(text));
  index.add(7, indexedForm('lantern'));
  index.flush();
  index.remove(3, text);
  expect(holders('lantern')).toEqual([7]);
  expect([holders('灯'), holders('umlaut')]).toEqual([[], []]);
  expect(db.prepare("INSERT INTO message_text (message_text) VALUES ('integrity-check')").run().changes).toBeTypeOf('number');
});

test('a word that is said often is indexed once', () => {
  expect(indexedForm('Alpha beta\n\nalpha beta\tbeta 灯灯').trim()).toBe('Alpha beta alpha 灯');
});

test('what was pending when a transaction failed is not written by the next', () => {
  index.add(3, 'lantern');
  index.discard();
  index.flush();
  expect(holders('lantern')).toEqual([]);
});
