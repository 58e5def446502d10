import { afterEach, beforeEach, expect, test } from 'vitest';
import { HEADER, Recording, said, texts } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

const messages = (nativeId: string) => recording.catalog.messages(recording.row(nativeId), { limit: 100 }).items;
const onlyHere = (nativeId: string) => recording.catalog.session(recording.row(nativeId))?.onlyHere;
const indexed = (nativeId: string) => {
  recording.index();
  return texts(recording.journal, recording.row(nativeId));
};

test('a line is indexed when its newline comes, however it was cut', () => {
  const id = recording.open('a', HEADER);
  const line = said('hello there', { id: '1' });
  recording.append(id, line.slice(0, 20));
  expect(indexed('a')).toEqual([]);
  recording.append(id, line.slice(20, -1));
  expect(indexed('a')).toEqual([]);
  recording.append(id, '\n');
  expect(indexed('a')).toEqual(['hello there']);
});

test('a character that is cut between two captures is whole in the text', () => {
  const id = recording.open('a', HEADER);
  const line = Buffer.from(said('日本語', { id: '1' }));
  const cut = line.indexOf(Buffer.from('本')) + 1;
  recording.append(id, line.subarray(0, cut));
  recording.index();
  recording.append(id, line.subarray(cut));
  expect(indexed('a')).toEqual(['日本語']);
});

test('CRLF line ends, blank lines and garbage are survived', () => {
  recording.open('a', `${said('one', { id: '1' }).trimEnd()}\r\n\n\r\nnot json\n${said('two', { id: '2' })}`);
  expect(indexed('a')).toEqual(['one', 'two']);
});

test('indexing goes on where its budget ended', () => {
  recording.open('a', HEADER + Array.from({ length: 200 }, (_, n) => said(`message ${n}`, { id: String(n) })).join(''));
  const left = recording.journal.index(1_000);
  expect(left).toBeGreaterThan(0);
  expect(recording.catalog.indexBacklogBytes()).toBe(left);
  while (recording.journal.index(1_000) > 0) expect(recording.catalog.indexBacklogBytes()).toBeGreaterThan(0);
  expect(texts(recording.journal, recording.row('a'))).toEqual(Array.from({ length: 200 }, (_, n) => `message ${n}`));
});

test('what was appended last is indexed first', () => {
  recording.open('old', HEADER + said('old', { id: '1' }));
  recording.clock.advance(1_000);
  recording.open('new', HEADER + said('new', { id: '2' }));
  recording.journal.index(10);
  while (texts(recording.journal, recording.row('new')).length === 0) recording.journal.index(10);
  expect(texts(recording.journal, recording.row('old'))).toEqual([]);
});

test('an over-long message counts and is shown without its text until asked for', () => {
  const long = `{"type":"message","id":"9","role":"user","text":"${'x'.repeat(5 * 1024 * 1024)}"}\n`;
  const id = recording.open('a', HEADER);
  recording.append(id, long.slice(0, 3_000_000));
  recording.index();
  recording.append(id, long.slice(3_000_000, 4_800_000));
  recording.index();
  recording.append(id, long.slice(4_800_000) + said('after', { id: '10' }));
  recording.index();
  expect(messages('a')).toMatchObject([
    { kind: 'oversized', role: 'user', text: '', truncated: true },
    { kind: 'message', text: 'after' },
  ]);
  expect(recording.catalog.messageText(id, HEADER.length, 1_000)).toBe('x'.repeat(1_000));
  expect(recording.catalog.session(recording.row('a'))?.records).toBe(2);
});

test('an over-long line that is no message is none', () => {
  recording.open('a', `{"type":"meta","blob":"${'x'.repeat(5 * 1024 * 1024)}"}\n${said('after', { id: '1' })}`);
  expect(indexed('a')).toEqual(['after']);
});

test('a rewritten conversation shows each message once, in the order it was said', () => {
  const first = recording.open('a', HEADER + said('one', { id: '1', at: 1_000 }) + said('two', { id: '2', at: 2_000 }));
  recording.close(first, 'rewritten');
  recording.open('a', HEADER + said('two', { id: '2', at: 2_000 }) + said('three', { id: '3', at: 3_000 }));
  expect(indexed('a')).toEqual(['one', 'two', 'three']);
  expect(messages('a').map(({ persisted }) => persisted)).toEqual([false, true, true]);
  expect(onlyHere('a')).toBe(1);
});

