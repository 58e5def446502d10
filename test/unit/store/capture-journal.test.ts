import { afterEach, beforeEach, expect, test } from 'vitest';
import { WalFlush } from '../../../main/core/store/wal-flush.ts';
import { captured, draft, HEADER, NOTHING, Recording, said, texts } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

test('captured bytes come back exactly, in as many commits as they came', () => {
  const id = recording.open('a', HEADER);
  recording.append(id, Buffer.from([0, 255, 10, 13, 0]));
  recording.append(id, 'tail without an end');
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('many megabytes in one change are cut into chunks and come back exactly', () => {
  const big = Buffer.alloc(3 * 1024 * 1024 + 17, 'abcdefghij');
  const id = recording.open('a');
  recording.append(id, big);
  expect(captured(recording.journal, id).equals(big)).toBe(true);
  expect(recording.catalog.verify()).toMatchObject({ ok: true, bytes: big.length, chunks: 49 });
});

test('small reads of one commit become one chunk', () => {
  const id = recording.open('a');
  recording.commit(Array.from({ length: 50 }, (_, n) => recording.appended(id, `line ${n}\n`)));
  expect(recording.catalog.verify()).toMatchObject({ ok: true, chunks: 1 });
  expect(captured(recording.journal, id)).toEqual(recording.content(id));
});

test('bytes up to an offset are those and no more', () => {
  const id = recording.open('a', 'abcdef');
  expect(captured(recording.journal, id, 3).toString()).toBe('abc');
});

test('bytes that do not continue the generation are refused and nothing of the commit is kept', () => {
  const id = recording.open('a', 'abc');
  const good = recording.appended(id, 'def');
  const gap = { ...recording.appended(id, 'jkl'), start: 9 };
  expect(() => recording.commit([good, gap])).toThrow(expect.objectContaining({ code: 'bug' }));
  expect(captured(recording.journal, id).toString()).toBe('abc');
});

test('the conversation and its state are there after reopening', () => {
  recording.open('a', HEADER + said('hello', { id: '1' }));
  recording.index();
  recording.reopen();
  expect(texts(recording.journal, recording.row('a'))).toEqual(['hello']);
});

test('a commit that does not wait for the disk is readable at once, and durable after a sync', () => {
  const id = recording.open('a', 'one\n');
  const change = recording.appended(id, 'two\n');
  expect(recording.journal.commit([change], NOTHING, recording.clock.now(), 'later').durable).toBe(false);
  expect(captured(recording.journal, id).toString()).toBe('one\ntwo\n');
  recording.journal.sync();
  recording.reopen();
  expect(captured(recording.journal, id).toString()).toBe('one\ntwo\n');
});

test('an incident never waits', () => {
  const id = recording.open('a', 'one\n');
  const change = recording.appended(id, 'two\n');
  const outcome = { ...NOTHING, drafts: [draft()] };
  expect(recording.journal.commit([change], outcome, recording.clock.now(), 'later').durable).toBe(true);
});

test('a sync without a file to sync says so', () => {
  using flush = new WalFlush(`${recording.home}/no-such-folder/buffer.db-wal`);
  expect(() => flush.wait()).toThrow('ENOENT');
});
