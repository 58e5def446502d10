import { afterEach, beforeEach, expect, test } from 'vitest';
import { HEADER, Recording, said } from './recording.ts';

let recording: Recording;
beforeEach(() => {
  recording = new Recording();
});
afterEach(() => recording[Symbol.dispose]());

test('what is only here is counted with its bytes and the generation that holds most of it', () => {
  const one = said('one', { id: '1' });
  const two = said('two', { id: '2' });
  const three = said('three', { id: '3' });
  recording.close(recording.open('a', one), 'rewritten');
  const fullest = recording.open('a', two + three);
  recording.close(fullest, 'truncated');
  recording.open('a', HEADER);
  recording.index();
  const bytes = one.length + two.length + three.length - 3;
  expect(recording.catalog.onlyHere(recording.ref('a'))).toEqual({ messages: 3, bytes, generationId: fullest });
});

test('evidence never rests on a file that is read but not indexed yet', () => {
  const content = HEADER + said('one', { id: '1' }) + said('two', { id: '2', role: 'assistant', at: 5 });
  recording.close(recording.open('a', content), 'replaced');
  const live = recording.open('a', content);
  expect(recording.catalog.onlyHere(recording.ref('a'))).toEqual({ messages: 0, bytes: 0 });
  expect(recording.catalog.shape(recording.ref('a'))).toEqual({
    generationId: live,
    size: content.length,
    firstLine: 'header',
    messages: 2,
    assistantMessages: 1,
  });
  expect(recording.catalog.messageCount(recording.ref('a'))).toBe(2);
  expect(recording.catalog.lastMessageAt(recording.ref('a'))).toBe(5);
});

test('a file without a header, with half a header, with half a message and without anything differ', () => {
  recording.open('bare', said('x'));
  recording.open('half', HEADER.slice(0, -1));
  recording.open('torn', said('x').slice(0, 12));
  recording.open('empty');
  const firstLine = (nativeId: string) => recording.catalog.shape(recording.ref(nativeId))?.firstLine;
  expect(['bare', 'half', 'torn', 'empty'].map(firstLine)).toEqual(['other', 'header', 'other', 'none']);
});

test('an archived or deleted transcript has no shape', () => {
  recording.open('a', HEADER, { archived: { because: 'reset' } });
  recording.close(recording.open('b', HEADER), 'deleted');
  expect(recording.catalog.shape(recording.ref('a'))).toBeUndefined();
  expect(recording.catalog.shape(recording.ref('b'))).toBeUndefined();
});

test('a conversation that a command began is told from one that a person began', () => {
  recording.open('a', said('reply first', { id: '0', role: 'assistant' }) + said('started', { id: '1', startsSession: true }));
  recording.open('b', said('hi', { id: '1' }) + said('started', { id: '2', startsSession: true }));
  expect(recording.catalog.startedByCommand(recording.ref('a'))).toBe(true);
  expect(recording.catalog.startedByCommand(recording.ref('b'))).toBe(false);
});

test('nothing is known of a conversation that was never seen', () => {
  const ghost = recording.ref('ghost');
  expect(recording.catalog.onlyHere(ghost)).toEqual({ messages: 0, bytes: 0 });
  expect(recording.catalog.shape(ghost)).toBeUndefined();
  expect(recording.catalog.startedByCommand(ghost)).toBe(false);
  expect(recording.catalog.lastMessageAt(ghost)).toBeUndefined();
  expect(recording.catalog.messageCount(ghost)).toBe(0);
});