test('one generation is shown as its file was', () => {
  const first = recording.open('a', said('two', { id: '2', at: 2_000 }) + said('one', { id: '1', at: 1_000 }));
  recording.close(first, 'rewritten');
  recording.open('a', said('three', { id: '3' }));
  recording.index();
  expect(texts(recording.journal, recording.row('a'), first)).toEqual(['two', 'one']);
});

test('messages without a time keep the order of their file', () => {
  recording.open('a', ['c', 'a', 'b'].map((text) => said(text, { id: text })).join(''));
  expect(indexed('a')).toEqual(['c', 'a', 'b']);
});

test('more messages of one millisecond than it has slots keep their order', () => {
  const many = Array.from({ length: 2_500 }, (_, n) => `m${n}`);
  recording.open('a', many.map((text) => said(text, { id: text, at: 5_000 })).join(''));
  recording.index();
  const all: string[] = [];
  let cursor: number | undefined;
  do {
    const page = recording.catalog.messages(recording.row('a'), { limit: 400, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items.map(({ text }) => text));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(all).toEqual(many);
});

test('a message with a changed text is another message', () => {
  const first = recording.open('a', said('before', { id: '1', at: 1 }));
  recording.close(first, 'rewritten');
  recording.open('a', said('after', { id: '1', at: 1 }));
  expect(indexed('a')).toEqual(['before', 'after']);
  expect(onlyHere('a')).toBe(1);
});

test('a deleted file makes its messages only here, its return makes them persisted again', () => {
  const content = HEADER + said('one', { id: '1' }) + said('two', { id: '2' });
  recording.close(recording.open('a', content), 'deleted');
  recording.index();
  expect(onlyHere('a')).toBe(2);
  recording.open('a', content);
  recording.index();
  expect(onlyHere('a')).toBe(0);
});

test('a deletion before the file was indexed counts the same', () => {
  const id = recording.open('a', said('one', { id: '1' }));
  recording.close(id, 'deleted');
  recording.index();
  expect(onlyHere('a')).toBe(1);
});

test('an archive keeps its messages persisted until it is gone', () => {
  const id = recording.open('a', said('one', { id: '1' }));
  recording.index();
  recording.commit([{ change: 'moved', generationId: id, path: '/agent/a.reset', archived: { because: 'reset' }, at: 1 }]);
  expect(onlyHere('a')).toBe(0);
  recording.commit([{ change: 'archive-gone', generationId: id, at: 2 }]);
  expect(onlyHere('a')).toBe(1);
});

test('the same words twice without ids are one message, and persisted as long as one of them is', () => {
  const id = recording.open('a', said('yes') + said('yes'));
  expect(indexed('a')).toEqual(['yes']);
  recording.close(id, 'truncated');
  recording.open('a', said('yes'));
  recording.index();
  expect(onlyHere('a')).toBe(0);
});

test('a page ends at its text limit and says where to go on', () => {
  recording.open('a', Array.from({ length: 8 }, (_, n) => said(`${n}`.repeat(60 * 1024), { id: String(n) })).join(''));
  recording.index();
  const first = recording.catalog.messages(recording.row('a'), { limit: 100 });
  expect(first.items).toHaveLength(4);
  const rest = recording.catalog.messages(recording.row('a'), { limit: 100, cursor: first.next ?? 0 });
  expect(rest.items.map(({ text }) => text[0])).toEqual(['4', '5', '6', '7']);
  expect(rest).not.toHaveProperty('next');
});

test('a long message is cut on a page, never inside a character, and whole on demand', () => {
  const text = '界'.repeat(40_000);
  recording.open('a', said(text, { id: '1' }));
  recording.index();
  const [message] = messages('a');
  expect(message?.truncated).toBe(true);
  expect(message?.text).toBe('界'.repeat(Math.floor((64 * 1024) / 3)));
  expect(recording.catalog.messageText(message?.generationId ?? 0, message?.start ?? 0, 1_000_000)).toBe(text);
});

test('a message that is not there is not found', () => {
  const id = recording.open('a', said('x'));
  recording.index();
  expect(() => recording.catalog.messageText(id, 3, 10)).toThrow(expect.objectContaining({ code: 'not-found' }));
});
